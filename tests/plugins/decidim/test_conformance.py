"""What every plugin keeps, kept by the import from Decidim."""

from eak_core.testing.conformance import PluginConformance


class TestDecidim(PluginConformance):
    plugin = "decidim"
