"""Where the source of a plugin is: in the folder that is given, or where it is installed from."""

import logging
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eak_core.errors import Misconfigured
from eak_core.invocation import typed
from eak_core.plugins.loading.candidates import GROUP


@dataclass(frozen=True)
class Found:
    """The plugin whose distribution is in ``folder``: its name and module as the distribution
    says, and the ``root`` from which that module is imported."""

    folder: Path
    name: str
    module: str
    root: Path

    @property
    def package(self) -> Path | None:
        """The folder of its package; None for a plugin that is one module."""
        path = self.root / self.module.partition(".")[0]
        return path if path.is_dir() else None

    @property
    def files(self) -> list[Path]:
        """Its modules."""
        if self.package is None:
            return [self.root / f"{self.module}.py"]
        return sorted(self.package.rglob("*.py"))


class NotFound(Misconfigured):
    """There is no plugin where one was looked for; the sentence says what was expected."""


def chosen(word: str, site: Path) -> Found:
    """The plugin in the folder ``word``, or the installed one of this name. Raises `NotFound`,
    whose sentence names a command for the ``site`` in that folder."""
    return in_folder(folder_of(word, site))


def folder_of(word: str, site: Path) -> Path:
    """The folder ``word``, or the one that the plugin of this name is installed from. Raises
    `NotFound`, as `chosen` does."""
    folder = Path(word)
    return folder.resolve() if folder.is_dir() else _installed_from(word, site)


def in_folder(folder: Path) -> Found:
    """The plugin whose ``pyproject.toml`` is in ``folder``. Raises `NotFound`."""
    name, module = _entry_point(folder)
    for root in (folder, folder / "src"):
        found = Found(folder, name, module, root)
        top, _, rest = module.partition(".")
        if rest == "plugin" and (root / top / "plugin.py").is_file():
            return found
        if not rest and (root / f"{top}.py").is_file():
            return found
    raise NotFound(
        f"The entry point of “{name}” is {module!r}; expected is '<package>.plugin', with the file"
        " <package>/plugin.py beside pyproject.toml, or '<module>', with the file <module>.py."
    )


def licence_in(folder: Path) -> str:
    """The licence that the ``pyproject.toml`` in ``folder`` declares, as an expression of SPDX (PEP
    639) or by an older text; empty where it declares none. Raises `NotFound`."""
    said = _project(folder).get("license", "")
    return str(said.get("text", "") if isinstance(said, dict) else said).strip()


def _entry_point(folder: Path) -> tuple[str, str]:
    points = _project(folder).get("entry-points", {}).get(GROUP, {})
    if len(points) != 1:
        raise NotFound(
            f'pyproject.toml names {len(points)} plugins in [project.entry-points."{GROUP}"];'
            ' one is expected, like: voting = "eak_voting.plugin".'
        )
    ((name, module),) = points.items()
    return name, module


def _project(folder: Path) -> dict[str, Any]:
    file = folder / "pyproject.toml"
    try:
        return dict(tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}))
    except FileNotFoundError:
        raise NotFound(
            f"{folder} has no pyproject.toml: give the folder of a distribution."
        ) from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotFound(f"{file} cannot be read: {error}.") from error


def _installed_from(name: str, site: Path) -> Path:
    """The folder from which the plugin ``name`` is installed, editable."""
    modules = [point.module for point in entry_points(group=GROUP) if point.name == name]
    if not modules:
        raise NotFound(
            f"“{name}” is no folder and no installed plugin. Give the folder of its"
            f" pyproject.toml, or see “{typed('plugin list', site)}”."
        )
    top = modules[0].partition(".")[0]
    spec = find_spec(top)
    file = Path(spec.origin) if spec and spec.origin else None
    for folder in file.parents[:3] if file else ():
        if (folder / "pyproject.toml").is_file():
            return folder
    raise NotFound(
        f"“{name}” is installed as a copy: what is written there is lost with the next"
        " installation. Install it from its source with “pip install -e FOLDER”, or give FOLDER."
    )


@contextmanager
def importable(root: Path) -> Iterator[None]:
    """The modules in ``root`` come first, and what is wrong with them is told in a sentence alone:
    the host would log it with its traceback."""
    logger = logging.getLogger("eak.plugins")
    sys.path.insert(0, str(root))
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False
        sys.path.remove(str(root))
