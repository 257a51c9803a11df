"""What every plugin keeps, kept by the matchmaking."""

from eak_core.kit.testing.conformance import PluginConformance


class TestMatchmaking(PluginConformance):
    plugin = "matchmaking"
