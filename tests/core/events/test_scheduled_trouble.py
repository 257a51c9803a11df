"""What is due outlives failures, deaths and many workers."""

import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.event import listen, remove
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import write_session
from eak_core.events import Context, on_schedule, publish, subscriber, subscriptions
from eak_core.events import scheduling as scheduled_work
from eak_core.events import worker as worker_module
from eak_core.events.worker import Worker
from tests.core.events.planned import NOON, closing, plan, put, rows, turn_on
from tests.core.events.probe import SERVICE, Effect, Happened, Listener, MakeApp, drain, effects

pytestmark = pytest.mark.usefixtures("noon")


def test_a_failure_leaves_nothing_and_is_kept_and_tried_again_later(make_app: MakeApp) -> None:
    broken = [True]
    probe = Listener()

    @on_schedule(probe, "close")
    def close(session: Session, service: Any, name: str, due_at: datetime) -> None:
        put(session, 1)
        publish(session, Happened(thing=1), service_id=SERVICE)
        session.flush()
        if broken:
            raise LookupError("no ballot box")

    @on_schedule(probe, "open")
    def opened(session: Session, service: Any, name: str, due_at: datetime) -> None:
        put(session, 2)

    app = make_app(probe)
    turn_on(app)
    plan(app, "close:1", minutes=-1)
    plan(app, "open:1")
    drain(app)
    assert effects(app) == [2]
    (row,) = rows(app)
    assert "no ballot box" in (row.error or "")
    assert (row.attempts, row.due_at) == (1, NOON - timedelta(minutes=1))
    assert row.next_attempt_at > NOON
    broken.clear()
    drain(app)
    assert effects(app) == [2]
    with clock.freeze(row.next_attempt_at):
        drain(app)
    assert effects(app) == [2, 1]
    assert rows(app) == []


def test_the_pauses_grow_and_scheduling_anew_forgets_the_failures(make_app: MakeApp) -> None:
    probe = Listener()

    @on_schedule(probe, "close")
    def close(session: Session, service: Any, name: str, due_at: datetime) -> None:
        raise LookupError

    app = make_app(probe)
    turn_on(app)
    plan(app, "close")
    pauses = []
    for _ in range(12):
        (row,) = rows(app)
        with clock.freeze(row.next_attempt_at):
            drain(app)
        (after,) = rows(app)
        pauses.append((after.next_attempt_at - row.next_attempt_at).total_seconds())
    assert pauses[0] < 3
    assert pauses[3] > 10
    assert 400 < pauses[-1] < 800
    plan(app, "close", hours=5)
    (row,) = rows(app)
    assert (row.attempts, row.error, row.next_attempt_at) == (0, None, NOON + timedelta(hours=5))


def test_what_nobody_in_this_version_knows_is_shown_and_kept(make_app: MakeApp) -> None:
    app = make_app(Listener())
    turn_on(app)
    plan(app, "close:1")
    drain(app)
    (row,) = rows(app)
    assert "'close'" in (row.error or "")


def test_what_moved_meanwhile_is_not_done(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:1")
    with write_session(app) as session:
        (task,) = scheduled_work.due(session, ["probe"])
        attempt = scheduled_work.count_attempt(session, task)
    assert attempt is not None
    plan(app, "close:1", hours=1)
    with write_session(app) as session:
        core = app.extensions["eak_events"]
        assert not scheduled_work.perform(session, core, task, attempt, ())
    assert effects(app) == []
    assert [each.due_at for each in rows(app)] == [NOON + timedelta(hours=1)]


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_ending_the_transaction_by_itself_is_a_failure(make_app: MakeApp, end: str) -> None:
    probe = Listener()

    @on_schedule(probe, "close")
    def close(session: Session, service: Any, name: str, due_at: datetime) -> None:
        put(session, 1)
        getattr(session, end)()

    app = make_app(probe)
    turn_on(app)
    plan(app, "close")
    drain(app)
    assert effects(app) == []
    (row,) = rows(app)
    assert "may not" in (row.error or "")


def test_several_workers_do_it_once(make_app: MakeApp) -> None:
    apps = [make_app(closing()) for _ in range(3)]
    turn_on(apps[0])
    for number in range(20):
        plan(apps[0], f"close:{number}")

    def work(app: Flask) -> None:
        with clock.freeze(NOON):
            drain(app)

    threads = [threading.Thread(target=work, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(effects(apps[0])) == list(range(20))


def test_a_worker_that_dies_has_done_nothing_and_another_begins_again(make_app: MakeApp) -> None:
    parent = os.getpid()
    probe = Listener()

    @on_schedule(probe, "close")
    def close(session: Session, service: Any, name: str, due_at: datetime) -> None:
        put(session, 1)
        session.flush()
        if os.getpid() != parent:
            os._exit(9)

    app = make_app(probe)
    turn_on(app)
    plan(app, "close")
    with app.app_context():
        from eak_core.db import db

        db.engine.dispose()
    child = os.fork()
    if child == 0:
        Worker(app).work()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert effects(app) == []
    (row,) = rows(app)
    assert row.attempts == 1
    with clock.freeze(row.next_attempt_at):
        drain(app)
    assert effects(app) == [1]


def test_however_many_catch_up_what_is_due_waits_for_one_of_them_at_most(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = closing()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        pass

    app = make_app(probe)
    with write_session(app) as session:
        for service_id in range(1, 5):
            publish(session, Happened(thing=1), service_id=service_id)
    with write_session(app) as session:
        for service_id in range(1, 5):
            subscriptions.start(session, "probe", service_id)
    worker = Worker(app)
    order: list[str] = []
    advance: Callable[..., tuple[int, bool]] = worker.advance

    def slow(plugin: str, service_id: int, **rest: Any) -> tuple[int, bool]:
        if service_id == 2:
            plan(app, "close:1")
        order.append(f"read {service_id}")
        return advance(plugin, service_id, **rest)

    monkeypatch.setattr(worker, "advance", slow)
    monkeypatch.setattr(
        worker_module.scheduling,  # type: ignore[attr-defined]
        "perform",
        lambda *_: order.append("done") or True,
    )
    worker.read()
    assert order.index("done") == order.index("read 2") + 1


def test_behind_those_who_pass_over_everything_what_is_due_waits_for_a_moment_at_most(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(closing())
    with write_session(app) as session:
        for service_id in range(1, 5):
            publish(session, Happened(thing=1), service_id=service_id)
            subscriptions.start(session, "probe", service_id)
    worker = Worker(app)
    looks: list[str] = []
    due = worker.perform_due
    monkeypatch.setattr(worker, "perform_due", lambda: looks.append("") or due())
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 60.0)
    assert worker.read() == 4
    assert looks == []
    with write_session(app) as session:
        for service_id in range(1, 5):
            publish(session, Happened(thing=2), service_id=service_id)
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 0.0)
    assert worker.read() == 4
    assert len(looks) == 4


def test_a_worker_that_runs_sees_what_is_due(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:5")  # long past for the thread, whose clock is not frozen
    done, stop = threading.Event(), threading.Event()

    def tell(*_: object) -> None:
        done.set()

    listen(Effect, "after_insert", tell)
    thread = threading.Thread(target=Worker(app).run, args=(stop,))
    thread.start()
    assert done.wait(30)
    stop.set()
    thread.join()
    remove(Effect, "after_insert", tell)
    assert effects(app) == [5]
