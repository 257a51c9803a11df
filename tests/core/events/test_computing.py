"""Work that computes for long reads first, computes with no transaction open, and then writes."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import db, read_session, write_session
from eak_core.events import Moved, on_schedule, schedule, scheduling, subscriptions
from eak_core.events.core import get_event_core
from eak_core.events.models import ScheduledWork
from eak_core.events.performing import READINGS, compute, write
from eak_core.events.worker import Worker
from tests.core.events.planned import NOON
from tests.core.events.probe import (
    SERVICE,
    Effect,
    Listener,
    MakeApp,
    drain,
    effects,
    happen,
)

pytestmark = pytest.mark.usefixtures("noon")

SECONDS = 20.0


def total(session: Session) -> int:
    return sum(session.scalars(select(Effect.number).where(Effect.plugin == "seen")))


def seen(app: Flask, number: int) -> None:
    """Somebody adds to what is summed up."""
    with write_session(app) as session:
        session.add(effect("seen", number))


def effect(plugin: str, number: int) -> Effect:
    return Effect(plugin=plugin, service_id=SERVICE, position=0, number=number, replaying=False)


def summing(compute: Callable[[int], int]) -> Listener:
    """A plugin that sums up what was seen, once ``compute`` has thought about it."""
    probe = Listener()

    def read(
        session: Session, service: Any, name: str, due_at: datetime
    ) -> Callable[[], tuple[int, int]]:
        found = total(session)
        return lambda: (found, compute(found))

    @on_schedule(probe, "sum", reads=read)
    def keep(
        session: Session, service: Any, name: str, due_at: datetime, computed: tuple[int, int]
    ) -> None:
        found, result = computed
        if total(session) != found:
            raise Moved
        session.add(effect("probe", result))

    return probe


def planned(make_app: MakeApp, probe: Listener) -> Flask:
    app = make_app(probe)
    with write_session(app) as session:
        subscriptions.start(session, "probe", SERVICE)
        schedule(session, "probe", SERVICE, "sum:1", NOON)
    return app


def row(app: Flask) -> ScheduledWork | None:
    with read_session(app) as session:
        return session.scalars(select(ScheduledWork)).one_or_none()


def test_others_write_while_it_computes_and_it_takes_effect_once(make_app: MakeApp) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def compute(found: int) -> int:
        begun.set()
        assert go_on.wait(SECONDS)
        return found + 1

    app = planned(make_app, summing(compute))
    seen(app, 4)
    context = threading.Thread(target=in_context(lambda: drain(app)))
    context.start()
    try:
        assert begun.wait(SECONDS)
        happen(app, 1)
        with write_session(app) as session:
            session.execute(text("UPDATE log_head SET position = position"))
    finally:
        go_on.set()
        context.join(SECONDS)
    assert effects(app) == [5]
    assert row(app) is None


def in_context(act: Callable[[], None]) -> Callable[[], None]:
    """``act`` in another thread, at noon there as well."""

    def acting() -> None:
        with clock.freeze(NOON):
            act()

    return acting


def test_what_moves_meanwhile_is_read_and_computed_anew(make_app: MakeApp) -> None:
    asked: list[int] = []

    def compute(found: int) -> int:
        asked.append(found)
        if len(asked) == 1:
            seen(app, 30)
        return found

    app = planned(make_app, summing(compute))
    seen(app, 4)
    drain(app)
    assert asked == [4, 34]
    assert effects(app) == [34]
    assert row(app) is None


def test_what_never_stands_still_waits_and_says_so(make_app: MakeApp) -> None:
    asked: list[int] = []

    def compute(found: int) -> int:
        asked.append(found)
        if len(asked) <= READINGS:
            seen(app, 1)
        return found

    app = planned(make_app, summing(compute))
    drain(app)
    assert effects(app) == []
    waiting = row(app)
    assert waiting is not None
    assert waiting.next_attempt_at > NOON
    assert "moved" in (waiting.error or "")
    with clock.freeze(waiting.next_attempt_at):
        drain(app)
    assert effects(app) == [READINGS]


def test_what_reads_cannot_write(make_app: MakeApp) -> None:
    probe = Listener()

    def read(session: Session, service: Any, name: str, due_at: datetime) -> Callable[[], int]:
        session.execute(text("UPDATE log_head SET position = position"))
        return lambda: 1

    @on_schedule(probe, "sum", reads=read)
    def keep(session: Session, service: Any, name: str, due_at: datetime, computed: int) -> None:
        session.add(effect("probe", computed))

    app = planned(make_app, probe)
    drain(app)
    waiting = row(app)
    assert waiting is not None
    assert re.search("read-?only", waiting.error or "")
    assert effects(app) == []


def test_what_has_nothing_to_do_any_more_is_taken_off_the_list_and_not_called(
    make_app: MakeApp,
) -> None:
    probe = Listener()

    def read(session: Session, service: Any, name: str, due_at: datetime) -> None:
        return None

    @on_schedule(probe, "sum", reads=read)
    def keep(session: Session, service: Any, name: str, due_at: datetime, computed: int) -> None:
        raise AssertionError

    app = planned(make_app, probe)
    drain(app)
    assert row(app) is None


def test_a_plugin_switched_off_while_it_computes_writes_nothing(make_app: MakeApp) -> None:
    def compute(found: int) -> int:
        with write_session(app) as session:
            subscriptions.stop(session, "probe", SERVICE)
        return found

    app = planned(make_app, summing(compute))
    drain(app)
    assert effects(app) == []
    assert row(app) is not None


def test_what_is_scheduled_anew_while_it_computes_is_done_at_its_new_instant_alone(
    make_app: MakeApp,
) -> None:
    later = NOON + timedelta(hours=1)

    def compute(found: int) -> int:
        if clock.now() < later:
            with write_session(app) as session:
                schedule(session, "probe", SERVICE, "sum:1", later)
        return found + 1

    app = planned(make_app, summing(compute))
    drain(app)
    assert effects(app) == []
    with clock.freeze(later):
        drain(app)
    assert effects(app) == [1]


def test_two_that_compute_the_same_take_effect_once(make_app: MakeApp) -> None:
    """A worker whose claim was lost goes on computing, and another one begins."""
    app = planned(make_app, summing(lambda found: found + 1))
    core, second = get_event_core(app), Worker(app)
    with read_session(app) as session:
        (task,) = scheduling.due(session, ["probe"])
    with write_session(app) as session:
        attempt = scheduling.count_attempt(session, task)
    assert attempt is not None
    computed = compute(app, core, task, attempt)
    waiting = row(app)
    assert waiting is not None
    with clock.freeze(waiting.next_attempt_at):
        assert second.perform(task) == 1
        assert not write(app, core, task, attempt, computed)
    assert effects(app) == [1]


def test_a_clock_that_goes_wrong_while_it_computes_keeps_it_from_writing(
    make_app: MakeApp,
) -> None:
    app = planned(make_app, summing(lambda found: found + 1))
    core = get_event_core(app)
    with read_session(app) as session:
        (task,) = scheduling.due(session, ["probe"])
    with write_session(app) as session:
        attempt = scheduling.count_attempt(session, task)
    assert attempt is not None
    computed = compute(app, core, task, attempt)
    with clock.wrong(timedelta(hours=1)), pytest.raises(Exception, match="60 minutes"):
        write(app, core, task, attempt, computed)
    assert effects(app) == []
    assert write(app, core, task, attempt, computed)
    assert effects(app) == [1]


def test_it_computes_with_no_transaction_open(make_app: MakeApp) -> None:
    open_ones: list[int] = []

    def compute(found: int) -> int:
        with app.app_context():
            open_ones.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        return found

    app = planned(make_app, summing(compute))
    with app.app_context():
        claims = 0 if db.engine.dialect.name == "sqlite" else 1  # an advisory lock, no row
    drain(app)
    assert open_ones == [claims]
