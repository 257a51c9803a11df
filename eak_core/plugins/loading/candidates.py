"""Where plugins are looked for: the entry points of installed packages, or a list of modules."""

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from eak_core.plugins.loading.installed import SIBLINGS
from eak_core.plugins.loading.manifest import Plugin

GROUP = "eak.plugins"


@dataclass(frozen=True)
class Candidate:
    """Something that says it is the plugin ``name``; ``load`` imports its module. ``distribution``
    is what it was installed as, if it was."""

    name: str
    origin: str
    version: str
    load: Callable[[], ModuleType]
    distribution: str = ""


def from_entry_points() -> Iterator[Candidate]:
    """What the installed packages offer under `GROUP`, in an order that does not depend on the
    order in which they were installed."""
    for point in sorted(entry_points(group=GROUP), key=lambda each: (each.name, each.value)):
        yield _from_entry_point(point)


def _from_entry_point(point: EntryPoint) -> Candidate:
    name = point.dist.name if point.dist else ""
    version = point.dist.version if point.dist else ""
    load = partial(_import, point.module)
    return Candidate(point.name, name or point.value, version, load, name)


def from_modules(modules: Iterable[ModuleType | str]) -> Iterator[Candidate]:
    """Plugins given as modules or their names, which is how tests install theirs."""
    for given in modules:
        path = given if isinstance(given, str) else given.__name__
        yield Candidate(_name_of(given), path, "", partial(_import, given))


def _name_of(given: ModuleType | str) -> str:
    if isinstance(given, ModuleType):
        plugin = getattr(given, "plugin", None)
        if isinstance(plugin, Plugin):
            return plugin.name
        given = given.__name__
    return given.removesuffix(".plugin").rpartition(".")[2].removeprefix("eak_")


def _import(given: ModuleType | str) -> ModuleType:
    """The plugin's module, imported with the siblings that a plugin may have."""
    module = importlib.import_module(given) if isinstance(given, str) else given
    package, _dot, last = module.__name__.rpartition(".")
    if package and last == "plugin":
        for sibling in SIBLINGS:
            if importlib.util.find_spec(f"{package}.{sibling}") is not None:
                importlib.import_module(f"{package}.{sibling}")
    return module
