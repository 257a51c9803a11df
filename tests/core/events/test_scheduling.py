"""What is to happen at an instant happens once, by itself."""

import contextvars
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import hold, read_session, write_session
from eak_core.events import EventError, on_schedule, publish, schedule, subscriptions, unschedule
from eak_core.events import scheduling as scheduled_work
from eak_core.events.models import EventLog
from eak_core.events.worker import Worker
from eak_core.letters import outbox
from eak_core.letters.sending import Outbox
from tests.core.events.planned import NOON, closing, plan, put, rows, turn_on
from tests.core.events.probe import SERVICE, Effect, Happened, Listener, MakeApp, drain, effects

pytestmark = pytest.mark.usefixtures("noon")


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
