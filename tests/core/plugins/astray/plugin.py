"""A plugin whose hook stands where nobody looks for it."""

from eak_core.plugins.loading.manifest import Plugin

plugin = Plugin("astray", "Astray", ">=0.1,<1")
