"""From what somebody is suspended, as their account says it: rooms that decide about it write it
here, so that who may do what is known without a further statement in each request."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from eak_core.i18n import _l
from eak_core.people.models import Person
from eak_core.permissions import Abuse, Suspension
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
