"""What templates ask of plugins: navigation, slots and addresses.

Everything goes through the set of plugins that are on in this request (``g.active``); with none
of them on, each of these answers nothing without asking anybody.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup
from werkzeug.routing import BuildError

from eak_core.db import current_session
from eak_core.permissions import Actor
from eak_core.plugins import breaker
from eak_core.plugins.contributions import NavItem
from eak_core.plugins.host import get_host
from eak_core.plugins.shapes import SHAPES

logger = logging.getLogger("eak.plugins")

#: Entries of the core itself: a function of the service and the actor.
Navigation = Callable[[Any, Actor], Iterable[NavItem]]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation with its address; ``current`` where the reader is in it."""

    label: Any
    url: str
    current: bool


class SlotError(LookupError):
    """A template names a slot that does not exist."""


def init_app(app: Flask, navigation: Sequence[Navigation] = ()) -> None:
    """Give the templates of ``app`` their functions. ``navigation`` comes before the plugins'."""

    def nav_items() -> list[Link]:
        """The navigation of the service, each entry with ``label``, ``url`` and ``current``: the
        core's, then the active plugins'. Empty outside of a service."""
        return list(_navigation(navigation))

    app.jinja_env.globals.update(
        nav_items=nav_items,
        plugin_url=plugin_url,
        slot=slot,
        slot_cards=slot_cards,
    )


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
    if not (active := g.get("active")):
        return Markup()
    answers = get_host().call_each(
        hook, active, session=current_session(), service=g.service, actor=_actor(), **subjects
    )
    return Markup("\n").join(answer for _plugin, answer in answers)


def slot_cards(ideas: Sequence[Any]) -> dict[int, Markup]:
    """What active plugins put on the cards of ``ideas``, by idea id; every idea has an entry."""
    cards: dict[int, list[Markup]] = {idea.id: [] for idea in ideas}
    if not cards or not (active := g.get("active")):
        return dict.fromkeys(cards, Markup())
    answers = get_host().call_each(
        "slot_idea_cards",
        active,
        session=current_session(),
        service=g.service,
        ideas=ideas,
        actor=_actor(),
    )
    for _plugin, lines in answers:
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


def _navigation(core: Sequence[Navigation]) -> Iterator[Link]:
    service = g.get("service")
    if service is None:
        return
    actor = _actor()
    for entries in core:
        for item in entries(service, actor):
            yield _link(item, url_for(item.endpoint, **item.values))
    if not (active := g.get("active")):
        return
    answers = get_host().call_each("nav_items", active, service=service, actor=actor)
    for plugin, items in answers:
        for item in items:
            url = _built(plugin, item)
            if url is not None:
                yield _link(item, url)


def _built(plugin: str, item: NavItem) -> str | None:
    """The address of an entry that a plugin named; None, and noted, where there is none."""
    try:
        return url_for(item.endpoint, **item.values)
    except BuildError as error:
        breaker.note(plugin, "nav_items", g.service.id, error)
        return None


def _link(item: NavItem, url: str) -> Link:
    here = request.path
    return Link(item.label, url, here == url or (url.endswith("/") and here.startswith(url)))


def _actor() -> Actor:
    actor = g.get("actor")
    return actor if isinstance(actor, Actor) else Actor.visitor()
