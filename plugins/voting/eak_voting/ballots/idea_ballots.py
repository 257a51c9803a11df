"""The ballots that ideas stand in."""

from collections.abc import Iterable

from sqlalchemy import select

from eak_core.api import Session, clock, valid_until
from eak_voting.models import Ballot, BallotOption


def ballots_of(
    session: Session, service_id: int, idea_ids: Iterable[int], *, now: bool = False
) -> dict[int, list[Ballot]]:
    """The ballots each of these ideas stands in, the latest first, in one query; only those that
    take votes ``now``, where asked."""
    query = (
        select(BallotOption.idea_id, Ballot)
        .join(Ballot, Ballot.id == BallotOption.ballot_id)
        .where(
            Ballot.service_id == service_id,
            BallotOption.idea_id.in_(list(idea_ids)),
            Ballot.state != "draft",
        )
        .order_by(Ballot.closes_at.desc(), Ballot.id.desc())
    )
    at = clock.now()
    if now:
        query = query.where(Ballot.state.in_(("announced", "open")), Ballot.closes_at > at)
    found: dict[int, list[Ballot]] = {}
    for idea_id, ballot in session.execute(query):
        if ballot.state in ("announced", "open"):
            for instant in (ballot.opens_at, ballot.closes_at):
                if instant > at:
                    valid_until(instant)
        if idea_id is not None and (not now or ballot.opens_at <= at):
            found.setdefault(idea_id, []).append(ballot)
    return found
