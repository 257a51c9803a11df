"""Work that takes long is done in parts, and what comes again comes again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import engine, read_session, write_session
from eak_core.events import Part, on_schedule, part_of, publish, subscriptions
from eak_core.events import scheduling as scheduled_work
from eak_core.events.core import get_event_core
from eak_core.events.worker import Worker
from tests.core.events.planned import NOON, plan, put, rows, turn_on
from tests.core.events.probe import SERVICE, Effect, Happened, Listener, MakeApp, drain, effects

pytestmark = pytest.mark.usefixtures("noon")


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
