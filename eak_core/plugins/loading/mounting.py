"""Plugins' pages in the addresses of one application, kept apart from those of the core."""

import logging
import traceback
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace

from flask import Flask

from eak_core.i18n import _l
from eak_core.plugins.loading.blueprint import PluginBlueprint
from eak_core.plugins.loading.fields import schema
from eak_core.plugins.loading.installed import Installed, State
from eak_core.plugins.loading.manifest import ManifestError

logger = logging.getLogger("eak.plugins")


def mount(app: Flask, plugins: Iterable[Installed]) -> dict[str, Installed]:
    """Mount the blueprints of ``plugins``; answers those that cannot be, with the reason."""
    refused = {}
    taken = frozenset(_owned_segments(app))
    for found in plugins:
        assert found.plugin is not None
        try:
            _mount(app, found, taken)
        except Exception as error:
            logger.warning("plugin %s cannot be mounted", found.name, exc_info=True)
            refused[found.name] = replace(
                found,
                state=State.INVALID,
                reason=_l("Its pages cannot be mounted: %(error)s", error=str(error)),
                traceback="".join(traceback.format_exception(error)),
            )
    return refused


def mounted(app: Flask) -> Mapping[str, PluginBlueprint]:
    """The blueprints of plugins that are in ``app``, by their names."""
    blueprints = app.blueprints.items()
    return {name: each for name, each in blueprints if isinstance(each, PluginBlueprint)}


def _mount(app: Flask, found: Installed, taken: frozenset[str]) -> None:
    plugin = found.plugin
    assert plugin is not None
    if plugin.segment in taken:
        raise ManifestError(f"the core answers to “{plugin.segment}” itself")
    if plugin.settings is not None:
        with app.app_context():
            schema(plugin.settings)
    for blueprint in plugin.blueprints.values():
        # A copy: Flask notes in a blueprint that it is registered, and refuses it further views.
        # The module may be given to another application, now or after it has declared more.
        app.register_blueprint(copy(blueprint))


def _owned_segments(app: Flask) -> Iterable[str]:
    """The segments of the core's own rules, where a plugin's would stand."""
    for rule in app.url_map.iter_rules():
        parts = [part for part in rule.rule.split("/") if part]
        if parts[:1] == ["admin"] or (parts and parts[0].startswith("<")):
            behind = 2 if parts[1:2] == ["gestion"] else 1
            yield from parts[behind : behind + 1]
