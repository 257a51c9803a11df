"""What every plugin keeps, kept by the import from Decidim."""

from eak_core.kit.testing.conformance import PluginConformance


class TestDecidim(PluginConformance):
    plugin = "decidim"
