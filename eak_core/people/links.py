"""Links on one's account page to what one has elsewhere, answered by features and plugins."""

from typing import Any, NamedTuple

from sqlalchemy import select

from eak_core.db import Session
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_request.slots import Link, linked
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.services.lookup import visible_to
from eak_core.services.models import Service


class Links(NamedTuple):
    """Links under the heading that says what they lead to."""

    heading: Any
    links: list[Link]


def links_of(session: Session, actor: Actor) -> list[Links]:
    """All there is for ``actor``, heading by heading. A plugin is on in some services and off in
    others: what it links is left out where it is off, or where ``actor`` may not read."""
    host, on = get_host(), _where_on(session, actor)
    answers = host.call_each(
        "account_links",
        {plugin for plugin, _slug in on},
        session=session,
        person_id=actor.person_id,
    )
    found = []
    for owner, answer in answers:
        items = [
            item
            for item in answer.links
            if owner in host.features or (owner, item.values["service_slug"]) in on
        ]
        if links := linked(owner, "account_links", items):
            found.append(Links(answer.heading, links))
    return found


def _where_on(session: Session, actor: Actor) -> set[tuple[str, str]]:
    rows = session.execute(
        select(PluginActivation.plugin, Service.slug)
        .join(Service, Service.id == PluginActivation.service_id)
        .where(
            PluginActivation.plugin.in_(get_host().answering("account_links")),
            PluginActivation.active,
            PluginActivation.suspended_at.is_(None),
            visible_to(actor),
        )
    )
    return {(plugin, slug) for plugin, slug in rows}
