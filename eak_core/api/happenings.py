"""Events, and what follows from them.

A fact is published with its change. Handlers follow from it, each once, and what is due at an
instant is done by itself.
"""

from eak_core.events import (
    SITE,
    Code,
    Context,
    Event,
    Moved,
    Part,
    Recorded,
    event,
    on_schedule,
    part_of,
    publish,
    schedule,
    subscriber,
    unschedule,
    upcast,
)
from eak_core.events.extracts import past_events, read_log
from eak_core.events.reading import position_of as log_position_of
from eak_core.letters.message import Claimed
from eak_core.plugins.hooks.contributions import Reportable
from eak_core.plugins.loading.transports import transport
from eak_core.plugins.per_service.counters import count, counted, counts

__all__ = [
    "SITE",
    "Claimed",
    "Code",
    "Context",
    "Event",
    "Moved",
    "Part",
    "Recorded",
    "Reportable",
    "count",
    "counted",
    "counts",
    "event",
    "log_position_of",
    "on_schedule",
    "part_of",
    "past_events",
    "publish",
    "read_log",
    "schedule",
    "subscriber",
    "transport",
    "unschedule",
    "upcast",
]
