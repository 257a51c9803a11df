"""Who was shown how often, month by month, and who has a newcomer's place now."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from eak_core.api import Idea, Session
from eak_matchmaking.models import Exposure, Need, Newcomer, Organisation
from eak_matchmaking.needs.finding import waiting
from eak_matchmaking.scoring.measures import gini

#: So many months are told of.
MOST_MONTHS = 12
#: So many newcomers are named.
MOST_NEWCOMERS = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """How often an organisation stood among the first five of a list."""

    organisation_id: int
    name: str
    shown: int


@dataclass(frozen=True, slots=True)
class Month:
    """A ``month`` (``2026-03``): ``partners`` are all that offered something, most shown first."""

    month: str
    partners: Sequence[Shown]

    @property
    def gini(self) -> Fraction:
        """How unevenly they were shown: see `eak_matchmaking.scoring.measures.gini`."""
        return gini(each.shown for each in self.partners)


@dataclass(frozen=True, slots=True)
class Placed:
    """A newcomer, and the idea in whose list it has the fifth place."""

    organisation_id: int
    name: str
    title: str


def months(session: Session, service_id: int) -> list[Month]:
    """The last `MOST_MONTHS` months in which anything was counted, the latest first."""
    last = (
        select(Exposure.month)
        .where(Exposure.service_id == service_id)
        .distinct()
        .order_by(Exposure.month.desc())
        .limit(MOST_MONTHS)
    )
    rows = session.execute(
        select(Exposure.month, Organisation.id, Organisation.name, Exposure.shown)
        .join(Organisation, Organisation.id == Exposure.organisation_id)
        .where(Exposure.service_id == service_id, Exposure.month.in_(last))
        .order_by(
            Exposure.month.desc(), Exposure.shown.desc(), Organisation.folded, Organisation.id
        )
    )
    found: dict[str, list[Shown]] = {}
    for month, organisation_id, name, shown in rows:
        found.setdefault(month, []).append(Shown(organisation_id, name, shown))
    return [Month(month, partners) for month, partners in found.items()]


def placed(session: Session, service_id: int) -> list[Placed]:
    """The newcomers who have a place now, by their names."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, Idea.title)
        .select_from(Newcomer)
        .join(Organisation, Organisation.id == Newcomer.organisation_id)
        .join(Need, Need.id == Newcomer.need_id)
        .where(Newcomer.service_id == service_id, *waiting(service_id))
        .order_by(Organisation.folded, Organisation.id)
        .limit(MOST_NEWCOMERS)
    )
    return [Placed(*row) for row in rows]
