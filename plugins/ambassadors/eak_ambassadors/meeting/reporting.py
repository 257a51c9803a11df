"""The year of a service's ambassadors, in figures about what happened and about nobody."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from eak_ambassadors.models import Ambassador, Sitting, Volunteer
from eak_core.api import Session, in_paris, midnight, read_log

#: No report reaches further back.
FIRST_YEAR = 2020
#: The facts that a report counts, in its order.
FACTS = (
    "nominated", "consented", "endorsed", "jury_drawn", "recognised", "renewed", "revoked", "left",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What happened in a year: how often each of `FACTS`, how many juries did not recognise, and
    how many ambassadors and volunteers there are now."""

    year: int
    facts: Mapping[str, int]
    not_recognised: int
    ambassadors: int
    volunteers: int


def report(session: Session, service_id: int, year: int) -> Report:
    """The report of ``year`` (as clocks in Paris show it). It is counted from the log, which no
    erasure changes."""
    facts = Counter(_facts(session, service_id, year))
    since, until = midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1))
    decided = select(func.count()).select_from(Sitting)
    current = select(func.count()).select_from(Ambassador)
    ready = select(func.count()).select_from(Volunteer)
    return Report(
        year,
        {each: facts[each] for each in FACTS},
        session.scalar(
            decided.where(
                Sitting.service_id == service_id,
                Sitting.recognised.is_(False),
                Sitting.decided_at >= since,
                Sitting.decided_at < until,
            )
        ) or 0,
        session.scalar(
            current.where(Ambassador.service_id == service_id, Ambassador.ended_at.is_(None))
        ) or 0,
        session.scalar(ready.where(Volunteer.service_id == service_id)) or 0,
    )  # fmt: skip


def _facts(session: Session, service_id: int, year: int) -> list[str]:
    found: list[str] = []
    names = [f"ambassadors.{each}" for each in FACTS]
    beyond: int | None = None
    while page := read_log(
        session, service_id, types=names, newest_first=True, beyond=beyond, limit=1_000
    ):
        found += (
            each.type.partition(".")[2] for each in page if in_paris(each.occurred_at).year == year
        )
        beyond = page[-1].position
    return found
