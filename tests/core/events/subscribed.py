"""Subscriptions of tests: begun, ended, looked at, and plugins that note or fail."""

import threading

from flask import Flask
from sqlalchemy import select, update

from eak_core import clock
from eak_core.db import read_session, write_session
from eak_core.events import (
    Context,
    subscriber,
    subscriptions,
)
from eak_core.events.models import ParkedEvent, Subscription
from tests.core.events.probe import (
    SERVICE,
    Happened,
    Listener,
    effects,
    note,
)


def start(app: Flask, plugin: str = "probe", service_id: int = SERVICE) -> int:
    with write_session(app) as session:
        return subscriptions.start(session, plugin, service_id)


def stop(app: Flask, plugin: str = "probe") -> None:
    with write_session(app) as session:
        subscriptions.stop(session, plugin, SERVICE)


def parked(app: Flask) -> list[ParkedEvent]:
    with read_session(app) as session:
        return list(session.scalars(select(ParkedEvent).order_by(ParkedEvent.position)))


def make_due(app: Flask) -> None:
    """Let the pauses between tries be over."""
    with write_session(app) as session:
        session.execute(
            update(ParkedEvent)
            .where(ParkedEvent.retry_at.is_not(None))
            .values(retry_at=clock.now())
        )
        session.execute(update(Subscription).values(retry_at=None))


def wait_for_effects(app: Flask, *numbers: int) -> None:
    """Look until a worker elsewhere has done its part."""
    pause = threading.Event()
    for _ in range(2_000):
        if effects(app) == list(numbers):
            return
        pause.wait(0.01)
    raise AssertionError(f"only {effects(app)} took effect")


def noting() -> Listener:
    """A plugin that writes down what it is told."""
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)

    return probe


def failing(*bad: int, error: type[Exception] = ValueError) -> tuple[Listener, set[int]]:
    """A plugin that writes, then raises for some numbers; empty the set to mend it."""
    probe = Listener()
    broken = set(bad)

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)
        ctx.session.flush()
        if event.number in broken:
            raise error(f"cannot stomach {event.number}")

    return probe, broken
