"""The parts of a service's pages that are this plugin's."""

from eak_core.api import PluginBlueprint
from eak_experiments.manifest import plugin

# Named after the package: its files lie in ``static/`` beside ``plugin.py``.
blueprint = PluginBlueprint(plugin, "eak_experiments")
api = PluginBlueprint(plugin, "eak_experiments", area="api")
