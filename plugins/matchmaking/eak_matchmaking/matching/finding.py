"""Finding rounds, and where they stand by the clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, func, select

from eak_core.api import (
    Idea,
    Labels,
    NotFound,
    Service,
    Session,
    _l,
    clock,
    idea_labels,
    public_ideas,
    row_in,
)
from eak_matchmaking.matching.tables import MatchingRound, Pair, RoundIdea
from eak_matchmaking.models import Need
from eak_matchmaking.needs.finding import waiting
from eak_matchmaking.proposals.stages import takes_proposals
from eak_matchmaking.proposals.tables import Proposal

#: Where a round stands, whether or not a worker was in time to match it: ``closing`` takes no
#: preferences any more, and is not matched yet.
Phase = Literal["open", "closing", "closed", "cancelled"]
#: So many ideas can take part in one round.
MOST_IDEAS = 500
#: So many pairs are counted at most.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """An idea that could take part."""

    id: int
    title: str
    slug: str
    stage: str
    labels: Labels


def round_of(session: Session, service: Service, round_id: int) -> MatchingRound:
    """The round ``round_id`` of a service; `NotFound` otherwise."""
    return row_in(
        session, service, MatchingRound, round_id, _l("There is no matching round at this address.")
    )


def phase(held: MatchingRound, now: datetime | None = None) -> Phase:
    """Where a round stands at ``now``."""
    if held.state == "open":
        return "open" if (now or clock.now()) < held.closes_at else "closing"
    return "closed" if held.state == "closed" else "cancelled"


def asked_at(session: Session) -> datetime:
    """The instant by which a preference counts: when its request arrived, before it waited for its
    turn among those who write."""
    now = clock.now()
    return min(session.began_at or now, now)  # a demonstration declares in the past


def locked(session: Session, held: MatchingRound) -> MatchingRound:
    """A round as it stands, kept from changing until the transaction ends."""
    return session.get_one(MatchingRound, held.id, with_for_update=True, populate_existing=True)


def rounds_of(service_id: int) -> Select[MatchingRound]:
    """The statement of all rounds of a service, the latest first."""
    return (
        select(MatchingRound)
        .where(MatchingRound.service_id == service_id)
        .order_by(MatchingRound.opened_at.desc(), MatchingRound.id.desc())
    )


def open_round(session: Session, service_id: int) -> MatchingRound | None:
    """The round of a service that was not matched yet."""
    return session.scalar(
        select(MatchingRound).where(
            MatchingRound.service_id == service_id, MatchingRound.state == "open"
        )
    )


def candidates(session: Session, service_id: int) -> Sequence[Candidate]:
    """The ideas of a service that look for a partner: everybody may read them, they can be piloted
    where they stand, and something is missing. By title; at most `MOST_IDEAS`."""
    rows = session.execute(
        select(Idea.id, Idea.title, Idea.slug, Idea.stage)
        .join(Need, Need.idea_id == Idea.id)
        .where(*waiting(service_id))
        .distinct()
        .order_by(Idea.slug, Idea.id)
    )
    able = [row for row in rows if takes_proposals(row.stage)][:MOST_IDEAS]
    labels = idea_labels(session, [row.id for row in able])
    return [Candidate(row.id, row.title, row.slug, row.stage, labels[row.id]) for row in able]


def ideas_in(session: Session, service_id: int, held: MatchingRound) -> Mapping[int, Idea]:
    """The ideas of a round that everybody may read, by title."""
    rows = session.scalars(
        select(Idea)
        .join(RoundIdea, RoundIdea.idea_id == Idea.id)
        .where(RoundIdea.round_id == held.id, *public_ideas(service_id))
        .order_by(Idea.slug, Idea.id)
    )
    return {each.id: each for each in rows}


def pairs_of(session: Session, held: MatchingRound) -> Sequence[Pair]:
    """The pairs of a round, in the order of its ideas."""
    return session.scalars(
        select(Pair).where(Pair.round_id == held.id).order_by(Pair.idea_id)
    ).all()


def proposals_of(session: Session, pairs: Sequence[Pair]) -> Mapping[int, Proposal]:
    """What became of confirmed pairs, by the ids of their proposals."""
    ids = [each.proposal_id for each in pairs if each.proposal_id is not None]
    found = session.scalars(select(Proposal).where(Proposal.id.in_(ids))) if ids else ()
    return {each.id: each for each in found}


def pair_of(session: Session, held: MatchingRound, idea_id: int) -> Pair:
    """The pair of an idea in a round; `NotFound` where it has none."""
    found = session.get(Pair, (held.id, idea_id)) if 0 < idea_id < 2**31 else None
    if found is None:
        raise NotFound(_l("This idea goes with no partner in this round."))
    return found


def waiting_pairs(session: Session, rounds: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """How many pairs each of ``rounds`` has, and how many of them wait for a decision."""
    waits = func.count().filter(Pair.standing == "waiting")
    rows = session.execute(
        select(Pair.round_id, func.count(), waits)
        .where(Pair.round_id.in_(rounds))
        .group_by(Pair.round_id)
    )
    return {round_id: (pairs, waiting_) for round_id, pairs, waiting_ in rows}


def count_waiting(session: Session, service_id: int) -> int:
    """How many pairs wait for those who run a service, at most `MOST_COUNTED`."""
    waits = (
        select(Pair.idea_id)
        .join(MatchingRound, MatchingRound.id == Pair.round_id)
        .where(Pair.standing == "waiting", MatchingRound.service_id == service_id)
        .limit(MOST_COUNTED)
    )
    return session.scalar(select(func.count()).select_from(waits.subquery())) or 0
