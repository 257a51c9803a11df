"""What votes have to tell in the history of an idea."""

from collections.abc import Iterator

from sqlalchemy import bindparam, select

from eak_core.api import HistoryEntry, Idea, Service, Session, _
from eak_voting.models import Ballot, BallotOption

# Put together once: the page of every idea asks for them.
_OF_IDEA = (
    select(
        Ballot.id,
        Ballot.slug,
        Ballot.title,
        Ballot.opened_at,
        Ballot.closed_at,
        Ballot.cancelled_at,
    )
    .join(BallotOption, BallotOption.ballot_id == Ballot.id)
    .where(
        Ballot.service_id == bindparam("service"),
        BallotOption.idea_id == bindparam("idea"),
        Ballot.opened_at.is_not(None),
    )
    .order_by(Ballot.opened_at, Ballot.id)
)


def of_idea(session: Session, service: Service, idea: Idea) -> Iterator[HistoryEntry]:
    """When people could vote on ``idea``, and when a vote that took it up was cancelled."""
    for row in session.execute(_OF_IDEA, {"service": service.id, "idea": idea.id}):
        link = ("voting.show", {"ballot_id": row.id, "slug": row.slug})
        yield HistoryEntry(row.opened_at, _("Put to the vote: %(title)s", title=row.title), *link)
        if row.closed_at is not None:
            label = _("End of the vote: %(title)s", title=row.title)
            yield HistoryEntry(row.closed_at, label, *link)
        if row.cancelled_at is not None:
            label = _("Vote cancelled: %(title)s", title=row.title)
            yield HistoryEntry(row.cancelled_at, label, *link)
