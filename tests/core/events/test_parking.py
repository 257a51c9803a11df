"""What a handler cannot handle is parked, retried and skipped; the others go on."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from eak_core import clock
from eak_core.db import read_session, trouble, write_session
from eak_core.errors import NotFound, Refused
from eak_core.events import (
    Context,
    Event,
    Recorded,
    subscriber,
    subscriptions,
    upcast,
)
from eak_core.events import event as declare
from eak_core.events import parking as parked_events
from eak_core.events import worker as worker_module
from eak_core.events.handling import DEATHS_BEFORE_PARKING
from eak_core.events.models import EventLog, LogHead
from eak_core.events.worker import Worker
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
)
from tests.core.events.subscribed import failing, make_due, parked, start, stop


def test_a_failing_event_parks_its_subject_and_the_others_go_on(make_app: MakeApp) -> None:
    """T15 and T16: its writes are gone, its siblings' stay, order within the subject is kept."""
    probe, broken = failing(10)
    app = make_app(probe)
    start(app)
    happen(app, 1, 2)
    happen(app, 10, 11, 12, thing=7)
    happen(app, 3)
    drain(app)
    happen(app, 13, thing=7)
    happen(app, 4)
    drain(app)
    assert effects(app) == [1, 2, 3, 4]
    assert [p.position for p in parked(app)] == [3, 4, 5, 7]
    assert "cannot stomach 10" in parked(app)[0].error
    broken.clear()
    make_due(app)
    drain(app)
    assert effects(app) == [1, 2, 3, 4, 10, 11, 12, 13]
    assert parked(app) == []
    happen(app, 14, thing=7)
    drain(app)
    assert effects(app)[-1] == 14


def test_an_error_that_says_what_no_database_keeps_parks_its_event(make_app: MakeApp) -> None:
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        raise ValueError("before\0behind\ud800")

    app = make_app(probe)
    start(app)
    happen(app, 1)
    drain(app)
    assert "before\ufffdbehind?" in parked(app)[0].error


def test_a_failing_event_in_a_batch_parks_alone(make_app: MakeApp) -> None:
    probe = Listener()

    @subscriber(probe, Happened, batch=True)
    def on_happened(events: Sequence[Recorded], ctx: Context) -> None:
        for recorded in events:
            ctx.session.add(
                Effect(
                    plugin="probe",
                    service_id=ctx.service_id,
                    position=recorded.position,
                    number=recorded.data.number,
                    replaying=ctx.replaying,
                )
            )
        ctx.session.flush()
        if any(recorded.data.number == 3 for recorded in events):
            raise ValueError

    app = make_app(probe)
    start(app)
    for number in range(1, 7):
        happen(app, number, thing=number % 3)
    drain(app)
    assert sorted(effects(app)) == [1, 2, 4, 5]
    assert [p.position for p in parked(app)] == [3, 6]


def test_a_parked_event_is_tried_again_and_then_waits_for_an_administrator(
    make_app: MakeApp,
) -> None:
    probe, _ = failing(1)
    app = make_app(probe)
    start(app)
    happen(app, 1, 2)
    drain(app)
    for _ in range(parked_events.MAX_ATTEMPTS + 2):
        make_due(app)
        drain(app)
    first, second = parked(app)
    assert first.attempts == parked_events.MAX_ATTEMPTS
    assert first.retry_at is None
    assert second.attempts == 0


def test_an_administrator_retries_or_skips_the_first_of_a_subject_only(make_app: MakeApp) -> None:
    probe, broken = failing(1, 2)
    app = make_app(probe)
    start(app)
    happen(app, 1, 2, 3)
    drain(app)
    with pytest.raises(Refused), write_session(app) as session:
        parked_events.decide(session, "probe", SERVICE, 2, "retry", actor_id=5)
    with pytest.raises(Refused), write_session(app) as session:
        parked_events.decide(session, "probe", SERVICE, 1, "skip", actor_id=5, reason=" \u200b")
    with write_session(app) as session:
        parked_events.decide(session, "probe", SERVICE, 1, "skip", actor_id=5, reason="A test.")
    broken.discard(2)
    drain(app)
    assert effects(app) == [2, 3]
    (skipped,) = parked(app)
    assert (skipped.skip_reason, skipped.skipped_by) == ("A test.", 5)
    with pytest.raises(NotFound), write_session(app) as session:
        parked_events.decide(session, "probe", SERVICE, 1, "retry", actor_id=5)
    with read_session(app) as session:
        assert list(session.scalars(select(EventLog.type).where(EventLog.actor_id == 5))) == [
            "event.skipped"
        ]


def test_an_event_that_ends_the_process_is_parked_and_the_others_are_handled(
    make_app: MakeApp,
) -> None:
    """T17. A death leaves only the count of tries behind, which is what is written here; real
    deaths are in tests/reliability."""

    class Death(BaseException):
        """Stands for the end of the process."""

    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)
        if event.number == 3:
            raise Death

    app = make_app(probe)
    start(app)
    for number in range(1, 6):
        happen(app, number, thing=number)
    deaths = 0
    while True:
        try:
            if Worker(app).drain(timeout=5):
                break
        except Death:
            deaths += 1
    assert deaths == DEATHS_BEFORE_PARKING
    assert effects(app) == [1, 2, 4, 5]
    assert [p.position for p in parked(app)] == [3]


