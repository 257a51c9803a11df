"""What every plugin keeps, kept by the matchmaking."""

from eak_core.kit.testing.conformance import PluginConformance
from tests.plugins.matchmaking.acts import ORGANISATION_ACTS


class TestMatchmaking(PluginConformance):
    plugin = "matchmaking"
    acts = ORGANISATION_ACTS
