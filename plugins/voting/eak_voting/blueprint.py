"""Where the plugin's pages hang: for everybody below ``/votes/``, for managers below
``/gestion/votes/``."""

from eak_core.api import PluginBlueprint
from eak_voting.manifest import plugin

blueprint = PluginBlueprint(plugin, __name__)
manage = PluginBlueprint(plugin, __name__, area="manage")
