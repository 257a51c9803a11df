"""What follows from what happens: partners and what they offer are found."""

from collections.abc import Mapping, Sequence

from flask import url_for
from sqlalchemy import ColumnElement, select

from eak_core.api import (
    Actor,
    ContentHidden,
    ContentRestored,
    Document,
    Link,
    SearchKind,
    Session,
    _l,
    not_hidden,
    searched,
)
from eak_matchmaking.events import (
    OfferEdited,
    OfferEnded,
    OfferPublished,
    OrganisationClosed,
    OrganisationEdited,
    OrganisationRegistered,
)
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import OFFER_NAME, Offer, Organisation
from eak_matchmaking.offers.finding import open_offers
from eak_matchmaking.organisations.finding import present


def _readable(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return present(service_id)


def _read(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    found = session.scalars(
        select(Organisation).where(Organisation.id.in_(ids), *present(service_id))
    )
    return {
        each.id: Document(
            each.name, "\n\n".join(filter(None, (each.about, each.pioneering, each.motivation)))
        )
        for each in found
    }


def _link(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    )
    return {key: Link(name, url_for("matchmaking.show", organisation_id=key)) for key, name in rows}


ORGANISATIONS = searched(
    plugin,
    SearchKind(
        "matchmaking.organisation", _l("Partners"), Organisation.id, _readable, _read, _link
    ),
    OrganisationRegistered,
    OrganisationEdited,
    OrganisationClosed,
)


def _readable_offers(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return open_offers(service_id)


def _read_offers(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    # Private conditions are not in it: words would tell of them. Whether its period has passed is
    # asked when somebody searches.
    rows = session.execute(
        select(Offer.id, Offer.title, Offer.details, Offer.conditions).where(
            Offer.id.in_(ids),
            Offer.published_at.is_not(None),
            Offer.ended_at.is_(None),
            not_hidden(service_id, OFFER_NAME, Offer.id),
        )
    )
    return {
        row.id: Document(row.title, "\n\n".join(filter(None, (row.details, row.conditions))))
        for row in rows
    }


def _link_offers(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(select(Offer.id, Offer.title).where(Offer.id.in_(ids)))
    return {key: Link(title, url_for("matchmaking.offer", offer_id=key)) for key, title in rows}


OFFERS = searched(
    plugin,
    SearchKind(
        OFFER_NAME, _l("Offers of partners"), Offer.id,
        _readable_offers, _read_offers, _link_offers,
    ),
    OfferPublished,
    OfferEdited,
    OfferEnded,
    ContentHidden,
    ContentRestored,
)  # fmt: skip
