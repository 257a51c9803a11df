"""What votes have to tell elsewhere: in the history of an idea, and on the portal."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from eak_core.api import AccountLinks, HistoryEntry, Idea, NavItem, Service, Session, _, _l, clock
from eak_voting.models import Ballot, BallotOption

#: How many ballots the portal shows.
ON_PORTAL = 6


def of_idea(session: Session, service: Service, idea: Idea) -> Iterator[HistoryEntry]:
    """When people could vote on ``idea``, and when a vote that took it up was cancelled."""
    query = (
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
            Ballot.service_id == service.id,
            BallotOption.idea_id == idea.id,
            Ballot.opened_at.is_not(None),
        )
        .order_by(Ballot.opened_at, Ballot.id)
    )
    for row in session.execute(query):
        link = ("voting.show", {"ballot_id": row.id, "slug": row.slug})
        yield HistoryEntry(row.opened_at, _("Put to the vote: %(title)s", title=row.title), *link)
        if row.closed_at is not None:
            label = _("End of the vote: %(title)s", title=row.title)
            yield HistoryEntry(row.closed_at, label, *link)
        if row.cancelled_at is not None:
            label = _("Vote cancelled: %(title)s", title=row.title)
            yield HistoryEntry(row.cancelled_at, label, *link)


def open_now(session: Session, services: Sequence[Service]) -> AccountLinks | None:
    """The ballots of ``services`` that take votes now, those that end first before the others."""
    named = {service.id: service for service in services}
    now = clock.now()
    query = (
        select(Ballot.id, Ballot.slug, Ballot.title, Ballot.service_id)
        .where(
            Ballot.service_id.in_(named),
            Ballot.state.in_(("announced", "open")),
            Ballot.opens_at <= now,
            Ballot.closes_at > now,
        )
        .order_by(Ballot.closes_at, Ballot.id)
        .limit(ON_PORTAL)
    )
    links = []
    for row in session.execute(query):
        service = named[row.service_id]
        label = _("%(title)s (%(service)s)", title=row.title, service=service.name)
        values = {"service_slug": service.slug, "ballot_id": row.id, "slug": row.slug}
        links.append(NavItem(label, "voting.show", values))
    return AccountLinks(_l("Votes that are open now"), links) if links else None
