"""What partners offer, for feed readers, spreadsheets and programs. Conditions that are not public
stand in none of them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from flask import Response, g, url_for

from eak_core.api import _, current_session, markdown, open_data, period
from eak_matchmaking.models import Offer
from eak_matchmaking.offers.finding import open_offers_named
from eak_matchmaking.pages import resource_words
from eak_matchmaking.pages.blueprint import api, blueprint
from eak_matchmaking.pages.record_files import FEED_LENGTH, limit_files, parts


class OfferRecord(msgspec.Struct):
    """Something that an organisation offers, to so many pilots (capacity), of which places are
    left. kind is one of place, equipment, skill, money, public (people to try it with) and data;
    quantity counts unit for each pilot, money is in euros (unit EUR). starts_on and ends_on are its
    first and its last day, null where there is none; communes are INSEE codes, an empty list where
    it holds in the whole territory. details and conditions are Markdown."""

    id: int
    organisation: int
    organisation_name: str
    url: str
    kind: str
    title: str
    details: str
    quantity: int | None
    unit: str
    capacity: int
    places: int
    starts_on: date | None
    ends_on: date | None
    communes: list[str]
    conditions: str
    published_at: datetime


class OffersFile(msgspec.Struct):
    """What partners offer to a service today, the latest first."""

    service: str
    url: str
    offers: list[OfferRecord]


FIELDS = OfferRecord.__struct_fields__


def _record(offer: Offer, organisation: str) -> dict[str, Any]:
    return {
        "id": offer.id,
        "organisation": offer.organisation_id,
        "organisation_name": organisation,
        "url": _place(offer),
        "kind": offer.kind,
        "title": offer.title,
        "details": offer.details,
        "quantity": offer.quantity,
        "unit": "EUR" if offer.kind == "money" and offer.quantity is not None else offer.unit,
        "capacity": offer.capacity,
        "places": offer.places,
        "starts_on": offer.starts_on,
        "ends_on": offer.ends_on,
        "communes": offer.codes,
        "conditions": offer.conditions,
        "published_at": offer.published_at,
    }


def _place(offer: Offer) -> str:
    return url_for("matchmaking.offer", offer_id=offer.id, _external=True)


def _parts() -> Iterator[list[dict[str, Any]]]:
    return parts(open_offers_named(g.service.id), Offer.id, _record)


@blueprint.get("/offres.csv")
@limit_files
def offers_csv() -> Response:
    """What partners offer, as CSV; ``?pour=tableur`` for spreadsheets."""
    with open_data.kept(_parts()) as records:
        return open_data.csv_file(open_data.record_rows(FIELDS, records), "offres.csv")


@blueprint.get("/offres.atom")
def offers_atom() -> Response:
    """What partners offer, as a feed (RFC 4287)."""
    rows = current_session().execute(open_offers_named(g.service.id).limit(FEED_LENGTH)).all()
    home = url_for("matchmaking.offers", _external=True)
    title = _("What partners offer – %(service)s", service=g.service.name)
    return open_data.atom(open_data.Feed(home, title, home, [_entry(*row) for row in rows]))


def _entry(offer: Offer, organisation: str) -> open_data.Entry:
    place, kind = _place(offer), str(resource_words.RESOURCE_TITLES[offer.kind])
    told = (kind, resource_words.amount(offer), period(offer.starts_on, offer.ends_on))
    assert offer.published_at is not None
    return open_data.Entry(
        id=place,
        url=place,
        title=offer.title,
        published=offer.published_at,
        updated=offer.published_at,
        author=organisation,
        summary=" · ".join(filter(None, told)),
        html=markdown(offer.details) + markdown(offer.conditions),
        categories=((offer.kind, kind),),
    )


@api.get("/offres.json")
@limit_files
def offers_json() -> Response:
    """What partners offer, as JSON."""
    head = {"service": g.service.slug, "url": url_for("matchmaking.offers", _external=True)}
    records = open_data.json_parts(head, "offers", _parts())
    schema = url_for("matchmaking_api.offers_schema", _external=True)
    return open_data.json_file(records, "offres.json", schema=schema)


@api.get("/offres.schema.json")
def offers_schema() -> Response:
    """What stands in that file, as JSON Schema."""
    return open_data.schema_file(OffersFile, "EAK: what partners offer")
