"""What templates ask of plugins: navigation, slots and addresses.

Everything goes through the set of plugins that are on in this request (``g.active``). Outside of a
service each of these answers nothing without asking anybody.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup
from werkzeug.routing import BuildError

from eak_core import clock
from eak_core.db import current_session
from eak_core.events import SITE
from eak_core.permissions import Actor
from eak_core.plugins.hooks.contributions import DeskItem, HistoryEntry, NavItem
from eak_core.plugins.hooks.failures import note
from eak_core.plugins.hooks.shapes import SHAPES
from eak_core.plugins.loading.host import get_host

logger = logging.getLogger("eak.plugins")


@dataclass(frozen=True, slots=True)
class Link:
    """A `NavItem` with its address; ``current`` where the reader is in it."""

    label: Any
    url: str
    current: bool
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Waits:
    """A `DeskItem` with its address. ``since`` and ``promised`` are instants, None where it has
    none; ``days`` are those that the oldest has waited, ``late`` where what was promised is over.
    """

    label: Any
    url: str
    since: datetime | None
    promised: datetime | None
    days: int
    late: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """A `HistoryEntry` with its address, None where there is no more to read of it."""

    at: datetime
    label: Any
    url: str | None


class SlotError(LookupError):
    """A template names a slot that does not exist."""


def init_app(app: Flask) -> None:
    """Give the templates of ``app`` their functions."""
    app.jinja_env.globals.update(
        desk_items=desk_items,
        desk_pages=desk_pages,
        footer_links=footer_links,
        nav_items=nav_items,
        plugin_url=plugin_url,
        service_today=service_today,
        slot=slot,
        slot_cards=slot_cards,
    )


def nav_items() -> list[Link]:
    """The navigation of the service, each entry with ``label``, ``url`` and ``current``: the
    core's, then the active plugins'. Empty outside of a service."""
    return _links("nav_items")


def footer_links() -> list[Link]:
    """What stands in the footer of the service's pages. Empty outside of a service."""
    return _links("footer_links")


def desk_items() -> list[Waits]:
    """What waits for the managers of the service: first what has waited longest, each from when it
    began or was promised; at the end what has no such day, the core's before the plugins'."""
    now = clock.now()
    found = []
    for owner, items in _asked("desk_items"):
        for item in items:
            url = _address(owner, "desk_items", item)
            if url is not None:
                late = item.promised is not None and item.promised <= now
                days = (now - item.since).days if item.since is not None else 0
                found.append(Waits(item.label, url, item.since, item.promised, days, late))
    # Sorting keeps the order of those who answer among what has no day.
    return sorted(found, key=lambda each: min(_stamp(each.since), _stamp(each.promised)))


def desk_pages() -> list[tuple[Any, list[Link]]]:
    """The pages where the managers of the service work: the core's, which have no title, then those
    of each active plugin below its own."""
    host, core = get_host(), list[Link]()
    pages: list[tuple[Any, list[Link]]] = [("", core)]
    for owner, items in _asked("desk_pages"):
        links = linked(owner, "desk_pages", items)
        if owner in host.features:
            core += links
        elif links:
            pages.append((host.ready[owner].title, links))
    return pages


def _stamp(at: datetime | None) -> float:
    return inf if at is None else at.timestamp()


def idea_history(idea: Any) -> list[Happened]:
    """What happened to ``idea`` beside its stages, in the order in which it did."""
    found = []
    for owner, entries in _asked("idea_history", idea=idea):
        for entry in entries:
            url = _address(owner, "idea_history", entry) if entry.endpoint else None
            found.append(Happened(entry.at, entry.label, url))
    return sorted(found, key=lambda each: each.at)


def _links(hook: str) -> list[Link]:
    return [link for owner, items in _asked(hook) for link in linked(owner, hook, items)]


def slot(name: str, **subjects: Any) -> Markup:
    """What active plugins put into the slot ``name``, one after the other, escaped.

    An unknown name raises `SlotError` under test and while debugging; readers get nothing.
    """
    hook = f"slot_{name}"
    if hook not in SHAPES:
        message = f"there is no slot {name!r}"
        if current_app.testing or current_app.debug:
            raise SlotError(message)
        logger.error(message)
        return Markup()
    return Markup("\n").join(answer for _owner, answer in _asked(hook, **subjects))


def service_today() -> Markup:
    """What people can do in the service today, as active plugins say: what ends first, first."""
    found = [each for _owner, answer in _asked("slot_service_now") for each in answer]
    # Sorting keeps the order of plugins among what has no end.
    found.sort(key=lambda each: each.until.timestamp() if each.until else inf)
    return Markup("\n").join(each.section for each in found)


def slot_cards(ideas: Sequence[Any]) -> dict[int, Markup]:
    """What active plugins put on the cards of ``ideas``, by idea id; every idea has an entry."""
    cards: dict[int, list[Markup]] = {idea.id: [] for idea in ideas}
    for _owner, lines in _asked("slot_idea_cards", ideas=ideas) if cards else ():
        for idea_id in cards.keys() & lines.keys():
            cards[idea_id].append(lines[idea_id])
    # Each is a line of its own.
    return {idea_id: Markup("<br>\n").join(lines) for idea_id, lines in cards.items()}


def plugin_url(endpoint: str, **values: Any) -> str | None:
    """The address of a plugin's ``endpoint``; None where the plugin is off or not installed."""
    owner = get_host().by_blueprint.get(endpoint.partition(".")[0])
    if owner is None or owner not in g.get("active", frozenset()):
        return None
    return url_for(endpoint, **values)


def _asked(hook: str, **subjects: Any) -> Iterator[tuple[str, Any]]:
    """What is answered to ``hook`` in the service of this request."""
    if (service := g.get("service")) is None:
        return iter(())
    session, active = current_session(), g.get("active", frozenset())
    return get_host().call_each(
        hook, active, session=session, service=service, actor=_actor(), **subjects
    )


def linked(owner: str, hook: str, items: Iterable[NavItem | DeskItem]) -> list[Link]:
    """What ``owner`` answered to ``hook``, with addresses. An entry of a plugin that leads nowhere
    is left out, and noted."""
    links, here = [], request.path
    for item in items:
        url = _address(owner, hook, item)
        if url is not None:
            current = here == url or (url.endswith("/") and here.startswith(url))
            links.append(Link(item.label, url, current, getattr(item, "note", "")))
    return links


def _address(owner: str, hook: str, item: NavItem | DeskItem | HistoryEntry) -> str | None:
    try:
        return url_for(item.endpoint, **item.values)
    except BuildError as error:
        if owner in get_host().features:
            raise
        note(owner, hook, g.service.id if g.get("service") else SITE, error)
        return None


def _actor() -> Actor:
    actor = g.get("actor")
    return actor if isinstance(actor, Actor) else Actor.visitor()
