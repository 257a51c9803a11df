"""``eak demo``: a complete site to look at, ready in one command."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from eak_core.cli.frame import State, state
from eak_core.cli.output import confirm, yes_option
from eak_core.cli.running import port_option
from eak_core.errors import Misconfigured
from eak_core.invocation import typed

# Says that a folder was made by this command, so that --reset removes nothing else.
MARKER = "eak.toml"
SETTINGS = """\
# Made by “eak demo”; “eak demo --reset” makes it anew.
demo = true
# Its accounts work with the password that is shown.
second_factor_required = false
site_name = "Hauts-de-Seine : idées en jardin"
agent_domains = ["{domain}"]
contact_email = "contact@demo.example"
mail_sender = "Démonstration <ne-pas-repondre@demo.example>"
"""


@click.command()
@port_option
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the demonstration lives.  [default: demo/ in the instance folder]",
)
@click.option("--no-serve", is_flag=True, help="Prepare everything, then exit.")
@click.option("--reset", is_flag=True, help="Forget what was done there, and begin again.")
@click.option(
    "--with",
    "plugins",
    metavar="NAME",
    multiple=True,
    help="Switch the installed plugin NAME on in every service, with its content. Repeatable.",
)
@yes_option
def demo(
    port: int, data: Path | None, no_serve: bool, reset: bool, plugins: tuple[str, ...], yes: bool
) -> None:
    """A site with services, people and ideas, on http://127.0.0.1:8000.

    What is done there is kept from one start to the next.
    """
    from eak_core.cli import server

    folder = (data or state().folder / "demo").absolute()
    place = server.Place("127.0.0.1", port)
    if not no_serve:
        place.require_free()
    server.require_writable(folder)
    if reset:
        _remove(folder, yes)
    _write_settings(folder)
    # The address in letters and feeds is the one that people see, whatever the port.
    os.environ.setdefault("EAK_BASE_URL", place.url)
    _prepare(State(folder), plugins)
    _introduce(place.url, folder)
    if not no_serve:
        server.serve(place, folder, processes=1, worker=True)


def _remove(folder: Path, yes: bool) -> None:
    if not any(folder.iterdir()):
        return
    marker = folder / MARKER
    if not marker.is_file() or "eak demo" not in marker.read_text(encoding="utf-8"):
        raise Misconfigured(f"{folder} was not made by “eak demo”; nothing was removed.")
    if State(folder).config().sqlite_path is None:
        raise Misconfigured(
            "The database is not in the folder: empty it, then run without --reset."
        )
    confirm(f"Everything in {folder} will be removed. Go on?", yes)
    shutil.rmtree(folder)
    folder.mkdir(mode=0o700)


def _write_settings(folder: Path) -> None:
    from eak_core.demo.content import AGENT_DOMAIN

    file = folder / MARKER
    if file.exists():
        return
    if any(folder.iterdir()):
        raise Misconfigured(f"{folder} is not empty and was not made by “eak demo”.")
    file.touch(mode=0o600)
    file.write_text(SETTINGS.format(domain=AGENT_DOMAIN), encoding="utf-8")


def _prepare(demonstration: State, plugins: Sequence[str] = ()) -> None:
    """Migrate, and load the content where there is none yet, so that the first page shows all."""
    from eak_core.db import db
    from eak_core.db.migrations import upgrade_all
    from eak_core.demo import add, load
    from eak_core.events.worker import Worker

    with demonstration.application(migrated=False) as app:
        faults = upgrade_all(app).faults
        if faults:
            raise Misconfigured(" ".join(faults.values()))
        db.engine.dispose()
    # Opened again: which plugins are ready is settled when an application is made.
    with demonstration.application() as app:
        fresh = load(app)
        if add(app, plugins) or fresh:
            Worker(app).drain()
        db.engine.dispose()


def _introduce(url: str, folder: Path) -> None:
    from eak_core.demo import sign_ins

    click.echo(f"The demonstration is in {folder}.\n\n  {url}/\n  {url}/admin/\n")
    click.echo(f"Commands for it look like this:\n  {typed('plugin list', folder)}\n")
    for role, email, password in sign_ins():
        click.echo(f"  {role:<14} {email:<32} {password}")
    click.echo()
