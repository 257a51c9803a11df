"""Commands that plugins add: ``eak <plugin> <command>``, with ``--service SLUG`` unless they need
no site."""

import logging
from collections.abc import Iterable, Mapping
from weakref import WeakSet

import click

from eak_core.cli.frame import accept_instance, state
from eak_core.errors import Refused
from eak_core.plugins.commands import is_standalone

_KEY = "eak_core.cli.contributed"

# Commands are made once per process, however often they are collected.
_in_service: WeakSet[click.Command] = WeakSet()


def plugin_commands() -> Mapping[str, click.Command]:
    """A group for each installed plugin that brings commands, by the plugin's name.

    Plugins are asked without an instance: the help must not need a database. One that cannot be
    loaded has no commands; ``eak plugin list`` says why.
    """
    context = click.get_current_context().find_root()
    if _KEY not in context.meta:
        context.meta[_KEY] = _collect()
    groups: Mapping[str, click.Command] = context.meta[_KEY]
    return groups


def _collect() -> dict[str, click.Command]:
    from eak_core.plugins.candidates import from_entry_points
    from eak_core.plugins.host import PluginHost

    logger = logging.getLogger("eak.plugins")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        host = PluginHost(from_entry_points())
        contributed = list(host.call_each("register_commands", host.ready))
    finally:
        logger.setLevel(level)
    return {plugin: _group(plugin, commands) for plugin, commands in contributed}


def _group(plugin: str, commands: Iterable[click.Command]) -> click.Group:
    group = click.Group(plugin, help=f"Commands of the plugin “{plugin}”.")
    for command in commands:
        _act_in_service(plugin, command)
        group.add_command(command)
    accept_instance(group)
    return group


def _act_in_service(plugin: str, command: click.Command) -> None:
    """Give ``command``, and all below it, ``--service``, and refuse it where the plugin is off;
    not those that need no site."""
    if is_standalone(command):
        return
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _act_in_service(plugin, below)
        return
    if command in _in_service:
        return
    _in_service.add(command)

    def enter(context: click.Context, _parameter: click.Parameter, slug: str) -> None:
        if not context.resilient_parsing:
            context.with_resource(state().application())
            _open_service(plugin, slug)

    command.params.append(
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

    from eak_core.cli.chosen import chosen_service
    from eak_core.db import current_session
    from eak_core.permissions import Actor
    from eak_core.plugins.activation import active_plugins

    session = current_session()
    session.writes = True
    service = chosen_service(session, slug)
    active = active_plugins(session, service.id)
    if plugin not in active:
        raise Refused(f"The plugin “{plugin}” is off in the service “{slug}”.")
    g.service, g.active, g.actor = service, active, Actor.system()
