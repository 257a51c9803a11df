"""``eak event``: the logs, their types, and whether they are whole."""

from typing import TYPE_CHECKING, Any

import click

from eak_core.cli.chosen import chosen_service
from eak_core.cli.frame import REFUSED, state
from eak_core.cli.output import json_option, show, show_json
from eak_core.errors import NotFound, Refused

if TYPE_CHECKING:
    from eak_core.db import Session
    from eak_core.events import Recorded

#: How many events are read at once.
PAGE = 1_000
#: What a BIGINT column holds.
LAST_POSITION = 2**63 - 1
COLUMNS = ("position", "type", "version", "subject", "occurred_at", "data")
service_option = click.option(
    "--service", "slug", metavar="SLUG", help="The service; without it, the log of the site."
)


@click.group("event")
def group() -> None:
    """Read the logs of what happened."""


def _service_id(session: "Session", slug: str | None) -> int:
    from eak_core.events import SITE

    return SITE if slug is None else chosen_service(session, slug).id


def _row(recorded: "Recorded") -> dict[str, Any]:
    return {
        "position": recorded.position,
        "id": str(recorded.event_id),
        "type": recorded.type,
        "version": recorded.version,
        "subject": recorded.subject,
        "occurred_at": recorded.occurred_at,
        "data": recorded.data,
    }


@group.command("list")
@service_option
@click.option(
    "--type",
    "name",
    metavar="NAME",
    help="Only this type, such as idea.submitted, or all that begin alike, such as idea.",
)
@click.option("--subject", metavar="SUBJECT", help="Only what is about this, such as idea:12.")
@click.option(
    "--after",
    type=click.IntRange(0, LAST_POSITION),
    default=0,
    help="Begin after this position.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help="At most so many.",
)
@json_option
def list_(
    slug: str | None,
    name: str | None,
    subject: str | None,
    after: int,
    limit: int,
    as_json: bool,
) -> None:
    """The events of one log, in order."""
    from eak_core.db import read_session
    from eak_core.events import EventError, read_log

    rows: list[dict[str, Any]] = []
    with state().application() as app, app.app_context(), read_session(app) as session:
        service_id = _service_id(session, slug)
        while len(rows) < limit:
            size = min(limit - len(rows), PAGE)
            try:
                found = read_log(
                    session, service_id, types=[name] if name else (), subject=subject,
                    beyond=after, limit=size,
                )  # fmt: skip
            except EventError as error:
                raise Refused(str(error)) from error
            rows += [_row(recorded) for recorded in found]
            if len(found) < size:
                break
            after = found[-1].position
    if not as_json:
        rows = [_readable(row) for row in rows]
    show(rows, COLUMNS, as_json=as_json, empty="Nothing happened here.")


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    import msgspec

    data = msgspec.to_builtins(row["data"])
    return row | {"data": data, "occurred_at": row["occurred_at"].isoformat(timespec="seconds")}


@group.command("show")
@click.argument("position", type=click.IntRange(1, LAST_POSITION))
@service_option
def show_(position: int, slug: str | None) -> None:
    """One event of a log, as a JSON document."""
    from eak_core.db import read_session
    from eak_core.events import read_log

    with state().application() as app, app.app_context(), read_session(app) as session:
        service_id = _service_id(session, slug)
        found = read_log(session, service_id, beyond=position - 1, limit=1)
    if not found:
        raise NotFound(f"This log has no event at position {position}.")
    actor = {"actor_id": found[0].actor_id, "depth": found[0].depth}
    show_json(_row(found[0]) | actor)


@group.command()
@click.option("--asyncapi", is_flag=True, help="The catalogue as an AsyncAPI 3.0 document.")
@json_option
def types(asyncapi: bool, as_json: bool) -> None:
    """The catalogue: every type of event that the core and the installed plugins record."""
    from eak_core.events.catalogue import asyncapi_document, catalogue
    from eak_core.events.core import get_event_core

    with state().application(migrated=False) as app:
        registry = get_event_core(app).registry
        if asyncapi:
            show_json(asyncapi_document(registry))
            return
        rows = catalogue(registry)
        show(rows, ("type", "version", "owner", "subject", "summary"), as_json=as_json)


@group.command()
@json_option
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Whether every log is without gap and can be read. Exits with 1 where one is not."""
    from eak_core.db import read_session
    from eak_core.events.core import get_event_core
    from eak_core.events.reading import verify as faults_of

    with state().application() as app, read_session(app) as session:
        faults = list(faults_of(session, get_event_core(app).registry))
    if as_json:
        show_json({"ok": not faults, "faults": faults})
    else:
        click.echo("\n".join(faults) or "Every log is whole.")
    if faults:
        context.exit(REFUSED)
