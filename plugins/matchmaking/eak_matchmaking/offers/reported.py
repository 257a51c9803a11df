"""Offers as moderation sees them: what can be reported, and whose it is."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eak_core.api import Reportable, Service, Session, numbered
from eak_matchmaking.models import OFFER_NAME, Offer


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, Reportable]:
    """The offers among ``subjects`` that were published, hidden or not."""
    ids = numbered(OFFER_NAME, subjects)
    if not ids:
        return {}
    published = select(Offer).where(
        Offer.id.in_(ids), Offer.service_id == service.id, Offer.published_at.is_not(None)
    )
    return {
        offer.subject: Reportable(
            offer.title,
            "matchmaking.offer",
            {"offer_id": offer.id},
            "\n\n".join(filter(None, (offer.details, offer.conditions))),
            offer.created_by,
        )
        for offer in session.scalars(published)
    }
