"""Where the plugin's pages hang: for everybody below ``/votes/``, for managers below
``/gestion/votes/``; and the address of a ballot."""

from flask import url_for

from eak_core.api import PluginBlueprint
from eak_voting.manifest import plugin
from eak_voting.models import Ballot

# Named after the package: its files lie in ``static/`` beside ``plugin.py``.
blueprint = PluginBlueprint(plugin, "eak_voting")
manage = PluginBlueprint(plugin, "eak_voting", area="manage")


def ballot_url(ballot: Ballot, *, external: bool = False) -> str:
    """``/<service>/votes/<id>-<slug>``."""
    return url_for("voting.show", ballot_id=ballot.id, slug=ballot.slug, _external=external)
