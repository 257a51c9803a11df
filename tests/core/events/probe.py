"""A plugin as small as the event core sees it, for the tests of this folder."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from eak_core.db import Base, read_session, write_session
from eak_core.events import Context, Event, Subscriber, event, publish
from eak_core.events.types import EventType, Upcaster, Work
from eak_core.events.worker import Worker

SERVICE = 1

#: Builds applications on the test's database, as several processes would.
MakeApp = Callable[..., Flask]


@dataclass
class Listener:
    """As much of a plugin as the event core needs."""

    name: str = "probe"
    events: list[EventType] = field(default_factory=list)
    subscribers: list[Subscriber] = field(default_factory=list)
    upcasters: dict[tuple[str, int], Upcaster] = field(default_factory=dict)
    scheduled: dict[str, Work] = field(default_factory=dict)


PROBE = Listener()


@event(PROBE, "probe.happened", version=1, subject="thing:{thing}")
class Happened(Event):
    """Something happened to a thing."""

    thing: int
    number: int = 0


class Effect(Base):
    """What handlers write in these tests: no unique constraint, so doing it twice would show."""

    __tablename__ = "probe_effect"

    id: Mapped[int] = mapped_column(primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40))
    service_id: Mapped[int]
    position: Mapped[int]
    number: Mapped[int]
    replaying: Mapped[bool]


def note(ctx: Context, number: int) -> None:
    """Write down that the event of ``ctx`` took effect."""
    ctx.session.add(
        Effect(
            plugin=ctx.plugin,
            service_id=ctx.service_id,
            position=ctx.position,
            number=number,
            replaying=ctx.replaying,
        )
    )


def effects(app: Flask, plugin: str = "probe") -> list[int]:
    """The numbers that took effect, in the order in which they did."""
    with read_session(app) as session:
        return list(
            session.scalars(
                select(Effect.number).where(Effect.plugin == plugin).order_by(Effect.id)
            )
        )


def happen(app: Flask, *numbers: int, thing: int = 1, service_id: int = SERVICE) -> None:
    """Publish one event per number, each in a transaction of its own."""
    for number in numbers:
        with write_session(app) as session:
            publish(session, Happened(thing=thing, number=number), service_id=service_id)


def drain(app: Flask) -> None:
    """Let a worker handle all there is."""
    assert Worker(app).drain(timeout=30), "a subscription still lags"


def positions(session: Session, service_id: int = SERVICE) -> list[int]:
    """The positions in the log of a service, in order."""
    from eak_core.events.models import EventLog

    return list(
        session.scalars(
            select(EventLog.position)
            .where(EventLog.service_id == service_id)
            .order_by(EventLog.position)
        )
    )
