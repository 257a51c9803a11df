"""``eak plugin``: what is installed, and what is on where."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from eak_core.cli.chosen import chosen_service
from eak_core.cli.frame import LazyGroup, state
from eak_core.cli.output import confirm, json_option, show, yes_option

if TYPE_CHECKING:
    from eak_core.db import Session
    from eak_core.plugins.per_service.activation import Switched
    from eak_core.services.models import Service

group = LazyGroup(
    "plugin",
    help="Look at plugins, switch them, make new ones.",
    commands_at={
        "new": "eak_core.cli.plugin_author:new",
        "check": "eak_core.cli.plugin_author:check",
        "migration": "eak_core.cli.plugin_author:migration",
        "translate": "eak_core.cli.plugin_author:translate",
        "api": "eak_core.cli.reference:api",
        "hooks": "eak_core.cli.reference:hooks",
    },
)

name_argument = click.argument("name")
service_option = click.option(
    "--service", "slug", metavar="SLUG", required=True, help="The service to switch it in."
)


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Every plugin that is installed or has left data, and where it is on."""
    from eak_core.db import read_session

    with state().application() as app, read_session(app) as session:
        rows = _rows(session)
    if not as_json:
        rows = [row | {"on_in": _on_in(row)} for row in rows]
    columns = ("name", "version", "segment", "state", "on_in", "reason")
    show(rows, columns, as_json=as_json, empty="No plugin is installed.")


def _rows(session: "Session") -> list[dict[str, Any]]:
    """A row per plugin with its place in every service. ``lag`` is in events."""
    from sqlalchemy import select

    from eak_core.events.subscriptions import health
    from eak_core.permissions import Actor
    from eak_core.plugins.loading.host import get_host
    from eak_core.plugins.per_service.models import PluginActivation
    from eak_core.services.directory import list_services

    services = list_services(session, Actor.system(), archived=True)
    lags = {(each.plugin, each.service_id): each.lag for each in health(session)}
    rows = session.execute(
        select(PluginActivation.plugin, PluginActivation.service_id, PluginActivation.active)
    )
    activated = {(plugin, service_id): active for plugin, service_id, active in rows}

    def places(name: str) -> list[dict[str, Any]]:
        return [
            {
                "service": service.slug,
                "active": activated.get((name, service.id), False),
                "lag": lags.get((name, service.id), 0)
                if activated.get((name, service.id), False)
                else 0,
            }
            for service in services
        ]

    installed = get_host().installed
    removed = sorted({plugin for plugin, _service in activated} - set(installed))
    return [
        *(_installed_row(each) | {"services": places(name)} for name, each in installed.items()),
        *(_removed_row(name) | {"services": places(name)} for name in removed),
    ]


def _installed_row(installed: Any) -> dict[str, Any]:
    return {
        "name": installed.name,
        "version": installed.version,
        "segment": installed.plugin.segment if installed.plugin else None,
        "state": str(installed.state),
        "reason": str(installed.reason),
    }


def _removed_row(name: str) -> dict[str, Any]:
    reason = "Its package is no longer installed; its data is kept until it is purged."
    return {"name": name, "version": "", "segment": None, "state": "removed", "reason": reason}


def _on_in(row: dict[str, Any]) -> str:
    return ", ".join(
        place["service"] + (f" ({place['lag']} behind)" if place["lag"] else "")
        for place in row["services"]
        if place["active"]
    )


def _switch(slug: str, change: "Callable[[Session, Service], Switched]") -> None:
    """Make one change in a service, and say what came of it."""
    from eak_core.db import write_session

    with state().application() as app:
        with write_session(app) as session:
            switched = change(session, chosen_service(session, slug))
        click.echo(str(switched.message))
    if switched.catching_up:
        click.echo(f"It catches up with {switched.catching_up:,} events while the worker runs.")


@group.command()
@name_argument
@service_option
@yes_option
def enable(name: str, slug: str, yes: bool) -> None:
    """Switch the plugin NAME on in a service; it catches up with what happened before.

    Nothing is asked, since it can be switched off again and its data is kept.
    """
    from eak_core.permissions import Actor
    from eak_core.plugins.per_service import activation

    _switch(slug, lambda session, at: activation.enable(session, Actor.system(), at, name))


@group.command()
@name_argument
@service_option
@click.option(
    "--move-ideas-to",
    metavar="STAGE",
    help="Where the ideas go that stand in a stage of the plugin.",
)
@click.option("--reason", default="", help="The public reason for moving them.")
@yes_option
def disable(name: str, slug: str, move_ideas_to: str | None, reason: str, yes: bool) -> None:
    """Switch the plugin NAME off in a service. Its data is kept."""
    from eak_core.ideas.deciding import switching
    from eak_core.permissions import Actor

    _switch(
        slug,
        lambda session, at: switching.disable(
            session, Actor.system(), at, name, move_ideas_to=move_ideas_to, reason=reason
        ),
    )


@group.command()
@name_argument
@service_option
@yes_option
def rebuild(name: str, slug: str, yes: bool) -> None:
    """Let the plugin NAME derive anew, from the log, what it derived in a service.

    With “core” for NAME: what is found by searches.
    """
    from eak_core.permissions import Actor
    from eak_core.plugins.per_service import activation

    _switch(slug, lambda session, at: activation.rebuild(session, Actor.system(), at, name))


@group.command()
@name_argument
@yes_option
def purge(name: str, yes: bool) -> None:
    """Delete for good everything the plugin NAME has stored, once it is off everywhere.

    The events it published stay in the logs, which are never rewritten.
    """
    from eak_core.db import read_session, write_session
    from eak_core.permissions import Actor
    from eak_core.plugins.per_service.purge import purge as purge_data
    from eak_core.plugins.per_service.purge import remains

    with state().application() as app:
        with read_session(app) as session:
            tables = remains(session, name).tables
        for table, rows in tables.items():
            click.echo(f"  {table}: {rows:,} rows", err=True)
        confirm(f"Everything that “{name}” has stored will be deleted, for good. Go on?", yes)
        with write_session(app) as session:
            purge_data(session, Actor.system(), name)
    click.echo(f"What “{name}” had stored is deleted.")
