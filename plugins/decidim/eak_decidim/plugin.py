"""The plugin of imports from Decidim: what it answers when the core asks."""

from eak_decidim.manifest import plugin

__all__ = ["plugin"]
