"""What is kept together with the log: figures that are right at the same instant as its events.

A handler derives a moment later, and by itself. What pages show beside the rows that an act wrote –
how many there are – has to change in the same commit. It is brought up to date as the last thing
before it, while the head of the log is held: one at a time in each service, so that a row which
counts needs no lock of its own, and nobody waits for it longer than for a position.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import orm

from eak_core.events.types import Event

#: Brings what is kept of a service up to date after events: ``keep(session, service_id, events)``.
#: It reads what it needs anew, and locks nothing but what it alone writes: whoever waits for the
#: head may hold any other row.
Keep = Callable[[orm.Session, int, Sequence[Event]], None]

#: A sentence for each figure that is not what the rows say, of one service or of all (None).
Faults = Callable[[orm.Session, int | None], Iterator[str]]


@dataclass(frozen=True, slots=True)
class _Kept:
    after: frozenset[type[Event]]
    keep: Keep
    faults: Faults


_kept: list[_Kept] = []


def keep_with_log(*after: type[Event], keep: Keep, faults: Faults) -> None:
    """Let ``keep`` be called with those events that are one of ``after``, before each commit that
    records some; ``faults`` is what ``eak event verify`` asks."""
    _kept.append(_Kept(frozenset(after), keep, faults))


def bring_up_to_date(session: orm.Session, service_id: int, events: Iterable[Event]) -> None:
    """Let everything be kept that follows from ``events``, which were just written to the log of a
    service whose head this transaction holds."""
    events = list(events)
    for each in _kept:
        concerned = [event for event in events if type(event) in each.after]
        if concerned:
            each.keep(session, service_id, concerned)


def faults(session: orm.Session, only: int | None) -> Iterator[str]:
    """A sentence for each figure that is not what the rows say, in the service ``only`` or in
    any."""
    for each in _kept:
        yield from each.faults(session, only)
