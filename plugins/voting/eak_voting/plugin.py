"""The voting plugin: what it answers when the core asks."""

from collections.abc import Iterable

from eak_core.api import NavItem, _l, hookimpl
from eak_voting import closing, events, models
from eak_voting.manifest import plugin

__all__ = ["closing", "events", "models", "plugin"]


@hookimpl
def nav_items() -> Iterable[NavItem]:
    return [NavItem(_l("Votes"), "voting.index")]
