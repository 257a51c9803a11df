"""What is checked of a plugin when it is loaded, each answered with a sentence or None.

What passes here cannot break a page of the core later.
"""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from inspect import signature, unwrap
from pathlib import Path
from types import FunctionType
from typing import Any

import pluggy
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

from eak_core import __version__
from eak_core.db import Base
from eak_core.events import CORE, EventError, EventRegistry
from eak_core.i18n import _l
from eak_core.plugins.hooks.hookspecs import PROJECT
from eak_core.plugins.loading.installed import Installed
from eak_core.plugins.loading.manifest import ManifestError, Plugin

_MARK = f"{PROJECT}_impl"


class Incompatible(Exception):
    """The plugin was made for another version of the core."""


def check_manifest(found: Installed) -> Plugin:
    """The plugin's manifest. `ManifestError` where there is none, or it has another name."""
    plugin = getattr(found.module, "plugin", None)
    if not isinstance(plugin, Plugin):
        raise ManifestError(_l("Its module holds no “plugin = Plugin(…)”."))
    if plugin.name != found.name:
        raise ManifestError(
            _l(
                "It is installed as “%(entry)s” but calls itself “%(name)s”.",
                entry=found.name,
                name=plugin.name,
            )
        )
    return plugin


def check_version(plugin: Plugin) -> None:
    """`Incompatible` where this core is not in the range the plugin names."""
    if not plugin.supported.contains(__version__, prereleases=True):
        raise Incompatible(
            _l(
                "It is made for EAK %(wanted)s; this is %(version)s.",
                wanted=plugin.core,
                version=__version__,
            )
        )


def check_tables(found: Installed) -> None:
    """`ManifestError` where a table lacks the plugin's prefix or a mapping is wrong."""
    for table in sorted(set(_tables(found))):
        if not table.startswith(f"{found.name}_"):
            raise ManifestError(
                _l(
                    "Its table “%(table)s” must be called “%(name)s_…”.",
                    table=table,
                    name=found.name,
                )
            )
    try:
        configure_mappers()
    except SQLAlchemyError as error:
        _forget_mappings(found)
        raise ManifestError(_l("Its tables are wrongly mapped: %(error)s", error=error)) from error


def tables_nobody_makes(found: Installed) -> Any | None:
    """Why a plugin without migrations cannot run: it has tables, which migrations alone make. Its
    pages would fail in every service where it was switched on."""
    tables = sorted(set(_tables(found)))
    if found.migrations is not None or not tables:
        return None
    return _l(
        "Its tables (%(tables)s) are made by no migration: it needs a folder migrations/versions.",
        tables=", ".join(tables),
    )


def _tables(found: Installed) -> Iterator[str]:
    for module, _name, value in found.defined():
        if isinstance(value, Table) and value.metadata is Base.metadata:
            yield value.name
        elif isinstance(value, type) and value.__module__ == module.__name__:
            table = getattr(value, "__table__", None)
            if isinstance(table, Table):
                yield table.name


def _forget_mappings(found: Installed) -> None:
    """Take a plugin's classes out of the mapping: one wrong relationship among them would make
    every query of the core fail."""
    names = {module.__name__ for module in found.modules()}
    for mapper in list(Base.registry.mappers):
        if mapper.class_.__module__ in names:
            # SQLAlchemy offers this publicly only for all classes of a registry at once.
            mapper._set_dispose_flags()  # noqa: SLF001


def check_templates(found: Installed) -> None:
    """`ManifestError` where templates lie outside the plugin's own folder: there they would take
    the place of others, also where the plugin is off."""
    folder = found.subfolder("templates")
    for entry in sorted(folder.iterdir()) if folder else ():
        if entry.name != found.name and not entry.name.startswith("."):
            raise ManifestError(
                _l(
                    "Its template “%(entry)s” must lie in templates/%(name)s/.",
                    entry=entry.name,
                    name=found.name,
                )
            )


def check_events(plugin: Plugin) -> None:
    """`ManifestError` where its event types do not fit together."""
    try:
        EventRegistry([CORE, plugin])
    except EventError as error:
        raise ManifestError(str(error)) from error


