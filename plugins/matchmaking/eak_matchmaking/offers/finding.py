"""Finding offers, and who may read what of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select

from eak_core.api import (
    Actor,
    Gone,
    NotFound,
    Service,
    Session,
    _l,
    hidden_reason,
    may,
    not_hidden,
    row_in,
)
from eak_matchmaking.models import OFFER_NAME, Offer, Organisation
from eak_matchmaking.organisations.finding import role_of
from eak_matchmaking.resources import not_passed

#: So many offers are shown on the page of one organisation.
MOST_OF_ONE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asks of a list of offers: a kind, a commune by its INSEE code, a day on which
    it holds."""

    kind: str | None = None
    commune: str | None = None
    day: date | None = None

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.kind or self.commune or self.day)


def open_offers(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep the offers of a service that hold today, or will: published, not
    ended, their last day not passed, not hidden."""
    return (
        Offer.service_id == service_id,
        Offer.published_at.is_not(None),
        Offer.ended_at.is_(None),
        not_passed(Offer.ends_on),
        not_hidden(service_id, OFFER_NAME, Offer.id),
    )


def listed(service_id: int, filters: Filters) -> Select[Offer]:
    """The statement of the open offers that ``filters`` let through, the latest first."""
    kept = list(open_offers(service_id))
    if filters.kind:
        kept.append(Offer.kind == filters.kind)
    if filters.commune:
        there = Offer.communes.contains(f" {filters.commune} ", autoescape=True)
        kept.append(or_(Offer.communes == "", there))
    if filters.day:
        kept.append(or_(Offer.starts_on.is_(None), Offer.starts_on <= filters.day))
        kept.append(or_(Offer.ends_on.is_(None), Offer.ends_on >= filters.day))
    return select(Offer).where(*kept).order_by(Offer.published_at.desc(), Offer.id.desc())


def open_offers_named(service_id: int) -> Select[Offer, str]:
    """The statement of all open offers, the latest first, each with the name of its
    organisation."""
    return listed(service_id, Filters()).join(
        Organisation, Organisation.id == Offer.organisation_id
    ).add_columns(Organisation.name)  # fmt: skip


def offers_of(session: Session, service_id: int, organisation_id: int) -> Sequence[Offer]:
    """The open offers of one organisation in a service, the latest first, at most
    `MOST_OF_ONE`."""
    query = listed(service_id, Filters()).where(Offer.organisation_id == organisation_id)
    return session.scalars(query.limit(MOST_OF_ONE)).all()


def own_offers(service_id: int, organisation_id: int) -> Select[Offer]:
    """The statement of all that an organisation has offered in a service, for its members: drafts
    first, then what is open, then what has ended."""
    return (
        select(Offer)
        .where(Offer.service_id == service_id, Offer.organisation_id == organisation_id)
        .order_by(
            Offer.published_at.is_not(None), Offer.ended_at.is_not(None), Offer.id.desc()
        )
    )  # fmt: skip


def offer_for(session: Session, actor: Actor, service: Service, offer_id: int) -> Offer:
    """The offer ``offer_id`` of a service, as far as ``actor`` may read it: also one that has
    ended, and a draft for the members of its organisation alone. `NotFound` otherwise; `Gone`, with
    the public reason, where moderators have hidden it, but for them and those members."""
    offer = row_in(session, service, Offer, offer_id, _l("There is no offer at this address."))
    if offer.published_at is None and not is_own(session, actor, offer):
        raise NotFound(_l("There is no offer at this address."))
    reason = hidden_reason(session, service.id, offer.subject)
    if reason is not None and not may_read_private(session, actor, service, offer):
        raise Gone(_l("This offer was hidden by the moderators: %(reason)s", reason=reason))
    return offer


def is_own(session: Session, actor: Actor, offer: Offer) -> bool:
    """Whether ``actor`` is a member of the organisation that offers it."""
    return role_of(session, offer.organisation_id, actor.person_id) is not None


def may_read_private(session: Session, actor: Actor, service: Service, offer: Offer) -> bool:
    """Whether ``actor`` may read the private conditions: members of its organisation, and those who
    run the service."""
    return may(actor, "matchmaking.run", service) or is_own(session, actor, offer)
