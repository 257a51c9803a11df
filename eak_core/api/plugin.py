"""The plugin, and what it answers.

For ``plugin.py``: the manifest, the mark of an answer to a hook, and what answers are made of.
What the plugin is set to, and what it keeps secret.
"""

from eak_core.invocation import open_site
from eak_core.plugins.hooks.contributions import (
    AccountLinks,
    Denial,
    DeskItem,
    HistoryEntry,
    MailChoice,
    NavItem,
    NewsletterItem,
    Today,
    acts_in_no_service,
    acts_where,
    standalone,
)
from eak_core.plugins.hooks.hookspecs import hookimpl
from eak_core.plugins.loading.manifest import Plugin, Stage
from eak_core.plugins.per_service.settings import plugin_settings
from eak_core.plugins.secrets import plugin_secret

__all__ = [
    "AccountLinks",
    "Denial",
    "DeskItem",
    "HistoryEntry",
    "MailChoice",
    "NavItem",
    "NewsletterItem",
    "Plugin",
    "Stage",
    "Today",
    "acts_in_no_service",
    "acts_where",
    "hookimpl",
    "open_site",
    "plugin_secret",
    "plugin_settings",
    "standalone",
]
