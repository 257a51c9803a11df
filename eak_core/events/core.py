"""The event core of one application: what is known and who listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from eak_core.events.claims import Claims
from eak_core.events.registry import EventRegistry
from eak_core.events.subscribers import Subscriber
from eak_core.events.types import Work


@dataclass
class EventCore:
    """``subscribers`` by plugin name; only plugins that are ready are in it. ``scheduled``: what
    they, and the core, do when it is due, by the kind of work.

    By itself it knows of events alone. The site's own (`eak_core.app.SiteEvents`) answers what
    stands in the rooms above; each is asked in the context of the application.
    """

    registry: EventRegistry
    subscribers: Mapping[str, tuple[Subscriber, ...]]
    scheduled: Mapping[str, Mapping[str, Work]] = field(default_factory=dict)

    def settings(self, session: Session, service_id: int, plugin: str) -> Mapping[str, Any]:
        """The settings of a plugin in a service."""
        return {}

    def find_service(self, session: Session, service_id: int) -> Any:
        """The service of an id; None for the site."""
        return None

    def look_again(self) -> None:
        """Look which plugins are ready by now; the core that `get_event_core` answers then has
        them."""

    @cached_property
    def claims(self) -> Mapping[str, Claims]:
        """For each plugin, what its handlers claim."""
        return {plugin: Claims(handlers) for plugin, handlers in self.subscribers.items()}

    def claims_of(self, plugin: str) -> Claims:
        """What the handlers of a plugin claim; nothing, where it has none or is not ready."""
        return self.claims.get(plugin) or Claims()


_AT_HAND = "eak_service_at_hand"


def stand_in(core: EventCore, session: Session, service_id: int) -> None:
    """Say that this application context acts in a service, as a handler does; it is read from the
    database only where an address asks for it (`service_at_hand`)."""
    setattr(g, _AT_HAND, lambda: core.find_service(session, service_id))


def service_at_hand() -> Any:
    """The service of this request, command or handler; None in none."""
    found = g.get("service")
    if found is None and _AT_HAND in g:
        found = g.service = getattr(g, _AT_HAND)()
    return found


def get_event_core(app: Flask | None = None) -> EventCore:
    """The event core of ``app``, or of the current application."""
    return cast("EventCore", (app or current_app).extensions["eak_events"])
