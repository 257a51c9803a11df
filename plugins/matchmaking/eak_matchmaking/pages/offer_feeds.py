"""What partners offer, for feed readers, spreadsheets and programs. Conditions that are not public
stand in none of them."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from flask import Response, g, url_for

from eak_core.api import DataSet, _, _l, column, current_session, markdown, open_data, period
from eak_matchmaking.models import Offer
from eak_matchmaking.offers.finding import open_offers_named
from eak_matchmaking.pages import resource_words
from eak_matchmaking.pages.blueprint import api, blueprint
from eak_matchmaking.pages.record_files import FEED_LENGTH, limit_files


class OfferRecord(msgspec.Struct):
    """Something that an organisation offers."""

    id: Annotated[int, column(_l("The number of the offer."))]
    organisation: Annotated[int, column(_l("The number of the organisation."))]
    organisation_name: Annotated[str, column(_l("The name of the organisation."))]
    url: Annotated[str, column(_l("The address of the page of the offer."))]
    kind: Annotated[
        str,
        column(_l("place, equipment, skill, money, public (people to try it with) or data.")),
    ]
    title: Annotated[str, column(_l("What is offered."))]
    details: Annotated[str, column(_l("More of it (Markdown)."))]
    quantity: Annotated[
        int | None, column(_l("How much of it for each pilot."), _l("what the column unit says"))
    ]
    unit: Annotated[str, column(_l("What the quantity counts; EUR for money."))]
    capacity: Annotated[int, column(_l("How many pilots it is for."), _l("pilots"))]
    places: Annotated[int, column(_l("For how many pilots there is room still."), _l("pilots"))]
    starts_on: Annotated[date | None, column(_l("Its first day."))]
    ends_on: Annotated[date | None, column(_l("Its last day."))]
    communes: Annotated[
        list[str],
        column(_l("The INSEE codes of the communes where it holds; none for the whole territory.")),
    ]
    conditions: Annotated[str, column(_l("Its public conditions (Markdown)."))]
    published_at: Annotated[datetime, column(_l("When it was published."))]


class OffersFile(msgspec.Struct):
    """What partners offer to a service today, the latest first."""

    service: str
    url: str
    offers: list[OfferRecord]


def offers_set() -> DataSet:
    """What partners offer today, as a set of open data."""
    return DataSet(
        name="offres",
        title=_l("What partners offer"),
        about=_l("What organisations offer today to try ideas."),
        file=OffersFile,
        head=open_data.head_at("matchmaking.offers"),
        read=lambda: open_data.parts_of(
            open_offers_named(g.service.id), Offer.id, lambda rows: [_record(*row) for row in rows]
        ),
    )  # fmt: skip


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


@blueprint.get("/offres.csv")
@limit_files
def offers_csv() -> Response:
    """What partners offer, as CSV; ``?pour=tableur`` for spreadsheets."""
    return open_data.csv_of(offers_set(), "offres.csv")


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
    schema = url_for("matchmaking_api.offers_schema", _external=True)
    return open_data.json_of(offers_set(), "offres.json", schema=schema)


@api.get("/offres.schema.json")
def offers_schema() -> Response:
    """What stands in that file, as JSON Schema."""
    return open_data.schema_file(OffersFile, "EAK: what partners offer")
