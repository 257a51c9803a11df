"""From what somebody is suspended, and whom they stand in for, as their account says it: rooms that
decide about it write it here, so that who may do what is known without a further statement in each
request."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from eak_core.db import Session
from eak_core.db.clocks import database_now
from eak_core.i18n import _l
from eak_core.people.models import Person
from eak_core.permissions import Abuse, StandIn, Suspension
from eak_core.web.i18n import date

_SAID: dict[Abuse, Any] = {
    "content": lambda until: _l(
        "The moderators have suspended you here until %(until)s included: you cannot propose,"
        " comment or take part in writing.",
        until=until,
    ),
    "reports": lambda until: _l(
        "The moderators have suspended you here until %(until)s included: you cannot report"
        " anything with your account.",
        until=until,
    ),
}

#: A row of what is kept: the service, the abuse, the end, and which measure it was.
_Row = tuple[int, Abuse, datetime, int]


class _Day:
    """The last day of what ends at an instant, in the language in which it is read."""

    def __init__(self, until: datetime) -> None:
        self.last = until - timedelta(seconds=1)

    def __str__(self) -> str:
        return date(self.last)


def keep_suspensions(person: Person, suspensions: Iterable[Suspension]) -> None:
    """Let the account of ``person`` say that they are suspended so, and not otherwise."""
    rows: list[_Row] = [
        (each.service_id, each.abuse, each.until, each.measure_id) for each in suspensions
    ]
    person.suspensions = msgspec.json.encode(rows).decode() if rows else None


def suspensions_of(person: Person) -> tuple[Suspension, ...]:
    """From what ``person`` is suspended, over or not."""
    if person.suspensions is None:
        return ()
    rows = msgspec.json.decode(person.suspensions, type=list[_Row])
    return tuple(Suspension(*row, said=_SAID[row[1]](_Day(row[2]))) for row in rows)


#: The service, whose place, and from when to when.
_Place = tuple[int, int, datetime, datetime]


def keep_stand_ins(person: Person, places: Iterable[_Place]) -> None:
    """Let the account of ``person`` say that they stand in so: in a service, for somebody, from one
    instant to another."""
    rows = list(places)
    person.deputies = msgspec.json.encode(rows).decode() if rows else None


def stand_ins_of(session: Session, person: Person) -> tuple[StandIn, ...]:
    """Whom ``person`` stands in for, and has stood in for of late, not what is to come. By the
    clock of the database, which is asked only where there is something."""
    if person.deputies is None:
        return ()
    now = database_now(session)
    rows = msgspec.json.decode(person.deputies, type=list[_Place])
    return tuple(
        StandIn(service_id, for_id, ends, over=now >= ends)
        for service_id, for_id, begins, ends in rows
        if begins <= now
    )
