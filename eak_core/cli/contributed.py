"""Commands that plugins add: ``eak <plugin> <command>``, with ``--service SLUG`` unless they need
no site."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import click

from eak_core.cli.frame import accept_instance, duplicate, state
from eak_core.errors import Refused
from eak_core.plugins.hooks.contributions import FindService, found_by, is_standalone

_KEY = "eak_core.cli.contributed"
_SERVICE = "eak_core.cli.contributed.service"


def plugin_commands() -> Mapping[str, click.Command]:
    """A group for each installed plugin that brings commands, by the plugin's name."""
    answers = contributed("register_commands")
    return {plugin: _group(plugin, commands) for plugin, commands in answers.items()}


def contributed(hook: str) -> Mapping[str, Any]:
    """What each installed plugin answers to ``hook``, by its name.

    Plugins are asked without an instance: the help must not need a database. One that cannot be
    loaded answers nothing; ``eak plugin list`` says why.
    """
    known: dict[str, Mapping[str, Any]] = click.get_current_context().meta.setdefault(_KEY, {})
    if hook not in known:
        known[hook] = _asked(hook)
    return known[hook]


def _asked(hook: str) -> Mapping[str, Any]:
    from eak_core.plugins.loading.candidates import from_entry_points
    from eak_core.plugins.loading.host import PluginHost

    logger = logging.getLogger("eak.plugins")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        host = PluginHost(from_entry_points())
        return dict(host.call_each(hook, host.ready))
    finally:
        logger.setLevel(level)


def _group(plugin: str, commands: Iterable[click.Command]) -> click.Command:
    group = click.Group(plugin, help=f"Commands of the plugin “{plugin}”.")
    for command in commands:
        group.add_command(_in_service(plugin, command))
    return accept_instance(group)


def _in_service(plugin: str, command: click.Command) -> click.Command:
    """``command``, and all below it, asking for ``--service``, and refused where the plugin is off
    there; not those that need no site."""
    if is_standalone(command):
        return command
    copied = duplicate(command, partial(_in_service, plugin))
    if isinstance(command, click.Group):
        return copied
    if not found_by(command)[0]:
        copied.params.append(_service_option())
    copied.invoke = partial(_invoke, plugin, command)  # type: ignore[method-assign]  # any kind of command
    return copied


def _invoke(plugin: str, command: click.Command, context: click.Context) -> Any:
    without, find = found_by(command)
    with state().application(), _committing() as session:
        if without and find is None:
            _stand_nowhere()
        else:
            slug = context.meta[_SERVICE] if find is None else None
            _stand(plugin, session, slug, find, context.params)
        return command.invoke(context)


def _service_option() -> click.Option:
    return click.Option(
        ["--service"],
        required=True,
        metavar="SLUG",
        expose_value=False,
        callback=_remember_service,
        help="The service to act in.",
    )


def _remember_service(context: click.Context, _parameter: click.Parameter, slug: str) -> None:
    context.meta[_SERVICE] = slug


@contextmanager
def _committing() -> Iterator[Any]:
    """A transaction that keeps what was done unless it raised."""
    from eak_core.db import current_session

    session = current_session()
    session.writes = True
    try:
        yield session
    except click.exceptions.Exit as done:
        if done.exit_code == 0:
            session.commit()
        raise
    session.commit()


def _stand(
    plugin: str,
    session: Any,
    slug: str | None,
    find: FindService | None,
    arguments: Mapping[str, Any],
) -> None:
    """Stand in the service as a request would, with ``g.service``, ``g.active`` and ``g.actor``."""
    from flask import g

    from eak_core.cli.chosen import chosen_service
    from eak_core.permissions import Actor
    from eak_core.plugins.per_service.activation import active_plugins
    from eak_core.services.models import Service

    if find is None:
        service = chosen_service(session, str(slug))
    else:
        found = session.get(Service, find(session, arguments) or 0)
        if found is None:
            raise Refused("There is no such thing here: look at the number.")
        service = found
    active = active_plugins(session, service.id)
    if plugin not in active:
        raise Refused(f"The plugin “{plugin}” is off in the service “{service.slug}”.")
    g.service, g.active, g.actor = service, active, Actor.system()


def _stand_nowhere() -> None:
    from flask import g

    from eak_core.permissions import Actor

    g.actor = Actor.system()
