"""The events that the installed plugins declare."""

from collections.abc import Collection

import eak_core.app  # noqa: F401  # every room, and so every event of the core
from eak_core.events import CORE, EventType
from eak_core.plugins.loading.candidates import from_entry_points
from eak_core.plugins.loading.host import PluginHost


def event_types(plugins: Collection[str] | None = None) -> list[EventType]:
    """Those of the core and of ``plugins``, by default of all that are installed."""
    found = PluginHost(from_entry_points()).installed
    chosen = found if plugins is None else plugins
    loaded = [found[name].loaded for name in sorted(chosen) if name in found]
    return [*CORE.events, *(each for plugin in loaded if plugin for each in plugin.events)]
