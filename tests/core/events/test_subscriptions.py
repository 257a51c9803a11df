"""Subscriptions: exactly once in the database, whatever fails (T13-T25)."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text

from eak_core import clock
from eak_core.db import read_session, write_session
from eak_core.events import Context, publish, subscriber, subscriptions
from eak_core.events.log import MAX_DEPTH
from eak_core.events.models import EventLog
from eak_core.events.worker import Worker
from eak_core.letters.models import OutboxMessage
from tests.core.events.probe import (
    SERVICE,
    Effect,
    Happened,
    Listener,
    MakeApp,
    drain,
    effects,
    happen,
    note,
    positions,
)
from tests.core.events.subscribed import noting, parked, start, stop


def test_each_event_takes_effect_once_and_in_order(make_app: MakeApp) -> None:
    app = make_app(noting())
    start(app)
    happen(app, *range(20))
    drain(app)
    drain(app)
    assert effects(app) == list(range(20))


def test_workers_side_by_side_do_nothing_twice(make_app: MakeApp, url: str) -> None:
    """T13 and T14, without deaths: three workers and three writers."""
    apps = [make_app(noting()) for _ in range(3)]
    start(apps[0])
    written = threading.Event()
    failures: list[BaseException] = []

    def work(app: Flask) -> None:
        try:
            worker = Worker(app)
            while True:
                done = written.is_set()  # T34: read before the pass, believed after an idle one
                moved = worker.work()
                with read_session(app) as session:
                    lag = [h.lag for h in subscriptions.health(session)]
                if done and not moved and lag == [0]:
                    return
        except BaseException as error:
            failures.append(error)

    def write(writer: int) -> None:
        happen(apps[writer], *range(writer * 100, writer * 100 + 25), thing=writer)

    workers = [threading.Thread(target=work, args=(app,)) for app in apps]
    writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for thread in workers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    written.set()
    for thread in workers:
        thread.join()
    assert failures == []
    done = effects(apps[0])
    assert len(done) == 75
    for writer in range(3):
        of_writer = [n for n in done if n // 100 == writer]
        assert of_writer == list(range(writer * 100, writer * 100 + 25))


def test_a_plugin_enabled_late_catches_up_and_knows_that_it_replays(make_app: MakeApp) -> None:
    """T19: enabled at event 50 while 51 to 100 are written."""
    app = make_app(noting())
    happen(app, *range(1, 51))
    assert start(app) == 50
    happen(app, *range(51, 101))
    drain(app)
    assert effects(app) == list(range(1, 101))
    with read_session(app) as session:
        replayed = session.scalars(select(Effect.position).where(Effect.replaying)).all()
    assert sorted(replayed) == list(range(1, 51))


def sending(even_in_replay: bool = False) -> Listener:
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        ctx.send("note", {"number": event.number}, even_in_replay=even_in_replay)

    return probe


@pytest.mark.parametrize(("by_name", "expected"), [(False, 2), (True, 5)])
def test_a_replay_sends_nothing_unless_asked_and_never_twice(
    make_app: MakeApp, by_name: bool, expected: int
) -> None:
    """T20."""
    app = make_app(sending(by_name))
    app.extensions["eak_transports"] = {"note": lambda claimed: None}
    happen(app, 1, 2, 3)
    start(app)
    happen(app, 4, 5)
    drain(app)
    with write_session(app) as session:
        subscriptions.rebuild(session, "probe", SERVICE, lambda *_: None)
    drain(app)
    with read_session(app) as session:
        assert len(session.scalars(select(OutboxMessage)).all()) == expected


def test_the_state_is_the_same_enabled_early_late_or_rebuilt(make_app: MakeApp) -> None:
    """T21, for the smallest of plugins; the conformance kit asks it of every one."""
    early, late = noting(), noting()
    late.name = "late"
    app = make_app(early, late)
    start(app)
    happen(app, 1, 2, 3)
    drain(app)
    stop(app)
    happen(app, 4, 5)
    drain(app)
    start(app)
    start(app, "late")
    happen(app, 6)
    drain(app)
    assert effects(app) == effects(app, "late") == [1, 2, 3, 4, 5, 6]

    def reset(session: Any, service_id: int) -> None:
        session.execute(text("DELETE FROM probe_effect WHERE plugin = 'probe'"))

    with write_session(app) as session:
        subscriptions.rebuild(session, "probe", SERVICE, reset)
    drain(app)
    assert effects(app) == [1, 2, 3, 4, 5, 6]


def test_switching_off_waits_for_the_batch_in_hand_and_then_nothing_runs(
    make_app: MakeApp,
) -> None:
    """T22."""
    probe = Listener()
    inside, go_on = threading.Event(), threading.Event()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        inside.set()
        go_on.wait(10)
        note(ctx, event.number)

    app = make_app(probe)
    start(app)
    happen(app, 1)
    worker = threading.Thread(target=Worker(app).work)
    worker.start()
    assert inside.wait(10)
    stopper = threading.Thread(target=stop, args=(app,))
    stopper.start()
    stopper.join(0.2)
    assert stopper.is_alive(), "switching off did not wait for the handler"
    go_on.set()
    stopper.join(10)
    worker.join(10)
    happen(app, 2)
    Worker(app).work()
    assert effects(app) == [1]


def test_handlers_that_publish_cannot_go_on_for_ever(make_app: MakeApp) -> None:
    """T24."""
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        publish(
            ctx.session,
            Happened(thing=event.thing, number=event.number + 1),
            service_id=ctx.service_id,
        )

    app = make_app(probe)
    start(app)
    happen(app, 0)
    drain(app)
    with read_session(app) as session:
        assert len(positions(session)) == MAX_DEPTH + 1
    assert len(parked(app)) == 1
    assert "loop" in parked(app)[0].error


def test_older_code_stops_before_an_event_that_is_too_new_for_it(make_app: MakeApp) -> None:
    """T25: it claims the type, so it must not skip it; types it does not claim it does skip."""
    app = make_app(noting())
    start(app)
    happen(app, 1)
    newer = {
        "service_id": SERVICE,
        "event_id": str(uuid4()),
        "subject": "thing:1",
        "occurred_at": clock.now(),
        "data": "{}",
        "depth": 0,
    }
    with write_session(app) as session:
        session.execute(
            EventLog.__table__.insert(),  # type: ignore[attr-defined]
            [
                {**newer, "position": 2, "type": "other.thing", "version": 9},
                {
                    **newer,
                    "position": 3,
                    "event_id": str(uuid4()),
                    "type": "probe.happened",
                    "version": 2,
                },
            ],
        )
        session.execute(text("UPDATE log_head SET position = 3 WHERE service_id = 1"))
    worker = Worker(app)
    worker.work()
    worker.work()
    with read_session(app) as session:
        (health,) = subscriptions.health(session)
    assert (health.position, health.lag, health.parked) == (2, 1, 0)
    assert health.error is not None
    assert "newer than this code" in health.error


def test_a_gap_in_the_log_stops_the_reader_and_is_shown(make_app: MakeApp) -> None:
    app = make_app(noting())
    start(app)
    happen(app, 1)
    with write_session(app) as session:
        session.execute(text("UPDATE log_head SET position = 5 WHERE service_id = 1"))
    happen(app, 2)
    Worker(app).work()
    with read_session(app) as session:
        (health,) = subscriptions.health(session)
    assert health.error is not None
    assert "events after position" in health.error
    assert effects(app) == []


def test_a_handler_may_not_commit(make_app: MakeApp) -> None:
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)
        ctx.session.commit()

    app = make_app(probe)
    start(app)
    happen(app, 1)
    drain(app)
    assert effects(app) == []
    assert "may not commit" in parked(app)[0].error
