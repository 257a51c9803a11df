"""How commands answer: tables for people, one JSON document for programs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from eak_core.json_output import json_option, show_json

__all__ = ["confirm", "json_option", "show", "show_json", "yes_option"]

F = TypeVar("F", bound=Callable[..., Any])

# Where nobody watches (a pipe, a log), nothing is cut to the width of a screen.
_PIPE_WIDTH = 200


def yes_option(command: F) -> F:
    """``--yes``, given to the command as ``yes``."""
    return click.option("--yes", is_flag=True, help="Answer every confirmation with yes.")(command)


def confirm(question: str, yes: bool) -> None:
    """Ask on standard error; anything but yes stops the command."""
    if not yes:
        click.confirm(question, abort=True, err=True)


def show(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    as_json: bool,
    empty: str = "Nothing to show.",
) -> None:
    """A list: all of each row as JSON, or ``columns`` of each as a table."""
    if as_json:
        return show_json(rows)
    if not rows:
        return click.echo(empty)
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    console.print(table)
    return None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return " ".join(f"{key}={inner}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value)
    return str(value)
