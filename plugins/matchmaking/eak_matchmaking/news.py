"""What newsletters tell of partners: the pilots that were found."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from eak_core.api import (
    Idea,
    NewsletterItem,
    Service,
    Session,
    _,
    not_hidden,
    plain_summary,
    public_ideas,
)
from eak_matchmaking.models import Organisation
from eak_matchmaking.proposals.tables import Proposal

#: How much of what a pilot brings is told, in characters.
TEXT_LENGTH = 300
MOST = 20


def items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterator[NewsletterItem]:
    """The proposals to pilot an idea that were accepted in that time, and still stand."""
    rows = session.execute(
        select(
            Proposal.id,
            Proposal.accepted_at,
            Proposal.brings,
            Organisation.name,
            Idea.id.label("idea_id"),
            Idea.title,
        )
        .join(Organisation, Organisation.id == Proposal.organisation_id)
        .join(Idea, Idea.id == Proposal.idea_id)
        .where(
            Proposal.service_id == service.id,
            Proposal.standing == "accepted",
            Proposal.accepted_at >= since,
            Proposal.accepted_at < until,
            not_hidden(service.id, "matchmaking.proposal", Proposal.id),
            *public_ideas(service.id),
        )
        .order_by(Proposal.id.desc())
        .limit(MOST)
    )
    for row in rows:
        assert row.accepted_at is not None
        yield NewsletterItem(
            key=f"pilot:{row.id}",
            at=row.accepted_at,
            title=_("“%(partner)s” pilots “%(idea)s”", partner=row.name, idea=row.title),
            endpoint="matchmaking.proposal",
            values={"proposal_id": row.id},
            text=plain_summary(row.brings, TEXT_LENGTH),
            heading=_("Pilots found"),
            weight=80,
            idea_id=row.idea_id,
        )
