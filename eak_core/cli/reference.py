"""``eak plugin api`` and ``eak plugin hooks``: the reference, where plugins are written."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from eak_core.cli.output import json_option, show, show_json
from eak_core.errors import NotFound

if TYPE_CHECKING:
    from eak_core.kit.reference import Entry, Part


@click.command("api")
@click.argument("name", required=False)
@json_option
def api(name: str | None, as_json: bool) -> None:
    """Every name that a plugin may use, or what NAME means.

    NAME is one of eak_core.api, a hook, an event, a macro, filter or function of templates, a CSS
    class, or a fixture of the kit.
    """
    from eak_core.kit.reference import parts
    from eak_core.kit.reference.installed import event_types

    _answer(parts(event_types()), name, as_json)


@click.command("hooks")
@click.argument("name", required=False)
@json_option
def hooks(name: str | None, as_json: bool) -> None:
    """Every question that the core asks of plugins, or what the hook NAME asks."""
    from eak_core.kit.reference.hooks import hooks as all_hooks

    _answer([all_hooks()], name, as_json)


def _answer(parts: "Sequence[Part]", name: str | None, as_json: bool) -> None:
    if name is None:
        _list(parts, as_json)
        return
    found = [
        (part, entry) for part in parts for entry in part.entries if entry.name == name.lstrip(".")
    ]
    if not found:
        raise NotFound(_unknown(name, (entry.name for part in parts for entry in part.entries)))
    if as_json:
        show_json([_document(part, entry) for part, entry in found])
        return
    for part, entry in found:
        _read(f"{entry.markdown()}\n{part.title}, docs/plugins/reference/{part.name}.md\n")


def _list(parts: "Sequence[Part]", as_json: bool) -> None:
    listed = {
        part.title: [{"name": entry.name, "says": entry.summary} for entry in part.entries]
        for part in parts
    }
    if as_json:
        show_json(listed)
        return
    for title, rows in listed.items():
        if len(parts) > 1:
            click.echo(f"\n{title.upper()}")
        show(rows, ("name", "says"), as_json=False)


def _document(part: "Part", entry: "Entry") -> dict[str, str]:
    return {
        "page": part.title,
        "name": entry.name,
        "signature": entry.signature,
        "text": entry.text,
    }


def _read(text: str) -> None:
    """``text`` set for a screen; where nobody watches, as the Markdown that it is."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        click.echo(text)


def _unknown(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    meant = f" Is “{near[0]}” meant?" if near else ""
    return f"There is no “{name}” here.{meant} Without a name, all are listed."
