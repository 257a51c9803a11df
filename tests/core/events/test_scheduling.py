"""What is to happen at an instant happens once, by itself, whatever fails."""

import contextvars
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.event import listen, remove
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import engine, hold, read_session, write_session
from eak_core.events import (
    EventError,
    Part,
    on_schedule,
    part_of,
    publish,
    schedule,
    subscriptions,
    unschedule,
)
from eak_core.events import scheduling as scheduled_work
from eak_core.events import worker as worker_module
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog, ScheduledWork
from eak_core.events.worker import Worker
from eak_core.letters import outbox
from eak_core.letters.sending import Outbox
from tests.core.events.probe import SERVICE, Effect, Happened, Listener, MakeApp, drain, effects

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Nothing happens by itself in these tests but what is due at noon."""
    with clock.freeze(NOON):
        yield


def put(session: Session, number: int) -> None:
    session.add(
        Effect(plugin="probe", service_id=SERVICE, position=0, number=number, replaying=False)
    )


def closing() -> Listener:
    """A plugin that closes things: what stands behind the colon takes effect as a number."""
    probe = Listener()

    @on_schedule(probe, "close")
    def close(session: Session, service: Any, name: str, due_at: datetime) -> None:
        put(session, int(name.partition(":")[2]))

    return probe


def turn_on(app: Flask) -> None:
    with write_session(app) as session:
        subscriptions.start(session, "probe", SERVICE)


def plan(app: Flask, name: str, **after: float) -> None:
    with write_session(app) as session:
        schedule(session, "probe", SERVICE, name, NOON + timedelta(**after))


def rows(app: Flask) -> list[ScheduledWork]:
    with read_session(app) as session:
        return list(session.scalars(select(ScheduledWork).order_by(ScheduledWork.name)))


def test_what_is_scheduled_happens_when_it_is_due_and_once(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:12", hours=1)
    drain(app)
    assert effects(app) == []
    with clock.freeze(NOON + timedelta(hours=1)):
        drain(app)
        drain(app)
    assert effects(app) == [12]
    assert rows(app) == []


@pytest.mark.parametrize("hours", [1, -1])
def test_a_worker_whose_clock_is_wrong_does_nothing_that_is_due_and_says_so(
    make_app: MakeApp, hours: int, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:12", hours=hours - 0.5)
    with clock.wrong(timedelta(hours=hours)):
        drain(app)
        drain(app)
    assert effects(app) == []
    assert [row.attempts for row in rows(app)] == [0]
    assert caplog.text.count("60 minutes") == 2, "each worker says it, and not at each look"
    with clock.freeze(NOON + timedelta(hours=hours)):
        drain(app)
    assert effects(app) == [12]


def test_a_clock_that_is_a_little_off_stops_nothing(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:12")
    with clock.wrong(timedelta(seconds=4)):
        drain(app)
    assert effects(app) == [12]


def test_without_a_frozen_clock_ours_is_compared_with_the_databases_own(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    context = contextvars.Context()  # in which nothing is frozen

    def run() -> None:
        with write_session(app) as session:
            schedule(session, "probe", SERVICE, "close:12", clock.now() + timedelta(minutes=30))
        with clock.wrong(timedelta(hours=1)):
            drain(app)
        assert effects(app) == []
        with write_session(app) as session:
            schedule(session, "probe", SERVICE, "close:12", clock.now())
        drain(app)
        assert effects(app) == [12]

    context.run(run)


def test_a_held_copy_does_nothing_by_itself_until_it_is_released(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:12")
    app.extensions["eak_transports"] = {"mail": lambda claimed: None}
    with write_session(app) as session:
        outbox.enqueue_mail(session, to="a@b.example", subject="s", text="t", dedupe_key="k")
        hold.hold(session)
    drain(app)
    assert effects(app) == []
    assert Outbox(app).send_due() == 0
    with write_session(app) as session:
        hold.release(session)
    assert Outbox(app).send_due() == 1
    drain(app)
    assert effects(app) == [12]


def test_what_is_overdue_happens_in_the_order_of_the_instants(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    for number, hours in ((1, -1), (2, -3), (3, -2)):
        plan(app, f"close:{number}", hours=hours)
    drain(app)
    assert effects(app) == [2, 3, 1]


def test_the_function_is_told_what_was_due_and_when_and_in_which_service(
    make_app: MakeApp,
) -> None:
    told: list[tuple[Any, str, datetime]] = []
    probe = Listener()

    @on_schedule(probe, "remind")
    def remind(session: Session, service: Any, name: str, due_at: datetime) -> None:
        told.append((service, name, due_at))

    app = make_app(probe)
    core = app.extensions["eak_events"]
    core.find_service = lambda session, service_id: f"service {service_id}"
    turn_on(app)
    plan(app, "remind", minutes=-5)
    drain(app)
    assert told == [(f"service {SERVICE}", "remind", NOON - timedelta(minutes=5))]


def test_scheduling_anew_moves_it_and_unscheduling_takes_it_away(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:1", hours=-1)
    plan(app, "close:1", hours=1)
    plan(app, "close:2", hours=-1)
    with write_session(app) as session:
        assert unschedule(session, "probe", SERVICE, "close:2")
        assert not unschedule(session, "probe", SERVICE, "close:2")
    drain(app)
    assert effects(app) == []
    assert [each.due_at for each in rows(app)] == [NOON + timedelta(hours=1)]


def test_what_was_scheduled_in_a_transaction_that_failed_was_never_scheduled(
    make_app: MakeApp,
) -> None:
    app = make_app(closing())
    turn_on(app)
    with pytest.raises(ZeroDivisionError), write_session(app) as session:
        schedule(session, "probe", SERVICE, "close:1", NOON)
        1 / 0  # noqa: B018
    drain(app)
    assert effects(app) == []


def test_work_may_schedule_itself_anew(make_app: MakeApp) -> None:
    probe = Listener()

    @on_schedule(probe, "hourly")
    def hourly(session: Session, service: Any, name: str, due_at: datetime) -> None:
        put(session, due_at.hour)
        schedule(session, "probe", SERVICE, name, due_at + timedelta(hours=1))

    app = make_app(probe)
    turn_on(app)
    plan(app, "hourly")
    with clock.freeze(NOON + timedelta(hours=2, minutes=30)):
        drain(app)
    assert effects(app) == [12, 13, 14]
    assert [each.due_at.hour for each in rows(app)] == [15]


def test_work_may_schedule_itself_anew_for_the_same_instant(make_app: MakeApp) -> None:
    probe = Listener()

    @on_schedule(probe, "twice")
    def twice(session: Session, service: Any, name: str, due_at: datetime) -> None:
        put(session, 1)
        if session.query(Effect).count() < 2:
            schedule(session, "probe", SERVICE, name, due_at)

    app = make_app(probe)
    turn_on(app)
    plan(app, "twice")
    drain(app)
    assert effects(app) == [1, 1]
    assert rows(app) == []


def test_its_events_are_recorded_with_its_effects(make_app: MakeApp) -> None:
    probe = Listener()

    @on_schedule(probe, "close")
    def close(session: Session, service: Any, name: str, due_at: datetime) -> None:
        publish(session, Happened(thing=1), service_id=SERVICE)

    app = make_app(probe)
    turn_on(app)
    plan(app, "close")
    drain(app)
    with read_session(app) as session:
        assert [each.type for each in session.scalars(select(EventLog))] == ["probe.happened"]


def test_where_the_plugin_is_off_it_waits_and_happens_late(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:7", hours=-1)
    with write_session(app) as session:
        subscriptions.stop(session, "probe", SERVICE)
    drain(app)
    assert effects(app) == []
    turn_on(app)
    drain(app)
    assert effects(app) == [7]


def test_a_plugin_switched_off_between_look_and_act_does_nothing_more(make_app: MakeApp) -> None:
    app = make_app(closing())
    turn_on(app)
    plan(app, "close:7")
    worker = Worker(app)
    with read_session(app) as session:
        (task,) = scheduled_work.due(session, ["probe"])
    with write_session(app) as session:
        subscriptions.stop(session, "probe", SERVICE)
    assert worker.perform(task) == 0
    assert effects(app) == []
    assert len(rows(app)) == 1


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
    app = make_app(closing())
    with write_session(app) as session:
        for service_id in range(1, 5):
            publish(session, Happened(thing=1), service_id=service_id)
    with write_session(app) as session:
        for service_id in range(1, 5):
            subscriptions.start(session, "probe", service_id)
    worker = Worker(app)
    order: list[str] = []
    advance: Callable[..., int] = worker.advance

    def slow(plugin: str, service_id: int, **rest: Any) -> int:
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


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("name", ["", "Close", "close:", "close 1", "close:a@b.fr", "1", "x" * 50])
def test_a_name_of_another_shape_is_refused(app: Flask, name: str) -> None:
    with write_session(app) as session, pytest.raises(ValueError, match="named"):
        schedule(session, "probe", SERVICE, name, NOON)


def test_an_instant_without_its_zone_is_refused(app: Flask) -> None:
    with write_session(app) as session, pytest.raises(Exception, match="zone"):
        schedule(session, "probe", SERVICE, "close", datetime(2026, 3, 2))  # noqa: DTZ001


def test_a_kind_is_declared_once_and_by_name() -> None:
    probe = closing()
    with pytest.raises(EventError, match="two functions"):
        on_schedule(probe, "close")(lambda *_: None)
    with pytest.raises(EventError, match="'close:1'"):
        on_schedule(probe, "close:1")


@pytest.mark.parametrize("database", ["postgresql"])
def test_work_may_compute_for_longer_than_the_database_bears_a_forgotten_transaction(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "IDLE_IN_TRANSACTION_MS", 500)
    probe = Listener()

    @on_schedule(probe, "count")
    def count(session: Session, service: Any, name: str, due_at: datetime) -> None:
        put(session, 1)
        session.flush()
        with read_session(app) as forgotten:
            pid = forgotten.scalar(text("SELECT pg_backend_pid()"))
            there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
            while True:
                with read_session(app) as watching:
                    if not watching.scalar(there, {"pid": pid}):
                        break
            forgotten.invalidate()

    app = make_app(probe)
    turn_on(app)
    plan(app, "count")
    assert Worker(app).work() == 1
    assert effects(app) == [1]
    assert rows(app) == []


def test_what_is_done_again_and_again_begins_by_itself_and_goes_on_at_once_where_there_is_more(
    make_app: MakeApp,
) -> None:
    probe, left = Listener(), [3]

    @on_schedule(probe, "sweep", every=timedelta(days=1))
    def sweep(session: Session, service: Any, name: str, due_at: datetime) -> bool:
        put(session, left[0])
        left[0] -= 1
        return left[0] > 1

    app = make_app(probe)
    turn_on(app)
    for _worker in range(2):  # each that starts
        with write_session(app) as session:
            scheduled_work.begin_all(session, get_event_core(app))
    assert [row.name for row in rows(app)] == ["sweep"]
    drain(app)
    assert effects(app) == [3, 2]
    assert [row.due_at - NOON for row in rows(app)] == [timedelta(days=1)]
    with write_session(app) as session:
        subscriptions.stop(session, "probe", SERVICE)
    with clock.freeze(NOON + timedelta(days=2)):
        drain(app)
        assert effects(app) == [3, 2], "nothing is done where the plugin is off"
        turn_on(app)
        drain(app)
    assert effects(app) == [3, 2, 1]


def in_parts(fails_at: int = 0) -> Listener:
    """A plugin that does three things, one at a time, and fails once at one of them."""
    probe, broken = Listener(), [fails_at]

    @on_schedule(probe, "parts")
    def parts(session: Session, service: Any, name: str, due_at: datetime) -> Part | None:
        assert due_at == NOON, "all parts are of what was due then"
        number = session.query(Effect).count() + 1
        put(session, number)
        if number in broken:
            broken.clear()
            raise RuntimeError("the disk was full")
        return Part(number, 3) if number < 3 else None

    @on_schedule(probe, "other")
    def other(session: Session, service: Any, name: str, due_at: datetime) -> None:
        publish(session, Happened(thing=1), service_id=SERVICE)

    return probe


def far(app: Flask) -> Part | None:
    with read_session(app) as session:
        return part_of(session, "probe", SERVICE, "parts")


def test_work_in_parts_says_how_far_it_is_and_lets_others_have_their_turn(
    make_app: MakeApp,
) -> None:
    app = make_app(in_parts())
    turn_on(app)
    plan(app, "parts")
    worker = Worker(app)
    assert far(app) is None
    worker.perform_due()
    assert (effects(app), far(app)) == ([1], Part(1, 3))
    plan(app, "other")
    with clock.freeze(NOON + timedelta(minutes=1)):
        worker.perform_due()
        assert (effects(app), far(app)) == ([1, 2], Part(2, 3))
        assert [row.name for row in rows(app)] == ["parts"], "the other did not wait for the end"
        worker.perform_due()
        assert (effects(app), far(app)) == ([1, 2, 3], None)
        assert rows(app) == []


def test_what_a_function_answers_besides_is_no_sign_of_more(make_app: MakeApp) -> None:
    probe = Listener()

    @on_schedule(probe, "count")
    def count(session: Session, service: Any, name: str, due_at: datetime) -> Any:
        put(session, 1)
        return 42

    app = make_app(probe)
    turn_on(app)
    plan(app, "count")
    Worker(app).perform_due()
    assert (effects(app), rows(app)) == ([1], [])


def test_work_in_parts_stops_with_its_plugin_and_goes_on_where_it_was(make_app: MakeApp) -> None:
    app = make_app(in_parts())
    turn_on(app)
    plan(app, "parts")
    Worker(app).perform_due()
    with write_session(app) as session:
        subscriptions.stop(session, "probe", SERVICE)
    drain(app)
    assert (effects(app), far(app)) == ([1], Part(1, 3))
    turn_on(app)
    drain(app)
    assert effects(app) == [1, 2, 3]


def test_a_part_that_fails_is_tried_again_and_what_was_done_stays(make_app: MakeApp) -> None:
    app = make_app(in_parts(fails_at=2))
    turn_on(app)
    plan(app, "parts")
    drain(app)
    assert (effects(app), far(app)) == ([1], Part(1, 3))
    with clock.freeze(NOON + timedelta(hours=1)):
        drain(app)
    assert effects(app) == [1, 2, 3]


def test_what_is_done_again_and_again_comes_again_after_it_failed(make_app: MakeApp) -> None:
    probe, fails = Listener(), [True]

    @on_schedule(probe, "sweep", every=timedelta(days=1))
    def sweep(session: Session, service: Any, name: str, due_at: datetime) -> None:
        if fails.pop():
            fails.append(False)
            raise ValueError("not yet")
        put(session, 1)

    app = make_app(probe)
    turn_on(app)
    with write_session(app) as session:
        scheduled_work.begin_all(session, get_event_core(app))
    drain(app)
    assert effects(app) == []
    with clock.freeze(NOON + timedelta(minutes=5)):
        drain(app)
        assert effects(app) == [1]
        assert [row.due_at - clock.now() for row in rows(app)] == [timedelta(days=1)]
