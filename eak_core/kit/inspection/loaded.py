"""What shows when a plugin is loaded: its manifest, tables, events and words."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from jinja2 import TemplateSyntaxError
from sqlalchemy import create_engine

import eak_core.app  # the core's own tables, which a plugin's refer to
from eak_core.config import sqlite_url
from eak_core.db import Base
from eak_core.db.differences import differences
from eak_core.db.engine import engine_options, prepare
from eak_core.db.migrations import CORE as CORE_MIGRATIONS
from eak_core.db.migrations import Distribution, upgrade
from eak_core.events import CORE, EventRegistry
from eak_core.kit.catalogues import missing_translations, said_otherwise
from eak_core.kit.golden import golden_problems, write_missing
from eak_core.plugins.loading.candidates import from_modules
from eak_core.plugins.loading.host import PluginHost
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.loading.manifest import Plugin

_CORE_PACKAGE = Path(eak_core.app.__file__).parent

#: About what, what is wrong with it, and what is said where nothing is.
Look = tuple[str, list[str], str]


def look(name: str, module: str, golden: Path, write_golden: bool) -> Iterator[Look]:
    """Load the plugin as the site would, and look at what it declares."""
    found = PluginHost(from_modules([module])).installed.get(name)
    problems = _loading(found, name)
    yield "plugin", problems, "the manifest, the names and the hooks are in order."
    if found is None or found.plugin is None or found.loaded is None:
        return
    yield "migrations", _migrations(found, found.plugin), "they make what the models say."
    if found.folder is not None:
        yield from _words(found.folder)
    registry = EventRegistry([CORE, found.plugin])
    if write_golden:
        write_missing(registry, name, golden)
    yield "events", golden_problems(registry, name, golden), "each version has its golden file."


def _words(folder: Path) -> Iterator[Look]:
    try:
        missing = missing_translations(folder)
        otherwise = said_otherwise(folder, _CORE_PACKAGE)
    except TemplateSyntaxError:
        yield "translations", ["They are looked at once each template can be read."], ""
        return
    yield "translations", missing, "everything is said in French."
    for sentence in otherwise:
        yield "words", [], sentence


def _loading(found: Installed | None, name: str) -> list[str]:
    if found is None:
        return [f"The module’s plugin is not called “{name}”, as its entry point says."]
    if found.loaded is None:
        return [str(found.reason)]
    return []


def _migrations(found: Installed, plugin: Plugin) -> list[str]:
    tables = sorted(name for name in Base.metadata.tables if plugin.owns_table(name))
    if found.migrations is None:
        if not tables:
            return []
        return [f"No folder migrations/versions makes its tables: {', '.join(tables)}."]
    try:
        missing = _differences(found.migrations)
    except Exception as error:  # noqa: BLE001  # a migration is anybody's code; what it raises is told
        return [f"They do not run: {type(error).__name__}: {error}"]
    return [f"They do not make what the models say: {each}." for each in missing]


def _differences(distribution: Distribution) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(**engine_options(sqlite_url(Path(folder, "check.sqlite"))))
        prepare(engine)
        try:
            upgrade(engine, CORE_MIGRATIONS)
            upgrade(engine, distribution)
            return differences(engine, distribution)
        finally:
            engine.dispose()
