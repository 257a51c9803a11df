"""What is missing, for feed readers, spreadsheets and programs."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from flask import Response, g, url_for

from eak_core.api import _, current_session, open_data
from eak_matchmaking.models import Need
from eak_matchmaking.needs.finding import open_needs
from eak_matchmaking.pages import resource_words
from eak_matchmaking.pages.blueprint import api, blueprint
from eak_matchmaking.pages.record_files import FEED_LENGTH, limit_files, parts


class NeedRecord(msgspec.Struct):
    """Something that is missing to try an idea. kind is one of place, equipment, skill, money,
    public (people to try it with) and data; quantity counts unit, money is in euros (unit EUR).
    starts_on and ends_on are its first and its last day, null where there is none."""

    id: int
    idea: int
    idea_title: str
    url: str
    kind: str
    what: str
    quantity: int | None
    unit: str
    starts_on: date | None
    ends_on: date | None
    stated_at: datetime


class NeedsFile(msgspec.Struct):
    """What is missing today to try the public ideas of a service, the latest first."""

    service: str
    url: str
    needs: list[NeedRecord]


FIELDS = NeedRecord.__struct_fields__


def _record(need: Need, title: str, slug: str) -> dict[str, Any]:
    return {
        "id": need.id,
        "idea": need.idea_id,
        "idea_title": title,
        "url": url_for("matchmaking.need", need_id=need.id, _external=True),
        "kind": need.kind,
        "what": need.what,
        "quantity": need.quantity,
        "unit": "EUR" if need.kind == "money" and need.quantity is not None else need.unit,
        "starts_on": need.starts_on,
        "ends_on": need.ends_on,
        "stated_at": need.stated_at,
    }


def _parts() -> Iterator[list[dict[str, Any]]]:
    return parts(open_needs(g.service.id), Need.id, _record)


@blueprint.get("/besoins.csv")
@limit_files
def needs_csv() -> Response:
    """What is missing, as CSV; ``?pour=tableur`` for spreadsheets."""
    with open_data.kept(_parts()) as records:
        return open_data.csv_file(open_data.record_rows(FIELDS, records), "besoins.csv")


@blueprint.get("/besoins.atom")
def needs_atom() -> Response:
    """What is missing, as a feed (RFC 4287)."""
    rows = current_session().execute(open_needs(g.service.id).limit(FEED_LENGTH)).all()
    home = url_for("matchmaking.needs", _external=True)
    title = _("What ideas need – %(service)s", service=g.service.name)
    return open_data.atom(open_data.Feed(home, title, home, [_entry(*row) for row in rows]))


def _entry(need: Need, title: str, slug: str) -> open_data.Entry:
    place = url_for("matchmaking.need", need_id=need.id, _external=True)
    return open_data.Entry(
        id=place,
        url=place,
        title=_("%(what)s, for “%(idea)s”", what=need.what, idea=title),
        published=need.stated_at,
        updated=need.edited_at or need.stated_at,
        summary=resource_words.line([need]),
        categories=((need.kind, str(resource_words.RESOURCE_TITLES[need.kind])),),
    )


@api.get("/besoins.json")
@limit_files
def needs_json() -> Response:
    """What is missing, as JSON."""
    head = {"service": g.service.slug, "url": url_for("matchmaking.needs", _external=True)}
    records = open_data.json_parts(head, "needs", _parts())
    schema = url_for("matchmaking_api.needs_schema", _external=True)
    return open_data.json_file(records, "besoins.json", schema=schema)


@api.get("/besoins.schema.json")
def needs_schema() -> Response:
    """What stands in that file, as JSON Schema."""
    return open_data.schema_file(NeedsFile, "EAK: what ideas need")
