"""The plugin host: what plugins declare, which are on for a service, and how they are asked."""

from eak_core.plugins.loading.host import PluginHost, get_host

__all__ = ["PluginHost", "get_host"]