def register_hooks(manager: pluggy.PluginManager, found: Installed) -> None:
    """Register the plugin's hook implementations; `ManifestError` and none of them if one is wrong.

    Wrong are an unknown name, an argument that the hook does not have, a wrapper, and an
    implementation that stands in another module than ``plugin.py``, where nobody would call it.
    """
    module = found.module
    assert module is not None
    for name, options in _marked(found):
        if options.get("wrapper") or options.get("hookwrapper"):
            raise ManifestError(
                _l("“%(name)s” is a wrapper around other plugins; only answers count.", name=name)
            )
        _check_arguments(manager, name, getattr(module, name))
    try:
        manager.register(module, found.name)
    except pluggy.PluginValidationError as error:
        raise ManifestError(str(error)) from error
    try:
        for caller in manager.get_hookcallers(module) or ():
            mine = [each for each in caller.get_hookimpls() if each.plugin is module]
            if not caller.has_spec() and not all(each.optionalhook for each in mine):
                raise ManifestError(_unknown(manager, caller.name, mine[0].function))
    except ManifestError:
        manager.unregister(module)
        raise


def _marked(found: Installed) -> Iterator[tuple[str, dict[str, object]]]:
    for module, name, value in found.defined():
        # Only functions: a proxy such as `flask.g` cannot be asked for anything now.
        options = getattr(value, _MARK, None) if isinstance(value, FunctionType) else None
        if not isinstance(options, dict):
            continue
        if module is not found.module and getattr(found.module, name, None) is not value:
            raise ManifestError(
                _l(
                    "“%(name)s” is marked as a hook in %(module)s; only plugin.py is asked.",
                    name=name,
                    module=module.__name__,
                )
            )
        yield name, options


def _check_arguments(manager: pluggy.PluginManager, name: str, function: FunctionType) -> None:
    caller = getattr(manager.hook, name, None)
    if caller is None or caller.spec is None:
        return  # no hook of this name: told once it is registered
    for each in signature(function).parameters.values():
        given = (
            each.kind in {each.VAR_POSITIONAL, each.VAR_KEYWORD} or each.default is not each.empty
        )
        if not given and each.name not in caller.spec.argnames:
            raise ManifestError(
                _l(
                    "%(place)s: the hook “%(name)s” has no argument “%(argument)s”; it is"
                    " “%(signature)s”, of which a plugin takes what it needs.",
                    place=_place(function),
                    name=name,
                    argument=each.name,
                    signature=_signature(manager, name),
                )
            )


def _signature(manager: pluggy.PluginManager, name: str) -> str:
    return f"{name}({', '.join(getattr(manager.hook, name).spec.argnames)})"


def _place(function: Callable[..., object]) -> str:
    code = unwrap(function).__code__
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}"


def _unknown(manager: pluggy.PluginManager, name: str, function: Callable[..., object]) -> object:
    place = _place(function)
    known = [each for each in vars(manager.hook) if getattr(manager.hook, each).has_spec()]
    near = get_close_matches(name, known, 1)
    if near:
        return _l(
            "%(place)s: there is no hook “%(name)s”; is “%(near)s” meant?",
            place=place,
            name=name,
            near=_signature(manager, near[0]),
        )
    return _l("%(place)s: there is no hook “%(name)s”.", place=place, name=name)


def check_neighbours(plugin: Plugin, others: dict[str, Plugin]) -> None:
    """`ManifestError` where the plugin claims what one before it has: the first one keeps it."""
    for other in others.values():
        if other.segment == plugin.segment:
            raise ManifestError(
                _l(
                    "Its place in addresses, “%(segment)s”, is taken by “%(other)s”.",
                    segment=plugin.segment,
                    other=other.name,
                )
            )
        if plugin.owns_table(f"{other.name}_") or other.owns_table(f"{plugin.name}_"):
            raise ManifestError(
                _l(
                    "Its name and “%(other)s” begin alike, so their tables could be taken for"
                    " each other.",
                    other=other.name,
                )
            )
        both = set(plugin.stage_names) & set(other.stage_names)
        if both:
            raise ManifestError(
                _l(
                    "Its stage “%(stage)s” is brought by “%(other)s” already.",
                    stage=min(both),
                    other=other.name,
                )
            )
