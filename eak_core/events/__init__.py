"""The event core: a log that is written with the facts, and subscriptions that read it."""

from eak_core.db import Session
from eak_core.events import log
from eak_core.events.agenda import part_of
from eak_core.events.extracts import read_log
from eak_core.events.log import committed, publish
from eak_core.events.reading import head
from eak_core.events.registry import EventRegistry
from eak_core.events.scheduling import on_schedule, schedule, unschedule
from eak_core.events.subscribers import Context, Subscriber, subscriber, upcast
from eak_core.events.types import (
    CORE,
    SITE,
    Code,
    CoreOwner,
    Event,
    EventError,
    EventType,
    Moved,
    Part,
    Recorded,
    event,
)

__all__ = [
    "CORE",
    "SITE",
    "Code",
    "Context",
    "CoreOwner",
    "Event",
    "EventError",
    "EventRegistry",
    "EventType",
    "Moved",
    "Part",
    "Recorded",
    "Subscriber",
    "committed",
    "event",
    "head",
    "on_schedule",
    "part_of",
    "publish",
    "read_log",
    "schedule",
    "subscriber",
    "unschedule",
    "upcast",
]

log.install(Session)
