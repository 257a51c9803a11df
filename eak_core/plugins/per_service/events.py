"""What happens to the plugins of a service. Each of them changes its pages, so each is an event."""

from eak_core.events import CORE, Code, Event, event


@event(CORE, "plugin.enabled", version=1, subject="plugin:{plugin}")
class PluginEnabled(Event):
    """A plugin was switched on in this service; it catches up with what it missed."""

    plugin: Code


@event(CORE, "plugin.disabled", version=1, subject="plugin:{plugin}")
class PluginDisabled(Event):
    """A plugin was switched off in this service; its data is kept."""

    plugin: Code


@event(CORE, "plugin.configured", version=1, subject="plugin:{plugin}")
class PluginConfigured(Event):
    """The settings of a plugin were changed in this service."""

    plugin: Code
    settings_version: int


@event(CORE, "plugin.suspended", version=1, subject="plugin:{plugin}")
class PluginSuspended(Event):
    """The pages of a plugin were put aside in this service because its hooks kept failing."""

    plugin: Code


@event(CORE, "plugin.resumed", version=1, subject="plugin:{plugin}")
class PluginResumed(Event):
    """A suspended plugin was let back onto the pages of this service."""

    plugin: Code


@event(CORE, "plugin.rebuilt", version=1, subject="plugin:{plugin}")
class PluginRebuilt(Event):
    """A plugin began to build what it derives from events anew, from the start of the log."""

    plugin: Code


@event(CORE, "plugin.purged", version=1, subject="plugin:{plugin}")
class PluginPurged(Event):
    """Everything that a plugin had stored was deleted, for all services."""

    plugin: Code
