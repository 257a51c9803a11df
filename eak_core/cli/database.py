"""``eak db``: migrations, backups, and whether all fits."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eak_core.cli.frame import REFUSED, state
from eak_core.cli.output import confirm, json_option, show_json, yes_option
from eak_core.errors import EakError
from eak_core.invocation import typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group("db")
def group() -> None:
    """Migrate, check, save and restore the database."""


@group.command("upgrade")
@click.pass_context
def upgrade_(context: click.Context) -> None:
    """Run the migrations that the database lacks, of the core and of every plugin.

    A plugin whose migrations cannot run is named, the others go on, and the command exits with 1.
    """
    from eak_core.db.migrations import upgrade_all

    with state().application(migrated=False) as app:
        upgraded = upgrade_all(app)
    for name, revisions in upgraded.done.items():
        click.echo(f"{name}: {', '.join(revisions)}")
    for sentence in upgraded.faults.values():
        click.echo(f"eak: {sentence}", err=True)
    if upgraded.faults:
        context.exit(REFUSED)
    if not upgraded.done:
        click.echo("The database is up to date.")


@group.command()
@click.option(
    "--models",
    is_flag=True,
    help="For developers: compare a new database, after all migrations, with the models.",
)
@json_option
@click.pass_context
def check(context: click.Context, models: bool, as_json: bool) -> None:
    """Whether the database has every migration and is not damaged. Exits with 1 where it is not so.

    Everything is read: with much in it, that takes minutes.
    """
    with state().application(migrated=False) as app:
        faults = _differences_from_models(app) if models else [*lacking(app), *_damages(app)]
    if as_json:
        show_json({"ok": not faults, "faults": faults})
    else:
        fine = "The migrations make what the models say." if models else "The database fits."
        click.echo("\n".join(faults) or fine)
    if faults:
        context.exit(REFUSED)


def lacking(app: "Flask") -> list[str]:
    """A sentence for each distribution that the database does not fit."""
    from eak_core.db.migrations import faults_in

    return list(faults_in(app).values())


def _damages(app: "Flask") -> list[str]:
    from eak_core.db import db
    from eak_core.db.migrations import is_missing
    from eak_core.db.soundness import damages

    # Looking at a folder without a database must leave it as it was.
    return [] if is_missing(db.engine) else [f"Damaged: {each}." for each in damages(db.engine)]


def _differences_from_models(app: "Flask") -> list[str]:
    from tempfile import TemporaryDirectory

    from sqlalchemy import create_engine

    from eak_core.config import sqlite_url
    from eak_core.db.differences import differences
    from eak_core.db.engine import engine_options, prepare
    from eak_core.db.migrations import distributions, upgrade

    known = distributions(app)
    plugins = [each.name for each in known[1:]]
    with TemporaryDirectory() as folder:
        engine = create_engine(**engine_options(sqlite_url(Path(folder, "new.sqlite"))))
        prepare(engine)
        for each in known:
            upgrade(engine, each)
        found = [
            f"{each.name}: {difference}"
            for each in known
            for difference in differences(engine, each, plugins)
        ]
        engine.dispose()
    return found


@group.command()
@file_argument
@yes_option
def backup(file: Path, yes: bool) -> None:
    """Save everything in the database and all files to FILE, while the site runs.

    The folder's eak.toml, secret_key and secrets are not in it: keep a copy of them too.
    """
    from eak_core.db import db
    from eak_core.db.backup import back_up
    from eak_core.db.migrations import distributions
    from eak_core.files.room import room_of
    from eak_core.files.saving import SavedFiles

    if file.exists():
        confirm(f"{file} exists. Replace it?", yes)
    with state().application() as app:
        saved = back_up(db.engine, distributions(app), file, SavedFiles(room_of().storage))
    _tell_left_out(saved.left_out)
    if saved.missing_files:
        click.echo(f"eak: {saved.missing_files} part(s) of files are missing here.", err=True)
    size = file.stat().st_size
    click.echo(
        f"Saved to {file}: {saved.tables} tables, {saved.rows:,} rows, {saved.files:,} parts of"
        f" files, {size:,} bytes."
    )


def _tell_left_out(tables: "Sequence[str]") -> None:
    for table in tables:
        click.echo(f"eak: {table} is left out: the plugin it is of is not installed.", err=True)


@group.command()
@file_argument
@click.option(
    "--leave-out-unknown",
    is_flag=True,
    help="Leave out what no installed plugin knows, instead of refusing the file.",
)
@json_option
def restore(file: Path, leave_out_unknown: bool, as_json: bool) -> None:
    """Fill the empty database of the instance and its files from FILE, and verify every log."""
    from eak_core.db import db
    from eak_core.db.backup import restore as restore_from
    from eak_core.db.migrations import distributions
    from eak_core.files.room import room_of
    from eak_core.files.saving import SavedFiles

    with state().application(migrated=False) as app:
        files = SavedFiles(room_of().storage)
        restored = restore_from(
            db.engine, distributions(app), file, files, leave_out_unknown=leave_out_unknown
        )
        _tell_left_out(restored.left_out)
        if restored.missing_files:
            click.echo(f"eak: {restored.missing_files} part(s) of files are not in it.", err=True)
        events, faults = _verified(app)
    if faults:
        raise EakError(f"{file} was restored, but the logs are not whole: {'; '.join(faults)}")
    if as_json:
        return show_json({"events": events, "held": True})
    click.echo(
        f"Restored from {file}: {events:,} events, every log is whole; {restored.files:,} parts of"
        " files."
    )
    return click.echo(f"No mail leaves and nothing is done by itself before “{_release()}”.")


@group.command()
def hold() -> None:
    """Let no mail leave and do nothing that is due: for a copy that was made another way.

    A restored copy is held already. Pages, forms and event handlers work as ever.
    """
    from eak_core.db import write_session
    from eak_core.db.hold import hold as hold_site

    with state().application() as app, write_session(app) as session:
        hold_site(session)
    click.echo(f"The site is held: no mail leaves and nothing is done before “{_release()}”.")


def _release() -> str:
    return typed("db release", state().folder)


@group.command()
@yes_option
def release(yes: bool) -> None:
    """Let the mail leave that waits in a restored copy, and do what is due, from now on."""
    from eak_core.db import read_session, write_session
    from eak_core.db.hold import held_since
    from eak_core.db.hold import release as release_site
    from eak_core.events.agenda import overdue
    from eak_core.letters.inspection import outbox_counts

    with state().application() as app:
        with read_session(app) as session:
            since = held_since(session)
            mail, works = outbox_counts(session).waiting, overdue(session)
        if since is None:
            return click.echo("The site is not held.")
        confirm(
            f"{mail} message(s) leave and {works} scheduled work(s) are done at once. Is the site"
            " that this is a copy of switched off?",
            yes,
        )
        with write_session(app) as session:
            release_site(session)
    return click.echo("The site is released.")


def _verified(app: "Flask") -> tuple[int, list[str]]:
    from sqlalchemy import func, select

    from eak_core.db import read_session
    from eak_core.events.core import get_event_core
    from eak_core.events.models import EventLog
    from eak_core.events.reading import verify

    with read_session(app) as session:
        events = session.scalar(select(func.count()).select_from(EventLog))
        return events or 0, list(verify(session, get_event_core(app).registry))
