"""The parts of a service's pages that are this plugin's."""

from flask import g

from eak_ambassadors.manifest import plugin
from eak_core.api import PluginBlueprint, require

# Named after the package: its files lie in ``static/`` beside ``plugin.py``.
blueprint = PluginBlueprint(plugin, "eak_ambassadors")
manage = PluginBlueprint(plugin, "eak_ambassadors", area="manage")


@manage.before_request
def managers_only() -> None:
    """Everything there belongs to those who run the service."""
    require(g.actor, "ambassadors.run", g.service)
