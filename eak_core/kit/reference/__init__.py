"""The reference: every name that plugins may use, as its docstring says it.

What is documented is what is: each page is written from the code, and a test compares the pages in
``docs/plugins/reference/`` with it. `make reference` writes them anew.
"""

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from eak_core.events import EventType
from eak_core.kit.reference.api import api
from eak_core.kit.reference.entries import Entry, Part
from eak_core.kit.reference.events import events
from eak_core.kit.reference.hooks import hooks
from eak_core.kit.reference.styles import styles
from eak_core.kit.reference.templates import templates
from eak_core.kit.reference.transparency import transparency

__all__ = ["Entry", "Part", "differences", "parts", "write"]

_INDEX = """# Reference

Every name that a plugin may use. These pages are written from the code, by `make reference`; in a
terminal, `eak plugin api` lists the same names and `eak plugin api publish` shows one of them,
whichever page it is on, and `eak plugin hooks` all hooks.
"""


def parts(types: Iterable[EventType]) -> list[Part]:
    """All parts, with the events of ``types``; without the kit where pytest is not installed."""
    found = [api(), hooks(), events(types), templates(), styles(), transparency()]
    try:
        # What the kit runs on warns of machines that it could still be run on.
        with warnings.catch_warnings(action="ignore"):
            from eak_core.kit.reference.kit import kit
    except ImportError:
        return found
    return [*found, kit()]


def pages(types: Iterable[EventType]) -> Iterator[tuple[str, str]]:
    """The name of each page's file, and its text."""
    found = parts(types)
    yield "index.md", f"{_INDEX}\n" + "\n".join(map(_contents, found))
    for part in found:
        yield f"{part.name}.md", part.markdown()


def write(folder: Path, types: Iterable[EventType]) -> None:
    """Write all pages into ``folder``, and take away what is no page any more."""
    folder.mkdir(parents=True, exist_ok=True)
    written = dict(pages(types))
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    for file in folder.glob("*.md"):
        if file.name not in written:
            file.unlink()


def differences(folder: Path, types: Iterable[EventType]) -> list[str]:
    """The names of the pages in ``folder`` that are missing, too many, or not what the code
    says."""
    written = dict(pages(types))
    there = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    names = sorted(written.keys() | there.keys())
    return [name for name in names if written.get(name) != there.get(name)]


def _contents(part: Part) -> str:
    lines = [f"## [{part.title}]({part.name}.md)\n"]
    for section in part.sections:
        names = ", ".join(f"`{entry.name}`" for entry in section.entries)
        lines.append(f"**{section.title}**: {names}\n")
    return "\n".join(lines)
