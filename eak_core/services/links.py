"""Links into services on pages that are in none, answered by features and plugins."""

from collections.abc import Container, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from eak_core.db import Session
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import NavItem
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_request.slots import Link, linked
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.services.lookup import visible_to
from eak_core.services.models import Service


class Links(NamedTuple):
    """Links under the heading that says what they lead to; ``waiting`` are those where somebody is
    to do something."""

    heading: Any
    links: list[Link]
    waiting: list[Link]


def links_of(session: Session, actor: Actor) -> list[Links]:
    """All that ``actor`` has in services, heading by heading, for their account page."""
    of = {"person_id": actor.person_id, "actor": actor}
    return links_into_services(session, actor, "account_links", of)


def links_into_services(
    session: Session, actor: Actor, hook: str, arguments: Mapping[str, Any]
) -> list[Links]:
    """What is answered to ``hook``, heading by heading. A plugin is on in some services and off in
    others: what it links is left out where it is off, or where ``actor`` may not read."""
    on = where_on(session, actor, hook)
    active = {plugin for plugin, _slug in on}
    answers = get_host().call_each(hook, active, session=session, **arguments)
    found = []
    for owner, answer in answers:
        links, waiting = (
            linked(owner, hook, [each for each in items if _leads(owner, each, on)])
            for items in (answer.links, answer.waiting)
        )
        if links or waiting:
            found.append(Links(answer.heading, links, waiting))
    return found


def _leads(owner: str, item: NavItem, on: Container[tuple[str, str]]) -> bool:
    return owner in get_host().features or (owner, item.values["service_slug"]) in on


def where_on(session: Session, actor: Actor, hook: str) -> set[tuple[str, str]]:
    """Which plugins that answer to ``hook`` are on in which services that ``actor`` may read."""
    rows = session.execute(
        select(PluginActivation.plugin, Service.slug)
        .join(Service, Service.id == PluginActivation.service_id)
        .where(
            PluginActivation.plugin.in_(get_host().answering(hook)),
            PluginActivation.active,
            PluginActivation.suspended_at.is_(None),
            visible_to(actor),
        )
    )
    return {(plugin, slug) for plugin, slug in rows}
