"""A plugin that needs another one."""

from eak_core.api import Plugin

plugin = Plugin("needle", "Needle", ">=0.1,<1", requires=("gauge",))
