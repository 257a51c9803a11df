"""Commands that plugins add: ``eak <plugin> <command> --service SLUG``."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from eak_core.cli.frame import State, accept_instance
from eak_core.errors import EakError, Refused

if TYPE_CHECKING:
    from flask import Flask


def plugin_commands(state: State) -> Mapping[str, click.Command]:
    """A group for each plugin that is ready and brings commands, by the plugin's name.

    Where the instance cannot be opened there are none: the core's own commands, which may be
    about to repair it, must still answer.
    """
    context = click.get_current_context().find_root()
    if __name__ not in context.meta:
        context.meta[__name__] = _collect(state)
    groups: Mapping[str, click.Command] = context.meta[__name__]
    return groups


def _collect(state: State) -> dict[str, click.Command]:
    from eak_core.app import create_app
    from eak_core.plugins import get_host

    try:
        app = create_app(state.config())
        with app.app_context():
            host = get_host()
            contributed = list(host.call_each("register_commands", host.ready))
    except EakError as error:
        click.echo(f"eak: the plugins’ commands are left out: {error}", err=True)
        return {}
    return {plugin: _group(app, plugin, commands) for plugin, commands in contributed}


def _group(app: "Flask", plugin: str, commands: Iterable[click.Command]) -> click.Group:
    group = click.Group(plugin, help=f"Commands of the plugin “{plugin}”.")
    for command in commands:
        _act_in_service(app, plugin, command)
        group.add_command(command)
    accept_instance(group)
    return group


def _act_in_service(app: "Flask", plugin: str, command: click.Command) -> None:
    """Give ``command``, and all below it, ``--service``, and refuse it where the plugin is off."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _act_in_service(app, plugin, below)
        return

    def enter(context: click.Context, _parameter: click.Parameter, slug: str) -> None:
        context.with_resource(app.app_context())
        _open_service(plugin, slug)

    command.params.insert(
        0,
        click.Option(
            ["--service"],
            required=True,
            metavar="SLUG",
            expose_value=False,
            callback=enter,
            help="The service to act in.",
        ),
    )


def _open_service(plugin: str, slug: str) -> None:
    """Stand in the service as a request would: ``g.service``, ``g.active``, ``g.actor``."""
    from flask import g

    from eak_core.cli.chosen import chosen_place
    from eak_core.db import current_session
    from eak_core.permissions import Actor

    session = current_session()
    session.writes = True
    place = chosen_place(session, slug)
    if plugin not in place.active_plugins:
        raise Refused(f"The plugin “{plugin}” is off in the service “{slug}”.")
    g.service, g.active, g.actor = place.service, place.active_plugins, Actor.system()
