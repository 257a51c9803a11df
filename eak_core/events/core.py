"""The event core of one application: what is known and who listens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from eak_core.events.registry import EventRegistry
from eak_core.events.subscribers import Subscriber
from eak_core.events.work import Work

#: The settings of a plugin in a service.
SettingsReader = Callable[[Session, int, str], Mapping[str, Any]]


#: The service of an id; None for the site.
ServiceFinder = Callable[[Session, int], Any]


def _no_service(session: Session, service_id: int) -> Any:
    return None


#: Where to write to a person, by their id; None where nothing is sent to them any more.
AddressFinder = Callable[[Session, int], str | None]


def _no_address(session: Session, person_id: int) -> str | None:
    return None


def _nothing_new() -> None:
    pass


def _no_settings(session: Session, service_id: int, plugin: str) -> Mapping[str, Any]:
    return {}


@dataclass
class EventCore:
    """``subscribers`` by plugin name; only plugins that are ready are in it. ``scheduled``: what
    they, and the core, do when it is due, by the kind of work. ``look_again`` looks which plugins
    are ready by now; those then are in the core that `get_event_core` answers."""

    registry: EventRegistry
    subscribers: Mapping[str, tuple[Subscriber, ...]]
    settings: SettingsReader = field(default=_no_settings)
    scheduled: Mapping[str, Mapping[str, Work]] = field(default_factory=dict)
    find_service: ServiceFinder = field(default=_no_service)
    find_address: AddressFinder = field(default=_no_address)
    look_again: Callable[[], None] = field(default=_nothing_new)

    @cached_property
    def claims(self) -> Mapping[str, Mapping[str, tuple[Subscriber, ...]]]:
        """For each plugin, the handlers of each event name, in the order of their declaration."""
        claims: dict[str, dict[str, tuple[Subscriber, ...]]] = {}
        for plugin, subscribers in self.subscribers.items():
            of_plugin = claims.setdefault(plugin, {})
            for subscriber in subscribers:
                for name in subscriber.claims:
                    of_plugin[name] = (*of_plugin.get(name, ()), subscriber)
        return claims


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
