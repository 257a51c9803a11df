"""Looking at a plugin before it is installed, and saying what is wrong with it in sentences.

What can be read is read; then the plugin is loaded as the site would load it.
"""

import logging
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eak_core.cli.inspection import loaded, sources


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: ``about`` what, whether it is ``fine``, and what is said."""

    about: str
    fine: bool
    said: str


@dataclass(frozen=True)
class Found:
    """Where a plugin is: its name and module as its distribution says, and its package's folder."""

    name: str
    module: str
    package: Path


def inspect_plugin(
    folder: Path, golden: Path | None = None, *, write_golden: bool = False
) -> list[Finding]:
    """Everything there is to say about the plugin whose distribution is in ``folder``."""
    problems, plugin = _find(folder)
    findings = _findings("distribution", problems, "it names its entry point and its package.")
    if plugin is None:
        return findings
    package = plugin.package
    findings += [
        *_findings("imports", sources.forbidden_imports(package), "of the core only eak_core.api."),
        *_findings(
            "templates", sources.template_problems(package, plugin.name), "each in its own folder."
        ),
        *_findings("pages", sources.inline_code(package), "no inline style, no inline script."),
    ]
    golden = golden or _golden_folder(folder, plugin.name)
    with _importable(package.parent):
        for about, problems, fine in loaded.look(plugin.name, plugin.module, golden, write_golden):
            findings += _findings(about, problems, fine)
    return findings


def _golden_folder(folder: Path, name: str) -> Path:
    """In the plugin's own tests; for the plugins of the platform's tree, in the tree's."""
    tree = folder.parent.parent / "tests" / "plugins" / name
    return (tree if tree.is_dir() else folder / "tests") / "golden"


def _findings(about: str, problems: list[str], fine: str) -> list[Finding]:
    if problems:
        return [Finding(about, False, problem) for problem in problems]
    return [Finding(about, True, fine)]


def _find(folder: Path) -> tuple[list[str], Found | None]:
    file = folder / "pyproject.toml"
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    except FileNotFoundError:
        return [f"{folder} has no pyproject.toml: give the folder of a distribution."], None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [f"{file} cannot be read: {error}."], None
    points = project.get("entry-points", {}).get("eak.plugins", {})
    if len(points) != 1:
        problem = (
            f'{file.name} names {len(points)} plugins in [project.entry-points."eak.plugins"];'
            ' one is expected, like: voting = "eak_voting.plugin".'
        )
        return [problem], None
    ((name, module),) = points.items()
    package = folder / module.partition(".")[0]
    if not (package / "plugin.py").is_file() or module != f"{package.name}.plugin":
        problem = (
            f"The entry point of “{name}” is {module!r}; expected is '<package>.plugin', with the"
            f" file {package.name}/plugin.py beside pyproject.toml."
        )
        return [problem], None
    return [], Found(name, module, package)


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    # The host logs with a traceback what is said here in a sentence.
    logger = logging.getLogger("eak.plugins")
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False
        sys.path.remove(str(folder))
