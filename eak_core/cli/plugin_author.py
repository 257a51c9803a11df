"""``eak plugin new`` and ``eak plugin check``: what plugin authors run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eak_core.cli.frame import REFUSED
from eak_core.cli.output import json_option, show_json

if TYPE_CHECKING:
    from eak_core.cli.inspection import Finding


@click.command("new")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("plugins"),
    show_default=True,
    metavar="DIR",
    help="The folder to make it in.",
)
def new(name: str, into: Path) -> None:
    """Write a small complete plugin NAME, with its tests. Nothing is downloaded."""
    from eak_core.cli.scaffold import write_plugin

    folder = write_plugin(name, into)
    click.echo(f"The plugin “{name}” is in {folder}. Install it and run its tests:")
    click.echo(f"  pip install -e {folder}\n  pytest {folder}")


@click.command("check")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--golden",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder of golden files, by default golden in the plugin’s tests.",
)
@click.option("--write-golden", is_flag=True, help="Write the golden files that are missing.")
@json_option
@click.pass_context
def check(
    context: click.Context, path: Path, golden: Path | None, write_golden: bool, as_json: bool
) -> None:
    """Look at the plugin in the folder PATH, and say in sentences what is wrong with it."""
    from eak_core.cli.inspection import inspect_plugin

    found = inspect_plugin(path.resolve(), golden, write_golden=write_golden)
    wrong = [each for each in found if not each.fine]
    if as_json:
        show_json({"ok": not wrong, "findings": found})
    else:
        for each in found:
            click.echo(_line(each))
        click.echo("Everything is in order." if not wrong else f"{len(wrong)} to put right.")
    if wrong:
        context.exit(REFUSED)


def _line(finding: "Finding") -> str:
    return f"{'✓' if finding.fine else '✗'} {finding.about}: {finding.said}"
