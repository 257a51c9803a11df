"""What is due by itself."""

from eak_core.api import on_schedule
from eak_experiments.manifest import plugin
from eak_experiments.outcome.closing import ask_again
from eak_experiments.running.going_on import follow

on_schedule(plugin, "due")(follow)
on_schedule(plugin, "follow")(ask_again)
