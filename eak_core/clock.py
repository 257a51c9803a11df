"""The one clock of the platform: aware UTC, and freezable in tests.

It dates things; it never orders them (positions in the log do).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

#: Where the server puts, in the environment of a request, when it had arrived in whole: before it
#: stood in line for a thread. No header of a client has such a name.
ARRIVED = "eak.arrived"

_frozen: ContextVar[datetime | None] = ContextVar("eak_frozen_clock", default=None)
_wrong: ContextVar[timedelta] = ContextVar("eak_wrong_clock", default=timedelta())


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return (_frozen.get() or datetime.now(UTC)) + _wrong.get()


def ticks() -> float:
    """Seconds that only grow, to measure how long something takes: nothing, while time stands
    still. What they mean by themselves is unsaid."""
    instant = _frozen.get()
    return time.monotonic() if instant is None else instant.timestamp()


def frozen() -> datetime | None:
    """The instant that `freeze` made it for everybody; None where time passes."""
    return _frozen.get()


@contextmanager
def wrong(by: timedelta) -> Iterator[None]:
    """Let `now()` be wrong ``by`` so much in this context, while all other clocks are right."""
    token = _wrong.set(by)
    try:
        yield
    finally:
        _wrong.reset(token)


@contextmanager
def freeze(instant: datetime) -> Iterator[None]:
    """Make `now()` answer ``instant`` (aware) in this context."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
