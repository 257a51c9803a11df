"""Ideas for programs: an Atom feed, and open data as CSV and JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, g, request, url_for

from eak_core.db import current_session
from eak_core.errors import Invalid
from eak_core.i18n import _l
from eak_core.ideas import exports, listing
from eak_core.ideas.addresses import idea_permalink, idea_url
from eak_core.ideas.filtering import read_filters
from eak_core.ideas.listing import Filters
from eak_core.ideas.transitions import stage_graph
from eak_core.ideas.views import blueprint
from eak_core.web import render
from eak_core.web.downloads import download
from eak_core.web.links import on_site

FEED_LENGTH = 50


@blueprint.get("/idees.atom")
def atom() -> Response:
    """The latest ideas, as a feed (RFC 4287)."""
    entries = listing.latest_texts(current_session(), g.service.id, _filters(), FEED_LENGTH)
    updated = max((entry.updated_at for entry in entries), default=g.service.created_at)
    text = render(
        "ideas/feed.xml",
        entries=entries,
        updated=updated,
        graph=stage_graph(g.active),
        permalink=idea_permalink,
        address=idea_address,
        home=url_for("ideas.index", _external=True),
        itself=on_site(request.url),
    )
    return Response(text, content_type="application/atom+xml; charset=utf-8")


@blueprint.get("/idees.json")
def json() -> Response:
    """All public ideas with their public fields, as one JSON object."""
    head: dict[str, Any] = {
        "service": {"slug": g.service.slug, "name": g.service.name},
        "url": url_for("ideas.index", _external=True),
    }
    body = exports.as_json(head, _records(_filters()))
    return _download(body, "application/json", "json")


@blueprint.get("/idees.csv")
def csv() -> Response:
    """All public ideas with their public fields, as CSV; ``?pour=tableur`` for spreadsheets."""
    filters = _filters()
    fields = exports.core_fields(current_session(), g.service)
    spreadsheet = request.args.get("pour") == "tableur"
    with exports.kept(_records(filters)) as parts:
        body = exports.as_csv(fields, parts, spreadsheet=spreadsheet)
        return _download(body, "text/csv; charset=utf-8", "csv")


def idea_address(idea: Any) -> str:
    """The address of an idea with the site's name in front."""
    return idea_url(idea, external=True)


def _filters() -> Filters:
    form, filters = read_filters(current_session(), g.service, g.active)
    if form.errors:
        raise Invalid(
            _l("One of the filters in this address does not exist."),
            {name: " ".join(map(str, errors)) for name, errors in form.errors.items() if name},
        )
    return filters


def _records(filters: Filters) -> Iterator[list[exports.Record]]:
    return exports.records(current_session(), g.service, g.active, filters, idea_address)


def _download(body: Iterable[bytes | str], content_type: str, extension: str) -> Response:
    return download(body, content_type, f"{g.service.slug}-idees.{extension}")
