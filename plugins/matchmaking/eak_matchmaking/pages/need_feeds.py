"""What is missing, for feed readers, spreadsheets and programs."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from flask import Response, g, url_for

from eak_core.api import DataSet, _, _l, column, current_session, open_data
from eak_matchmaking.models import Need
from eak_matchmaking.needs.finding import open_needs
from eak_matchmaking.pages import resource_words
from eak_matchmaking.pages.blueprint import api, blueprint
from eak_matchmaking.pages.record_files import FEED_LENGTH, limit_files


class NeedRecord(msgspec.Struct):
    """Something that is missing to try an idea."""

    id: Annotated[int, column(_l("The number of the need."))]
    idea: Annotated[int, column(_l("The number of the idea."))]
    idea_title: Annotated[str, column(_l("The title of the idea."))]
    url: Annotated[str, column(_l("The address of the page of the need."))]
    kind: Annotated[
        str,
        column(_l("place, equipment, skill, money, public (people to try it with) or data.")),
    ]
    what: Annotated[str, column(_l("What is needed."))]
    quantity: Annotated[int | None, column(_l("How much of it."), _l("what the column unit says"))]
    unit: Annotated[str, column(_l("What the quantity counts; EUR for money."))]
    starts_on: Annotated[date | None, column(_l("Its first day."))]
    ends_on: Annotated[date | None, column(_l("Its last day."))]
    stated_at: Annotated[datetime, column(_l("When it was stated."))]


class NeedsFile(msgspec.Struct):
    """What is missing today to try the public ideas of a service, the latest first."""

    service: str
    url: str
    needs: list[NeedRecord]


def needs_set() -> DataSet:
    """What is missing today, as a set of open data."""
    return DataSet(
        name="besoins",
        title=_l("What ideas need"),
        about=_l("What is missing today to try the public ideas."),
        file=NeedsFile,
        head=open_data.head_at("matchmaking.needs"),
        read=lambda: open_data.parts_of(
            open_needs(g.service.id), Need.id, lambda rows: [_record(*row) for row in rows]
        ),
    )  # fmt: skip


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


@blueprint.get("/besoins.csv")
@limit_files
def needs_csv() -> Response:
    """What is missing, as CSV; ``?pour=tableur`` for spreadsheets."""
    return open_data.csv_of(needs_set(), "besoins.csv")


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
    schema = url_for("matchmaking_api.needs_schema", _external=True)
    return open_data.json_of(needs_set(), "besoins.json", schema=schema)


@api.get("/besoins.schema.json")
def needs_schema() -> Response:
    """What stands in that file, as JSON Schema."""
    return open_data.schema_file(NeedsFile, "EAK: what ideas need")
