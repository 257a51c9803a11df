"""Who was shown how often, month by month, who has a newcomer's place now, and what became of what
partners proposed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from statistics import median_low

from sqlalchemy import func, or_, select

from eak_core.api import Idea, Session
from eak_matchmaking.models import Need, Organisation
from eak_matchmaking.needs.finding import waiting
from eak_matchmaking.proposals.tables import Proposal, ProposalStep
from eak_matchmaking.suggestions.tables import Exposure, Newcomer

#: So many months are told of.
MOST_MONTHS = 12
#: So many newcomers are named.
MOST_NEWCOMERS = 50
#: So many of the latest proposals that were decided are counted.
MOST_DECIDED = 1_000


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
        """How unevenly they were shown: see `gini`."""
        return gini(each.shown for each in self.partners)


@dataclass(frozen=True, slots=True)
class Placed:
    """A newcomer, and the idea in whose list it has the fifth place."""

    organisation_id: int
    name: str
    title: str


def gini(shown: Iterable[int]) -> Fraction:
    """How unevenly ``shown`` is spread: 0 where all have the same, (n - 1) / n where one of n has
    all. 0 where there is nothing to spread. `ValueError` for a number below 0."""
    values = sorted(shown)
    total, number = sum(values), len(values)
    if values and values[0] < 0:
        raise ValueError("a number below 0 cannot be spread.")
    if not total:
        return Fraction(0)
    weighted = sum(place * value for place, value in enumerate(values, start=1))
    return Fraction(2 * weighted - (number + 1) * total, number * total)


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


@dataclass(frozen=True, slots=True)
class Decided:
    """Of so many proposals that were ``decided``, how many were ``accepted``, also where they have
    ended since; and how long half of them waited, at most, for a first ``answer``: of the author of
    the idea, or of those who run the service."""

    decided: int
    accepted: int
    answer: timedelta


def decided(session: Session, service_id: int) -> Decided | None:
    """What became of the last `MOST_DECIDED` proposals that were decided in a service; None where
    none was. What is open, or was withdrawn, is nobody's business yet, and is not counted."""
    answered = (
        select(func.min(ProposalStep.at))
        .where(
            ProposalStep.proposal_id == Proposal.id,
            ProposalStep.by.in_(("author", "manager")),
            # That a round has brought the two together answers nobody.
            ProposalStep.kind != "matched",
        )
        .scalar_subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Proposal.accepted_at, Proposal.proposed_at, answered)
        .where(
            Proposal.service_id == service_id,
            or_(Proposal.accepted_at.is_not(None), Proposal.standing == "declined"),
        )
        .order_by(Proposal.id.desc())
        .limit(MOST_DECIDED)
    ).all()
    if not rows:
        return None
    # The decision itself is an answer, so each has one.
    waits = [first - proposed for _accepted, proposed, first in rows]
    accepted = sum(at is not None for at, _proposed, _first in rows)
    return Decided(len(rows), accepted, median_low(waits))
