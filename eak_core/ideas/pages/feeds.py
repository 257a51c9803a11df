"""Ideas for programs: an Atom feed, and open data as CSV and JSON."""

from collections.abc import Iterable
from typing import Any

from flask import Response, g, url_for

from eak_core.db import current_session
from eak_core.errors import Invalid
from eak_core.files.addresses import file_url
from eak_core.files.reading import ShownFiles
from eak_core.i18n import _, _l
from eak_core.ideas.addresses import idea_permalink
from eak_core.ideas.content.attachments import shown_of_all
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.describing.territory import communes
from eak_core.ideas.pages.filtering import read_filters
from eak_core.ideas.pages.views import blueprint
from eak_core.ideas.proposing.coauthors import coauthors_of
from eak_core.ideas.reading import exports, listing
from eak_core.ideas.reading.listing import Filters
from eak_core.ideas.stages import Graph
from eak_core.web.markdown import markdown, plain_summary
from eak_core.web.open_data import (
    DataSet,
    Entry,
    Feed,
    csv_of,
    json_of,
    schema_file,
)
from eak_core.web.open_data import atom as atom_feed

FEED_LENGTH = 50


@blueprint.get("/idees.atom")
def atom() -> Response:
    """The latest ideas, as a feed (RFC 4287)."""
    latest = listing.latest_texts(current_session(), g.service.id, _filters(), FEED_LENGTH)
    graph = stage_graph(g.active)
    home = url_for("ideas.index", _external=True)
    title = _("Ideas – %(service)s", service=g.service.name)
    files = shown_of_all(current_session(), g.service.id, latest)
    coauthors = coauthors_of(current_session(), [idea.id for idea in latest])
    entries = [
        _entry(idea, graph, files[idea.id], coauthors.get(idea.id, {}).values()) for idea in latest
    ]
    return atom_feed(Feed(home, title, home, entries))


def _entry(idea: Any, graph: Graph, files: ShownFiles, coauthors: Iterable[str]) -> Entry:
    return Entry(
        id=idea_permalink(idea),
        url=exports.idea_address(idea),
        title=idea.title,
        published=idea.submitted_at,
        updated=idea.updated_at,
        author=idea.author or g.service.name,
        coauthors=tuple(coauthors),
        summary=plain_summary(idea.problem or idea.body),
        html=markdown(idea.problem) + markdown(idea.body),
        categories=((idea.stage, str(graph.stage(idea.stage).title)),),
        enclosures=(
            *((file_url(each, external=True), "image/jpeg", each.alt) for each in files.pictures),
            *(
                (file_url(each, external=True), "application/pdf", each.name)
                for each in files.documents
            ),
        ),
    )


@blueprint.get("/idees.json")
def json() -> Response:
    """All public ideas with their public fields, as one JSON object."""
    return json_of(_ideas(), _name("json"), schema=url_for("ideas.schema", _external=True))


@blueprint.get("/idees.schema.json")
def schema() -> Response:
    """What stands in that object, as JSON Schema."""
    return schema_file(exports.IdeasFile, "EAK: ideas")


@blueprint.get("/idees.csv")
def csv() -> Response:
    """All public ideas with their public fields, as CSV; ``?pour=tableur`` for spreadsheets."""
    return csv_of(_ideas(), _name("csv"))


def _filters() -> Filters:
    form, filters = read_filters(
        current_session(), g.service, g.active, communes(current_session())
    )
    if form.errors:
        raise Invalid(
            _l("One of the filters in this address does not exist."),
            {name: " ".join(map(str, errors)) for name, errors in form.errors.items() if name},
        )
    return filters


def _ideas() -> DataSet:
    return exports.ideas_set(current_session(), g.service, g.active, _filters())


def _name(extension: str) -> str:
    return f"{g.service.slug}-idees.{extension}"
