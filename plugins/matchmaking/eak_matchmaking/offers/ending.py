"""Offers end: taken back, when their period has passed, or with the organisation."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from eak_core.api import Actor, Refused, Service, Session, _l, clock, midnight, publish, unschedule
from eak_matchmaking.events import OfferEnded
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import EndedBecause, Offer, Organisation
from eak_matchmaking.offers.offering import ending, require_own
from eak_matchmaking.organisations.standing import ENDINGS


def take_back(session: Session, actor: Actor, service: Service, offer: Offer) -> None:
    """End an offer for its organisation; what pilots have of it they keep. `Refused` for a draft,
    and for one that has ended."""
    require_own(session, actor, service, offer)
    if not _end(session, offer, "taken_back", actor.person_id):
        raise Refused(_l("This offer is not open: there is nothing to end."))


def end_with(
    session: Session, organisation: Organisation, _into: Organisation | None = None
) -> None:
    """End all that an organisation offers, in every service, and delete its drafts: it is no
    partner any more."""
    theirs = Offer.organisation_id == organisation.id
    session.execute(delete(Offer).where(theirs, Offer.published_at.is_(None)))
    going_on = select(Offer).where(theirs, Offer.ended_at.is_(None)).order_by(Offer.id)
    for offer in session.scalars(going_on).all():
        _end(session, offer, "organisation", None)


ENDINGS.append(end_with)


def end_due(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """End an offer whose last day has passed, unless it was changed meanwhile."""
    offer = session.get(Offer, int(name.partition(":")[2]))
    if offer is None or offer.ends_on is None:
        return
    if midnight(offer.ends_on + timedelta(days=1)) <= clock.now():
        _end(session, offer, "period", None)


def _end(session: Session, offer: Offer, because: EndedBecause, actor_id: int | None) -> bool:
    """End an open offer and say so; False where it is a draft or has ended."""
    ended = session.scalar(
        update(Offer)
        .where(Offer.id == offer.id, Offer.published_at.is_not(None), Offer.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_because=because)
        .returning(Offer.id)
    )
    if ended is None:
        return False
    unschedule(session, plugin.name, offer.service_id, ending(offer))
    happened = OfferEnded(offer_id=offer.id, organisation_id=offer.organisation_id, because=because)
    publish(session, happened, service_id=offer.service_id, actor_id=actor_id)
    return True
