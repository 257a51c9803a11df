"""What switching a plugin on or off would change, in sentences, before anybody confirms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.errors import NotFound
from eak_core.events.core import get_event_core
from eak_core.events.marks import own_events, purge_mark
from eak_core.events.models import EventLog, Subscription
from eak_core.i18n import _, _l, ngettext
from eak_core.plugins.loading.host import PluginHost, get_host
from eak_core.plugins.loading.manifest import Plugin
from eak_core.plugins.per_service.activation import activations, dependants_on, titles
from eak_core.plugins.per_service.appearances import appearances, places


@dataclass(frozen=True)
class Preview:
    """What would change. ``ideas`` counts the ideas in each of the plugin's stages: where there are
    any, switching off asks for where they go. ``gone`` is what nobody sees any more then;
    ``obstacles`` says what stands in the way."""

    plugin: str
    enabling: bool
    sentences: list[str]
    obstacles: list[str] = field(default_factory=list)
    ideas: Mapping[str, int] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    events: int = 0


def preview(session: Session, service: Any, name: str, standing: Mapping[str, int]) -> Preview:
    """What would change if ``name``, off in ``service``, were switched on, or the other way round.

    ``standing`` says how many ideas are in each stage. `NotFound` where it is not installed.
    """
    host = get_host()
    found = host.installed.get(name)
    if found is None:
        raise NotFound(_l("No plugin “%(name)s” is installed.", name=name))
    row = activations(session, service.id).get(name)
    enabling = row is None or not row.active
    plugin = found.plugin
    if plugin is None:
        return Preview(name, enabling, [], [str(found.reason)])
    if enabling:
        events = _behind(session, service.id, plugin)
        sentences = [*appearances(host, plugin), *_appearing(events)]
        obstacles = [*_needs(session, service.id, host, plugin)]
        ideas: Mapping[str, int] = {}
        gone: list[str] = []
    else:
        events = 0
        ideas = {each.name: standing[each.name] for each in plugin.stages if each.name in standing}
        gone = [*places(host, plugin)]
        sentences = [*_disappearing(plugin, ideas)]
        obstacles = [*_dependants(session, service.id, host, name)]
    sentences += _own_sentences(host, name, session=session, service=service, enabling=enabling)
    return Preview(name, enabling, sentences, obstacles, ideas, gone, events)


def _own_sentences(host: PluginHost, name: str, **arguments: Any) -> list[str]:
    """What the plugin says itself; nothing, and noted, where it fails."""
    answers = host.call_each("effect_preview", {name}, **arguments)
    return [sentence for _plugin, sentences in answers for sentence in sentences]


def _appearing(events: int) -> Iterator[str]:
    if events:
        yield ngettext(
            "%(num)s event that happened before will be caught up; nobody is written to about it.",
            "%(num)s events that happened before will be caught up; nobody is written to about"
            " them.",
            events,
        )


def _disappearing(plugin: Plugin, ideas: Mapping[str, int]) -> Iterator[str]:
    for stage in plugin.stages:
        standing = ideas.get(stage.name, 0)
        if standing:
            yield ngettext(
                "%(num)s idea stands in its stage “%(stage)s”.",
                "%(num)s ideas stand in its stage “%(stage)s”.",
                standing,
                stage=stage.title,
            )
    yield _("What it stored is kept, and is there again when it is switched on.")


def _needs(session: Session, service_id: int, host: PluginHost, plugin: Plugin) -> Iterator[str]:
    found = host.installed[plugin.name]
    if plugin.name not in host.ready:
        yield str(found.reason)
        return
    on = {name for name, row in activations(session, service_id).items() if row.active}
    needed = [name for name in plugin.requires if name not in on]
    if needed:
        yield _("It needs these plugins, which are off: %(needed)s.", needed=titles(needed))


def _dependants(session: Session, service_id: int, host: PluginHost, name: str) -> Iterator[str]:
    dependants = dependants_on(session, service_id, name, host)
    if dependants:
        yield _("These plugins need it: %(dependants)s.", dependants=titles(dependants))


def _behind(session: Session, service_id: int, plugin: Plugin) -> int:
    """How many events the plugin's handlers would read."""
    claims = get_event_core().claims_of(plugin.name)
    if not claims:
        return 0
    marked = purge_mark(session, plugin.name, service_id)
    position = (
        select(func.coalesce(func.max(Subscription.position), 0))
        .where(Subscription.plugin == plugin.name, Subscription.service_id == service_id)
        .scalar_subquery()
    )
    return (
        session.scalar(
            select(func.count()).where(
                EventLog.service_id == service_id,
                EventLog.position > position,
                claims.condition(),
                ~(own_events(plugin.name) & (EventLog.position <= marked)),
            )
        )
        or 0
    )
