"""Work that is due: planned, declared, and what became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eak_core.db import read_session, write_session
from eak_core.events import on_schedule, schedule, subscriptions
from eak_core.events.models import ScheduledWork
from tests.core.events.probe import SERVICE, Effect, Listener

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


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
