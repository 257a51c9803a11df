"""The managers' view of the ballots of a service: which there are, and what waits for a decision.

Nothing here reads a vote or counts one: managers see of a running ballot what everybody sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, ScalarSelect, func, select

from eak_core.api import Idea, Service, Session, public_ideas
from eak_voting.ballots.finding import Phase, phase
from eak_voting.models import Ballot, BallotOption

#: Where ideas wait for a vote and its decision.
STAGE = "voting"
#: The order in which a manager looks at ballots: what waits for them first.
PHASES: tuple[Phase, ...] = ("draft", "counted", "open", "closing", "upcoming", "cancelled")


@dataclass(frozen=True, slots=True)
class Entry:
    """A ballot in the managers' list. ``undecided`` ideas of a counted one wait for a decision."""

    id: int
    slug: str
    title: str
    method: str
    phase: Phase
    opens_at: datetime
    opened_at: datetime | None
    closes_at: datetime
    options: int
    undecided: int


def entries(session: Session, service: Service) -> list[Entry]:
    """Every ballot of ``service``, the latest first: one statement."""
    options = (
        select(func.count())
        .where(BallotOption.ballot_id == Ballot.id)
        .correlate(Ballot)
        .scalar_subquery()
    )
    query = (
        select(Ballot, options, _undecided(service))
        .where(Ballot.service_id == service.id)
        .order_by(Ballot.closes_at.desc(), Ballot.id.desc())
    )
    return [
        Entry(
            ballot.id, ballot.slug, ballot.title, ballot.method, phase(ballot),
            ballot.opens_at, ballot.opened_at, ballot.closes_at, count,
            undecided if ballot.state == "counted" else 0,
        )
        for ballot, count, undecided in session.execute(query)
    ]  # fmt: skip


def waiting(session: Session, service: Service) -> tuple[int, int]:
    """What waits for managers: how many drafts, and how many counted ballots with ideas that wait
    for a decision."""
    query = select(
        func.count().filter(Ballot.state == "draft"),
        func.count().filter(Ballot.state == "counted", _undecided(service) > 0),
    ).where(Ballot.service_id == service.id)
    drafts, counted = session.execute(query).one()
    return drafts, counted


def ballots_holding(session: Session, idea: Idea) -> Sequence[Row[int, str, str, datetime]]:
    """The ballots with ``idea`` whose result is still to come: id, title, state, close."""
    query = (
        select(Ballot.id, Ballot.title, Ballot.state, Ballot.closes_at)
        .join(BallotOption, BallotOption.ballot_id == Ballot.id)
        .where(BallotOption.idea_id == idea.id, Ballot.state.in_(("announced", "open", "closed")))
        .order_by(Ballot.closes_at.desc(), Ballot.id)
    )
    return session.execute(query).all()


def _undecided(service: Service) -> ScalarSelect[int]:
    """How many ideas of a ballot stand where the vote found them, with no decision yet."""
    return (
        select(func.count())
        .select_from(BallotOption)
        .join(Idea, Idea.id == BallotOption.idea_id)
        .where(
            BallotOption.ballot_id == Ballot.id,
            BallotOption.decided_at.is_(None),
            Idea.stage == STAGE,
            *public_ideas(service.id),
        )
        .correlate(Ballot)
        .scalar_subquery()
    )
