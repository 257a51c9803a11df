"""``eak plugin new``, ``check``, ``migration`` and ``translate``: what plugin authors run."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from eak_core import invocation
from eak_core.cli.frame import REFUSED, state
from eak_core.cli.output import json_option, show_json

if TYPE_CHECKING:
    from eak_core.kit.inspection import Finding


plugin_argument = click.argument("plugin")


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
    from eak_core.kit.scaffold import write_plugin

    folder = write_plugin(name, into)
    shown, python = quote(str(folder)), invocation.python()
    click.echo(f"The plugin “{name}” is in {folder}. Install it, run its tests, and see it:")
    click.echo(f"  {python} -m pip install -e {quote(f'{folder}[test]')}")
    click.echo(f"  {python} -m pytest {shown}")
    click.echo(f"  {invocation.typed(f'demo --with {name}', state().folder)}")


@click.command("check")
@plugin_argument
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
    context: click.Context, plugin: str, golden: Path | None, write_golden: bool, as_json: bool
) -> None:
    """Look at PLUGIN, and say in sentences what is wrong with it.

    PLUGIN is a folder with a pyproject.toml, or the name of a plugin installed from one.
    """
    from eak_core.kit.authoring.finding import folder_of
    from eak_core.kit.inspection import inspect_plugin

    found = inspect_plugin(folder_of(plugin, state().folder), golden, write_golden=write_golden)
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


@click.command("migration")
@plugin_argument
@click.option("-m", "--message", required=True, help="What it changes, in a few words.")
def migration(plugin: str, message: str) -> None:
    """Write the migration that takes the tables of PLUGIN to what its models say.

    PLUGIN is a folder with a pyproject.toml, or the name of a plugin installed from one. No site is
    looked at: models and migrations are compared on a database made for it.
    """
    from eak_core.kit.authoring.finding import chosen
    from eak_core.kit.authoring.revision import write_migration

    written = write_migration(chosen(plugin, state().folder), message)
    if written is None:
        return click.echo("The migrations make what the models say; nothing was written.")
    for warning in written.warnings:
        click.echo(f"eak: {warning}", err=True)
    click.echo(f"{_shown(written.file)} is written: read it, then run")
    return click.echo(f"  {invocation.typed('db upgrade', state().folder)}")


@click.command("translate")
@plugin_argument
def translate(plugin: str) -> None:
    """Bring the texts of PLUGIN into its .po files, and say what is to be translated.

    PLUGIN is a folder with a pyproject.toml, or the name of a plugin installed from one.
    """
    from eak_core.kit.authoring.finding import chosen
    from eak_core.kit.authoring.words import translate as merge

    for each in merge(chosen(plugin, state().folder)):
        click.echo(
            f"{_shown(each.file)}: {each.added} new, {each.fuzzy} reworded (marked fuzzy),"
            f" {each.dropped} no longer said; {each.untranslated} to translate."
        )


def _shown(file: Path) -> str:
    """``file`` as it is seen from here."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
