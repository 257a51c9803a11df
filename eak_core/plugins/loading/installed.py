"""A plugin as it was found: its manifest where it could be read, its state, and the reason."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from eak_core.db.migrations import Distribution
from eak_core.plugins.loading.manifest import Plugin

#: Modules beside ``plugin.py`` that are imported with it, where they exist.
SIBLINGS = ("events", "models", "schedule", "subscribers", "views")


class State(StrEnum):
    """How far a plugin came. Only ``ready`` ones can be on anywhere."""

    READY = "ready"
    FAILED = "failed"  # it could not be imported
    INVALID = "invalid"  # it declares something that cannot be
    INCOMPATIBLE = "incompatible"  # made for another version of the core
    MISSING = "missing"  # something it requires is not there or not ready
    PENDING = "pending"  # its migrations have not run


@dataclass(frozen=True)
class Installed:
    """One installed plugin. ``reason`` is a sentence, and there is one unless it is ready;
    ``distribution`` is the package that it was installed as, if it was."""

    name: str
    state: State = State.READY
    reason: Any = ""
    traceback: str = ""
    plugin: Plugin | None = None
    module: ModuleType | None = None
    version: str = ""
    distribution: str = ""

    @property
    def title(self) -> Any:
        """What people call it; its name where the manifest could not be read."""
        return self.plugin.title if self.plugin else self.name

    @property
    def loaded(self) -> Plugin | None:
        """The manifest where its code is in order, whether or not it may run now."""
        fine = self.state in {State.READY, State.MISSING, State.PENDING}
        return self.plugin if fine else None

    # Each page asks for it several times.
    @cached_property
    def folder(self) -> Path | None:
        """Where ``plugin.py``, ``templates/``, ``static/`` and ``translations/`` lie."""
        file = getattr(self.module, "__file__", None)
        return Path(file).parent if file and self.is_package else None

    @property
    def is_package(self) -> bool:
        """Whether the plugin has a folder of its own: ``<package>/plugin.py``."""
        return self.module is not None and self.module.__name__.endswith(".plugin")

    @cached_property
    def migrations(self) -> Distribution | None:
        """Its line of migrations, where it has one."""
        folder = self.folder / "migrations" if self.folder else None
        if folder is None or not (folder / "versions").is_dir():
            return None
        return Distribution(self.name, folder)

    def subfolder(self, name: str) -> Path | None:
        """``templates``, ``static`` or ``translations`` in its package, where it exists."""
        path = self.folder / name if self.folder else None
        return path if path is not None and path.is_dir() else None

    def modules(self) -> Sequence[ModuleType]:
        """Every module of the plugin that is imported."""
        if self.module is None:
            return ()
        if not self.is_package:
            return (self.module,)
        package = self.module.__name__.rpartition(".")[0]
        inside = f"{package}."
        # Thousands are imported: only those of the plugin are put in order.
        names = [name for name in list(sys.modules) if name == package or name.startswith(inside)]
        return tuple(sys.modules[name] for name in sorted(names))

    def defined(self) -> Iterator[tuple[ModuleType, str, Any]]:
        """Everything that stands in the plugin's modules: the module, the name, the object."""
        for module in self.modules():
            for name, value in list(vars(module).items()):
                yield module, name, value
