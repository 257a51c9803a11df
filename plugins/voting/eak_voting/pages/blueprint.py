"""Where the plugin's pages hang: for everybody below ``/votes/``, for managers below
``/gestion/votes/``."""

from eak_core.api import PluginBlueprint
from eak_voting.manifest import plugin

blueprint = PluginBlueprint(plugin, "eak_voting")
manage = PluginBlueprint(plugin, "eak_voting", area="manage")
