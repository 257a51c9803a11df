"""An organisation prepares what it offers, publishes it, and changes it."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import delete, select, update

from eak_core.api import (
    Actor,
    Event,
    Forbidden,
    Invalid,
    Refused,
    Service,
    Session,
    _l,
    checked_text,
    clock,
    communes,
    ensure_unchanged,
    hold_account,
    insert_once,
    midnight,
    publish,
    require,
    schedule,
    unschedule,
)
from eak_matchmaking.events import OfferEdited, OfferPublished
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import NAME_LENGTH, TEXT_LENGTH, Offer, Organisation, ResourceKind
from eak_matchmaking.organisations.finding import PARTNERS, acting_for, require_acting
from eak_matchmaking.organisations.registering import require_open
from eak_matchmaking.resources import Resource, checked_resource, today

#: To so many pilots one offer can go.
MOST_PILOTS = 1_000


@dataclass(frozen=True, kw_only=True)
class OfferTerms(Resource):
    """What an organisation offers, as it was typed; ``quantity`` is for each pilot."""

    title: str
    details: str = ""
    capacity: int | None = 1
    communes: Collection[str] = ()
    conditions: str = ""
    private_conditions: str = ""


def said(offer: Offer) -> dict[str, Any]:
    """What an offer says, by the names of `OfferTerms`."""
    names = (each.name for each in fields(OfferTerms))
    return {name: getattr(offer, name) for name in names} | {"communes": offer.codes}


def draft(
    session: Session,
    actor: Actor,
    service: Service,
    terms: OfferTerms,
    *,
    form_key: str | None = None,
) -> Offer:
    """Keep what the organisation that ``actor`` acts for wants to offer; its members alone see it.

    A second call with the same ``form_key`` corrects the first one's. `Invalid` names each field
    that is wrong.
    """
    organisation = acting(session, actor, service)
    values = checked(session, terms)
    row = values | {
        "service_id": service.id,
        "organisation_id": organisation.id,
        "taken": 0,
        "created_at": clock.now(),
        "created_by": actor.person_id,
        "ended_because": "",
        "form_key": form_key,
    }
    offer_id = insert_once(session, Offer, row, Offer.id)
    if offer_id is not None:
        return session.get_one(Offer, offer_id)
    first = session.scalars(select(Offer).filter_by(created_by=actor.person_id, form_key=form_key))
    offer = first.one()
    edit_offer(session, actor, service, offer, terms)
    return offer


def publish_offer(session: Session, actor: Actor, service: Service, offer: Offer) -> None:
    """Show an offer to everybody from now on; done before, it is done. `Refused` where its period
    has passed since it was written."""
    require_own(session, actor, service, offer)
    if offer.ends_on is not None and offer.ends_on < today():
        raise Refused(_l("The period of this offer has passed: change its last day first."))
    published = session.scalar(
        update(Offer)
        .where(Offer.id == offer.id, Offer.published_at.is_(None))
        .values(published_at=clock.now())
        .returning(Offer.id)
    )
    if published is None:
        return
    session.refresh(offer)
    _tell(session, actor, service, OfferPublished(
        offer_id=offer.id, organisation_id=offer.organisation_id,
        kind=cast("ResourceKind", offer.kind), capacity=offer.capacity,
    ))  # fmt: skip
    _end_in_time(session, offer)


def edit_offer(
    session: Session,
    actor: Actor,
    service: Service,
    offer: Offer,
    terms: OfferTerms,
    *,
    seen: str | None = None,
) -> None:
    """Change what an offer says, a draft or one that is open. `Invalid` also where fewer pilots
    could have it than have it already; `Refused` where it has ended; `Conflict` where it does not
    say what a form has ``seen`` any more."""
    require_own(session, actor, service, offer)
    values = checked(session, terms)
    session.refresh(offer, with_for_update=True)
    if offer.ended_at is not None:
        raise Refused(_l("This offer has ended: it can no longer be changed."))
    if values["capacity"] < offer.taken:
        taken = _l("%(taken)s pilots have it already: it cannot be for fewer.", taken=offer.taken)
        raise Invalid(_l("Nothing was changed."), {"capacity": taken})
    if all(getattr(offer, name) == value for name, value in values.items()):
        return
    ensure_unchanged(seen, said(offer))
    for name, value in values.items():
        setattr(offer, name, value)
    session.flush()
    if offer.published_at is not None:
        _tell(session, actor, service, OfferEdited(offer_id=offer.id))
        _end_in_time(session, offer)


def discard(session: Session, actor: Actor, service: Service, offer: Offer) -> None:
    """Delete a draft. `Refused` for what was published: it can be ended."""
    require_own(session, actor, service, offer)
    drafts = delete(Offer).where(Offer.id == offer.id, Offer.published_at.is_(None))
    if session.scalar(drafts.returning(Offer.id)) is None:
        raise Refused(_l("This offer is published: end it, and its page says so."))


def acting(session: Session, actor: Actor, service: Service) -> Organisation:
    """As `acted_for`, of an organisation that is held until the transaction ends, so that it does
    not close meanwhile."""
    organisation = acted_for(session, actor, service)
    hold_account(session, actor)
    session.refresh(organisation, with_for_update=True)
    require_open(organisation)
    return organisation


def acted_for(session: Session, actor: Actor, service: Service) -> Organisation:
    """The organisation that ``actor`` acts for in ``service``. `SignInRequired` for a visitor,
    `Forbidden`, with what to do, for whoever acts for none there."""
    organisation = acting_for(session, actor)
    if organisation is not None or not actor.signed_in:
        require(actor, "matchmaking.act", service, organisation)
    return require_acting(session, actor, service)


def ensure_own(session: Session, actor: Actor, service: Service, offer: Offer) -> None:
    """Return where ``actor`` acts for the organisation that offers it; `Forbidden` otherwise."""
    _ensure_own(acted_for(session, actor, service), offer)


def require_own(session: Session, actor: Actor, service: Service, offer: Offer) -> None:
    """As `ensure_own`, for what changes something: see `acting`."""
    _ensure_own(acting(session, actor, service), offer)


def _ensure_own(organisation: Organisation, offer: Offer) -> None:
    if organisation.id != offer.organisation_id:
        raise Forbidden(
            _l("This offer is another organisation’s. Choose first which one you act for."),
            PARTNERS,
        )


def checked(session: Session, terms: OfferTerms) -> dict[str, Any]:
    """The columns of what is offered. `Invalid` with all that is wrong."""
    wrong: dict[str, Any] = {}
    values = checked_resource(terms, wrong)
    missing = _l("Say in a few words what you offer.")
    title = checked_text(terms.title, "title", wrong, most=NAME_LENGTH, missing=missing, line=True)
    for name in ("details", "conditions", "private_conditions"):
        values[name] = checked_text(getattr(terms, name), name, wrong, most=TEXT_LENGTH)
    if terms.capacity is None or not 1 <= terms.capacity <= MOST_PILOTS:
        wrong["capacity"] = _l("Give a number from 1 to %(most)s.", most=MOST_PILOTS)
    known = {commune.code for commune in communes(session)}
    if not known.issuperset(terms.communes):
        wrong["communes"] = _l("Choose communes of the territory.")
    if wrong:
        raise Invalid(_l("Nothing was changed."), wrong)
    codes = sorted(set(terms.communes))
    return values | {
        "title": title,
        "capacity": terms.capacity,
        # All of them are the whole territory.
        "communes": f" {' '.join(codes)} " if codes and len(codes) < len(known) else "",
    }


def ending(offer: Offer) -> str:
    """How the end of an offer is called among what is due by itself."""
    return f"end_offer:{offer.id}"


def _end_in_time(session: Session, offer: Offer) -> None:
    if offer.ends_on is None:
        unschedule(session, plugin.name, offer.service_id, ending(offer))
    else:
        due_at = midnight(offer.ends_on + timedelta(days=1))
        schedule(session, plugin.name, offer.service_id, ending(offer), due_at)


def _tell(session: Session, actor: Actor, service: Service, happened: Event) -> None:
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)
