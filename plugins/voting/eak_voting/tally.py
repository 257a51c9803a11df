"""The votes of a ballot as they stand in its box, and what they would give now.

Whoever calls decides who may see it: before the count that is `eak_voting.results.shown` alone.
"""

from collections.abc import Iterator

from sqlalchemy import func, select

from eak_core.api import Service, Session
from eak_voting.ballots import terms_of
from eak_voting.models import Ballot, Paper, RegisterEntry
from eak_voting.outcome import Outcome, outcome


def count(session: Session, service: Service, ballot: Ballot, seed: str) -> Outcome:
    """The result of the votes as they stand; nothing is written."""
    terms = terms_of(session, service, ballot)
    excluded = session.scalar(
        select(func.count())
        .select_from(Paper)
        .where(Paper.ballot_id == ballot.id, Paper.exclusion_id.is_not(None))
    )
    return outcome(
        terms,
        votes_of(session, ballot),
        seed=seed,
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
