"""The parts of a service's pages that are this plugin's."""

from flask import g

from eak_core.api import PluginBlueprint, require
from eak_matchmaking.manifest import plugin

# Named after the package: its files lie in ``static/`` beside ``plugin.py``.
blueprint = PluginBlueprint(plugin, "eak_matchmaking")
manage = PluginBlueprint(plugin, "eak_matchmaking", area="manage")
api = PluginBlueprint(plugin, "eak_matchmaking", area="api")


@manage.before_request
def managers_only() -> None:
    """Everything there belongs to those who run the service."""
    require(g.actor, "matchmaking.run", g.service)
