"""Figures of a service month by month: ideas, those who wrote them, and how long answers took.

They are totals like others (`eak_core.ideas.counting.totals`), kept with the log: ``month``
(``2026-03``) is what was submitted in a month, ``author`` (``2026-03:12``) what somebody submitted
in it, ``delay`` (``2026-03:12``) what got its first answer in it after so many days. Months are
those of Paris.
Ideas of other sites are in none of them, as they were submitted elsewhere; withdrawn ones were
submitted, and that is all.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, case, func, select

from eak_core.calendar import PARIS
from eak_core.db import Session
from eak_core.ideas.models import Idea, IdeaTotal
from eak_core.ideas.stages import WITHDRAWN

#: Of how many months a page tells, the present one among them.
SHOWN = 12

_here = Idea.source.is_(None)
#: What is read of an idea for its figures, in the order in which `counted` takes it.
COLUMNS = (
    Idea.author_id,
    case((_here, Idea.submitted_at), else_=None),
    case((_here, Idea.answered_at), else_=None),
)


@dataclass(frozen=True, slots=True)
class Month:
    """What happened in a month (its first day): how many ``ideas`` were submitted, by how many
    ``people``, how many were ``answered`` for the first time, and after how many whole days at
    most half of these were (``delay``; None where there is none)."""

    first: date
    ideas: int
    people: int
    answered: int
    delay: int | None


def counted(
    stage: str, author_id: int | None, submitted: Any, answered: Any
) -> Iterator[tuple[Literal["month", "author", "delay"], str]]:
    """What an idea is counted in; instants may be as a driver has them."""
    came, went = _instant(submitted), _instant(answered)
    if came is None:
        return
    yield "month", _month(came)
    if stage == WITHDRAWN:
        return
    if author_id is not None:
        yield "author", f"{_month(came)}:{author_id}"
    if went is not None:
        yield "delay", f"{_month(went)}:{max(0, (went - came).days)}"


def months(
    session: Session, service_ids: Collection[int], now: datetime, number: int = SHOWN
) -> list[Month]:
    """The last ``number`` months of these services together up to ``now``, the first one first: two
    statements, however many ideas there are. Who wrote in several is counted in each."""
    firsts = _firsts(now, number)
    of_service = _since(service_ids, firsts[0])
    ideas = Counter[str]()
    delays: dict[str, list[tuple[int, int]]] = {}
    kinds = IdeaTotal.kind.in_(("month", "delay"))
    for kind, key, number_ in session.execute(
        select(IdeaTotal.kind, IdeaTotal.key, IdeaTotal.ideas).where(*of_service, kinds)
    ):
        month, _colon, days = key.partition(":")
        if kind == "month":
            ideas[month] += number_
        else:
            delays.setdefault(month, []).append((int(days), number_))
    # A stretch of the index each, and nothing more is said of the key: SQLite begins one at the
    # first of two lower bounds. To group them by a part of the key takes three times as long.
    people = session.execute(
        select(
            *(
                select(func.count())
                .where(
                    IdeaTotal.service_id.in_(service_ids),
                    IdeaTotal.ideas > 0,
                    IdeaTotal.kind == "author",
                    IdeaTotal.key >= f"{first:%Y-%m}:",
                    IdeaTotal.key < f"{first:%Y-%m};",
                )
                .scalar_subquery()
                for first in firsts
            )
        )
    ).one()
    return [
        Month(
            first,
            ideas[key],
            wrote,
            sum(each for _days, each in delays.get(key, ())),
            median(delays.get(key, ())),
        )
        for first, wrote in zip(firsts, people, strict=True)
        for key in [f"{first:%Y-%m}"]
    ]


@dataclass(frozen=True, slots=True)
class Year:
    """What happened in one service in several months: how many ``ideas`` were submitted, how many
    were ``answered`` for the first time, and the median ``delay`` of these, as in `Month`."""

    ideas: int
    answered: int
    delay: int | None


def years(
    session: Session, service_ids: Collection[int], now: datetime, number: int = SHOWN
) -> dict[int, Year]:
    """The last ``number`` months of each of these services up to ``now``: one statement."""
    ideas, delays = Counter[int](), dict[int, list[tuple[int, int]]]()
    of_services = _since(service_ids, _firsts(now, number)[0])
    for service_id, kind, key, number_ in session.execute(
        select(IdeaTotal.service_id, IdeaTotal.kind, IdeaTotal.key, IdeaTotal.ideas).where(
            *of_services, IdeaTotal.kind.in_(("month", "delay"))
        )
    ):
        if kind == "month":
            ideas[service_id] += number_
        else:
            delays.setdefault(service_id, []).append((int(key.partition(":")[2]), number_))
    return {
        each: Year(
            ideas[each],
            sum(answered for _days, answered in delays.get(each, ())),
            median(delays.get(each, ())),
        )
        for each in service_ids
    }


def _since(service_ids: Collection[int], first: date) -> tuple[ColumnElement[bool], ...]:
    return (
        IdeaTotal.service_id.in_(service_ids),
        IdeaTotal.key >= f"{first:%Y-%m}",
        IdeaTotal.ideas > 0,
    )


def median(found: Any) -> int | None:
    """The least number of days within which half of the ideas, or more, had their answer, of pairs
    of days and ideas; None of none."""
    half, so_far = sum(number for _days, number in found) / 2, 0
    for days, number in sorted(found):
        so_far += number
        if so_far >= half:
            return int(days)
    return None


def _firsts(now: datetime, number: int) -> list[date]:
    local = now.astimezone(PARIS)
    last = local.year * 12 + local.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(last - number + 1, last + 1)]


def _month(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%Y-%m}"


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    at: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
