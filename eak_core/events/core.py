"""The event core of one application: what is known and who listens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from eak_core.events.registry import EventRegistry
from eak_core.events.subscribers import Subscriber

#: The settings of a plugin in a service.
SettingsReader = Callable[[Session, int, str], Mapping[str, Any]]


def _no_settings(session: Session, service_id: int, plugin: str) -> Mapping[str, Any]:
    return {}


@dataclass
class EventCore:
    """``subscribers`` by plugin name; only plugins that are ready are in it."""

    registry: EventRegistry
    subscribers: Mapping[str, tuple[Subscriber, ...]]
    settings: SettingsReader = field(default=_no_settings)

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


def get_event_core(app: Flask | None = None) -> EventCore:
    """The event core of ``app``, or of the current application."""
    return cast("EventCore", (app or current_app).extensions["eak_events"])