def test_trouble_of_the_database_parks_nothing(make_app: MakeApp) -> None:
    """T18."""
    probe = Listener()
    away = [True]

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)
        if away[0]:
            raise OperationalError(
                "SELECT 1", {}, Exception("gone away"), connection_invalidated=True
            )

    app = make_app(probe)
    start(app)
    happen(app, 1, 2)
    Worker(app).work()
    with read_session(app) as session:
        (health,) = subscriptions.health(session)
    assert (health.lag, health.parked) == (2, 0)
    assert health.error is not None
    assert "gone away" in health.error
    away[0] = False
    make_due(app)
    drain(app)
    assert effects(app) == [1, 2]
    with read_session(app) as session:
        assert subscriptions.health(session)[0].error is None


MISTAKES = {
    "a column that is not there": {
        "sqlite": ["SELECT nothing FROM log_head"],
        "postgresql": ["SELECT nothing FROM log_head"],
    },
    "too many parameters": {
        "sqlite": ["SELECT ?1000000"],
        "postgresql": ["SELECT ARRAY[" + ",".join(["%s"] * 66_000) + "]"],
    },
    "a statement that takes too long": {
        "sqlite": ["SELECT nothing"],
        "postgresql": ["SET LOCAL statement_timeout = 1", "SELECT pg_sleep(1)"],
    },
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_statement_parks_its_event_and_stops_nothing(
    make_app: MakeApp, mistake: str
) -> None:
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)
        connection = ctx.session.connection()
        for statement in MISTAKES[mistake][connection.dialect.name] if event.number == 2 else ():
            parameters = (1,) * statement.count("%s")
            connection.exec_driver_sql(statement, parameters or None)

    app = make_app(probe)
    start(app)
    happen(app, 1)
    happen(app, 2, thing=2)
    happen(app, 3)
    drain(app)
    assert effects(app) == [1, 3]
    assert [each.position for each in parked(app)] == [2]


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_handler_that_computes_until_the_server_gives_it_up_is_parked(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trouble, "IDLE_IN_TRANSACTION_MS", 40)
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        if event.number == 2:
            ctx.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 1"))
            time.sleep(0.05)
        note(ctx, event.number)
        ctx.session.flush()

    app = make_app(probe)
    start(app)
    happen(app, 1)
    happen(app, 2, thing=2)
    happen(app, 3)
    for _try in range(2 * DEATHS_BEFORE_PARKING):
        Worker(app).work()
        make_due(app)
    assert effects(app) == [1, 3]
    assert [each.position for each in parked(app)] == [2]


def test_what_a_plugin_that_is_off_or_gone_has_parked_is_left_alone(make_app: MakeApp) -> None:
    """T23."""
    probe, broken = failing(1)
    app = make_app(probe)
    start(app)
    happen(app, 1)
    drain(app)
    stop(app)
    broken.clear()
    make_due(app)
    drain(app)
    assert len(parked(app)) == 1
    without_plugin = make_app()
    start(app)
    make_due(app)
    assert Worker(without_plugin).work() == 0
    assert len(parked(app)) == 1
    drain(app)
    assert effects(app) == [1]


def test_an_upcaster_that_raises_parks_its_event_alone(make_app: MakeApp) -> None:
    renewed = Listener("renewed")

    @declare(renewed, "renewed.happened", version=2, subject="thing:{thing}")
    class Renewed(Event):
        """As `Happened`, with fields of today."""

        thing: int
        number: int

    @upcast(renewed, "renewed.happened", 1)
    def add_number(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "number": fields["old"]}

    @subscriber(renewed, Renewed)
    def on_happened(event: Renewed, ctx: Context) -> None:
        note(ctx, event.number)

    app = make_app(renewed)
    start(app, "renewed")
    payloads = [(2, '{"thing":1,"number":1}'), (1, '{"thing":2}'), (2, '{"thing":3,"number":3}')]
    with write_session(app) as session:
        for position, (version, data) in enumerate(payloads, start=1):
            session.add(
                EventLog(
                    service_id=SERVICE,
                    position=position,
                    event_id=str(uuid4()),
                    type="renewed.happened",
                    version=version,
                    subject=f"thing:{position}",
                    occurred_at=clock.now(),
                    data=data,
                )
            )
        session.add(LogHead(service_id=SERVICE, position=3))
    drain(app)
    assert effects(app, "renewed") == [1, 3]
    assert "its upcaster from version 1 raises KeyError" in parked(app)[0].error


def test_a_handler_that_rolls_back_parks_its_event_alone(make_app: MakeApp) -> None:
    """It takes the batch's transaction along, so it is found as what ends a process is."""
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)
        if event.number == 2:
            ctx.session.rollback()
            raise ValueError

    app = make_app(probe)
    start(app)
    for number in (1, 2, 3):
        happen(app, number, thing=number)
    for _ in range(2 * DEATHS_BEFORE_PARKING):
        make_due(app)
        Worker(app).work()
    assert effects(app) == [1, 3]
    assert [p.position for p in parked(app)] == [2]


def test_what_waited_behind_a_parked_event_follows_it_in_one_pass(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine, its turn is not up before the end.
    monkeypatch.setattr(worker_module, "TURN_SECONDS", 60.0)
    probe, broken = failing(0)
    app = make_app(probe)
    start(app)
    happen(app, *range(8))
    drain(app)
    assert len(parked(app)) == 8
    broken.clear()
    make_due(app)
    Worker(app).work()
    assert effects(app) == list(range(8))
