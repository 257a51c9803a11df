"""The votes of a ballot as they stand in its box, and what they would give now.

Whoever calls decides who may see it: before the count that is `eak_voting.publishing.shown` alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from eak_core.api import Service, Session
from eak_voting.ballots.finding import terms_of
from eak_voting.casting.choices import ballots_digest
from eak_voting.counting.outcome import Outcome, outcome
from eak_voting.models import Ballot, Paper, RegisterEntry
from eak_voting.settings import Terms


@dataclass(frozen=True, slots=True)
class Box:
    """The box of a ballot as it was read: ``votes`` that count, ``voters`` and ``excluded`` votes
    by number. Two are equal where a count of them comes to the same."""

    terms: Terms
    votes: tuple[str, ...]
    voters: int
    excluded: int

    def count(self, seed: str) -> Outcome:
        """The result of the votes. Takes minutes in a large town: with no transaction open."""
        return outcome(
            self.terms, self.votes, seed=seed, voters=self.voters, excluded=self.excluded
        )

    def digest(self) -> str:
        """The hash of the votes, as it is published."""
        return ballots_digest(self.terms, self.votes)


def read_box(session: Session, service: Service, ballot: Ballot) -> Box:
    """The votes as they stand."""
    excluded = session.scalar(
        select(func.count())
        .select_from(Paper)
        .where(Paper.ballot_id == ballot.id, Paper.exclusion_id.is_not(None))
    )
    return Box(
        terms=terms_of(session, service, ballot),
        votes=tuple(votes_of(session, ballot)),
        voters=voters_of(session, ballot),
        excluded=excluded or 0,
    )


def voters_of(session: Session, ballot: Ballot) -> int:
    """How many people voted, excluded votes among them. Those of an imported ballot stand in no
    register of this site: there it is how many votes there are."""
    table = RegisterEntry if ballot.origin is None else Paper
    query = select(func.count()).select_from(table).where(table.ballot_id == ballot.id)
    return session.scalar(query) or 0


def votes_of(session: Session, ballot: Ballot) -> Iterator[str]:
    """Every vote that counts (canonical JSON), in the order of the text, which is no order of
    time."""
    query = (
        select(Paper.choices)
        .where(Paper.ballot_id == ballot.id, Paper.exclusion_id.is_(None))
        .order_by(Paper.choices)
    )
    yield from session.scalars(query.execution_options(yield_per=5_000))
