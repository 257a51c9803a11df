"""The open data of a service: what there is, each file, and all of them at once."""

from flask import Response, g, stream_with_context, url_for

from eak_core.db import current_session
from eak_core.errors import NotFound
from eak_core.events.extracts import last_shown
from eak_core.i18n import _l
from eak_core.plugins.hooks.datasets import DataSet
from eak_core.plugins.loading.blueprint import ServiceBlueprint
from eak_core.reuse import licence
from eak_core.reuse.dictionary import said_of
from eak_core.reuse.packing import files_of, schema_of
from eak_core.reuse.sets import set_of, sets_of
from eak_core.web import render
from eak_core.web.i18n import in_paris
from eak_core.web.limits import limited
from eak_core.web.open_data import csv_of, json_of
from eak_core.web.open_data.archives import archive

blueprint = ServiceBlueprint("reuse", __name__)

#: Each is made anew of every row.
limit_files = limited("reuse.file", "20/minute;200/day", reads=True)


@blueprint.before_request
def require_open() -> None:
    """What is internal is not open data, for nobody."""
    if g.service.audience != "public":
        raise NotFound(_l("The data of an internal service are not open data."))


@blueprint.get("/donnees")
def index() -> str:
    """What can be reused, and what each column means."""
    sets = [(each, [(one, said_of(one)) for one in each.columns()]) for each in _sets()]
    return render("reuse/index.html", sets=sets, licence=licence)


@blueprint.get("/donnees.zip")
@limit_files
def everything() -> Response:
    """Every set in each format, with dictionary and licence, made while it leaves."""
    session = current_session()
    at = last_shown(session, [g.service.id]).get(g.service.id, g.service.created_at)
    parts = archive(files_of(session, g.service, _sets(), at), in_paris(at))
    name = f"{g.service.slug}-donnees.zip"
    return Response(
        stream_with_context(parts),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/donnees/<name>.csv")
@limit_files
def table(name: str) -> Response:
    """A set as CSV; ``?pour=tableur`` for spreadsheets."""
    return csv_of(_set(name), _file(name, "csv"))


@blueprint.get("/donnees/<name>.json")
@limit_files
def document(name: str) -> Response:
    """A set as JSON."""
    schema = url_for("reuse.schema", name=name, _external=True)
    return json_of(_set(name), _file(name, "json"), schema=schema)


@blueprint.get("/donnees/<name>.schema.json")
def schema(name: str) -> Response:
    """What stands in that file, as JSON Schema."""
    return Response(schema_of(_set(name)), content_type="application/schema+json")


def _sets() -> list[DataSet]:
    return sets_of(current_session(), g.service, g.active)


def _set(name: str) -> DataSet:
    return set_of(current_session(), g.service, g.active, name)


def _file(name: str, ending: str) -> str:
    return f"{g.service.slug}-{name}.{ending}"
