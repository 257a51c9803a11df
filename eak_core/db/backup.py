"""Backups: one file that holds everything, taken while the site runs, and checked.

A restore believes nothing that the file says of itself: the tables are made by the migrations of
the installed versions, and only rows are taken from the file. It is all or nothing.
"""

import fcntl
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy import MetaData as Reflected

from eak_core.config import sqlite_url
from eak_core.db import postgres_backup, sqlite, sqlite_backup
from eak_core.db.engine import engine_options
from eak_core.db.hold import hold
from eak_core.db.migrations import Distribution, holds_rows, locked, upgrade_in
from eak_core.db.saved import (
    BESIDE,
    DamagedBackup,
    Files,
    Source,
    Table,
    whole_file,
)
from eak_core.errors import Misconfigured

__all__ = ["DamagedBackup", "Files", "Restored", "Saved", "back_up", "restore"]

_SQLITE_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds, the tables that it does not, and how many files were not to be had."""

    tables: int
    rows: int
    files: int
    left_out: Sequence[str] = ()
    missing_files: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """The tables that a restore left out, how many files it brought back, and how many the backup
    did not have."""

    left_out: Sequence[str]
    files: int
    missing_files: int


def back_up(
    engine: Engine, distributions: Sequence[Distribution], target: Path, files: Files
) -> Saved:
    """Write everything to ``target``, replacing it only when the new file was found to hold all,
    the ``files`` of which its rows tell included.

    Left out are the tables of plugins that are no longer installed, which only SQLite's copy keeps.
    Raises Misconfigured where the file cannot be written, or where there is nothing of EAK to save.
    """
    with whole_file(target) as draft:
        left_out: Sequence[str] = ()
        if engine.dialect.name == "sqlite":
            tables = sqlite_backup.save(_file_of(engine), draft)
            asked, kept = _save_files(draft, files)
        else:
            tables, left_out, asked, kept = postgres_backup.save(
                engine, distributions, draft, files
            )
        rows = sum(table.rows for table in tables)
        return Saved(len(tables), rows, kept, left_out, asked - kept)


def _save_files(copy: Path, files: Files) -> tuple[int, int]:
    """Put the files of which the database ``copy`` tells into it; answers how many these are, and
    how many were there."""
    reading = create_engine(**engine_options(sqlite_url(copy)))
    try:
        with reading.connect() as connection:
            keys = files.keys(connection)
    finally:
        reading.dispose()
    return len(keys), sqlite_backup.add_files(copy, ((key, files.get(key)) for key in keys))


def restore(
    engine: Engine,
    distributions: Sequence[Distribution],
    source: Path,
    files: Files,
    *,
    leave_out_unknown: bool = False,
) -> Restored:
    """Fill the empty database of ``engine`` from ``source``, then run what migrations it lacks, and
    bring back the ``files``.

    The copy is held (`eak_core.db.hold`), and nothing is left of it unless all went well. Raises
    Misconfigured where the database is not empty or of another kind, or where the file has tables
    that nothing installed makes (``leave_out_unknown`` leaves these out); DamagedBackup for a file
    that is no backup.
    """
    kind = _kind(source)
    if kind != engine.dialect.name:
        raise Misconfigured(
            f"{source} is a backup of {kind}, and database_url names {engine.dialect.name}."
        )
    with _opened(kind, source, engine) as opened, _draft(engine) as draft, locked(draft) as into:
        if inspect(into).get_table_names():
            raise Misconfigured("The database is not empty: a backup is restored into a new one.")
        left_out = _fill(into, distributions, opened, source, leave_out_unknown)
        found, missing = _bring_back(into, opened, source, files)
        return Restored(left_out, found, missing)


def _kind(source: Path) -> str:
    try:
        with source.open("rb") as stream:
            start = stream.read(len(_SQLITE_MAGIC))
    except OSError as error:
        raise Misconfigured(f"{source} cannot be read: {error.strerror or error}.") from error
    if start == _SQLITE_MAGIC:
        return "sqlite"
    if zipfile.is_zipfile(source):
        return "postgresql"
    raise DamagedBackup(f"{source} is not a backup made by “eak db backup”.")


def _opened(kind: str, source: Path, engine: Engine) -> AbstractContextManager[Source]:
    if kind == "sqlite":
        return sqlite_backup.opened_source(source, _file_of(engine).parent)
    return postgres_backup.opened_source(source)


def _file_of(engine: Engine) -> Path:
    database = engine.url.database
    if not database or database == ":memory:":
        raise Misconfigured("database_url names a database in memory: nothing of it can be kept.")
    return Path(database)


@contextmanager
def _draft(engine: Engine) -> Iterator[Engine]:
    """Where a restore is made: a new file that takes the place of SQLite's, or PostgreSQL itself,
    whose transaction leaves nothing behind where it fails."""
    if engine.dialect.name != "sqlite":
        yield engine
        return
    target = _file_of(engine)
    with _alone(target), whole_file(target) as file:
        if not sqlite_backup.is_empty(target):
            raise Misconfigured("The database is not empty: a backup is restored into a new one.")
        engine.dispose()
        draft = create_engine(**engine_options(sqlite_url(file)))
        sqlite.prepare(draft, synchronous="OFF")  # it is written to the disk at the end, at once
        try:
            yield draft
            with draft.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.execute("PRAGMA journal_mode=DELETE")
        finally:
            draft.dispose()
        # A log of the empty database before would be played into this one.
        for each in BESIDE[:3]:
            target.with_name(target.name + each).unlink(missing_ok=True)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """The writers' place of the database file, which nobody may hold meanwhile."""
    try:
        lock = os.open(f"{target}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Misconfigured(f"{target} cannot be written: {error.strerror or error}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Misconfigured(f"Another process writes to {target}: stop it first.") from error
    finally:
        os.close(lock)


def _fill(
    into: Connection,
    distributions: Sequence[Distribution],
    opened: Source,
    source: Path,
    leave_out: bool,
) -> Sequence[str]:
    manifest = opened.manifest
    known = {each.name: each for each in distributions}
    missing = sorted(
        name for name, revisions in manifest.revisions.items() if revisions and name not in known
    )
    if missing and not leave_out:
        raise Misconfigured(
            f"The backup holds data of {', '.join(missing)}: install what is missing first, or"
            " leave it out with --leave-out-unknown."
        )
    for name, revisions in manifest.revisions.items():
        for revision in revisions if name in known else ():
            _require_known(known[name], revision, source)
            upgrade_in(into, known[name], revision)
    tables, unknown = _matched(into, manifest.tables, source)
    if unknown and not leave_out:
        raise Misconfigured(
            f"{source} holds tables that nothing installed makes ({', '.join(unknown)}): install"
            " the plugin they are of, or leave them out with --leave-out-unknown."
        )
    _refuse_code(into, opened, unknown, source)
    _empty(into, tables)
    for table in tables:
        loaded = opened.load(into, table)
        if loaded != table.rows:
            raise DamagedBackup(f"{table.name} has {loaded} rows instead of {table.rows}.")
    for distribution in distributions:
        upgrade_in(into, distribution)
    hold(into)
    return unknown


def _bring_back(into: Connection, opened: Source, source: Path, files: Files) -> tuple[int, int]:
    """Keep the files of the backup of which the restored rows tell; answers how many came, and how
    many did not. Those of a restore that fails in the end belong to nothing, and are swept."""
    expected = set(files.keys(into))
    told = len(expected)
    for key, content in opened.files():
        if key not in expected:
            raise DamagedBackup(f"{source} holds a file twice, or one of which no row tells.")
        expected.remove(key)
        files.put(key, content)
    return told - len(expected), len(expected)


def _require_known(distribution: Distribution, revision: str, source: Path) -> None:
    if revision not in {each.revision for each in distribution.script().walk_revisions()}:
        raise Misconfigured(
            f"{source} was made by a version of “{distribution.name}” that has a migration"
            f" “{revision[:20]}”, which this one has not: install that version."
        )


def _matched(
    into: Connection, found: Sequence[Table], source: Path
) -> tuple[list[Table], list[str]]:
    """The tables of the backup that the migrations made as well, what is referred to first; and
    the names of those they did not."""
    reflected = Reflected()
    reflected.reflect(into)
    made = {table.name: table for table in reflected.sorted_tables if holds_rows(table.name)}
    saved = {table.name: table for table in found}
    if len(saved) != len(found):
        raise DamagedBackup(f"{source} holds a table twice.")
    lacking = sorted(made.keys() - saved.keys())
    if lacking:
        raise DamagedBackup(f"{source} lacks {', '.join(lacking)}.")
    for name, table in made.items():
        if sorted(saved[name].columns) != sorted(column.name for column in table.columns):
            raise DamagedBackup(f"{source}: the columns of {name} are not those that EAK makes.")
    return [saved[name] for name in made], sorted(saved.keys() - made.keys())


def _refuse_code(into: Connection, opened: Source, unknown: Sequence[str], source: Path) -> None:
    """A trigger or a view that EAK never makes says that somebody has meddled with the file."""
    if not opened.code:
        return
    ours = into.execute(text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"))
    found = opened.code - {(row.name, row.tbl_name) for row in ours}
    strange = sorted(name for name, table in found if table not in unknown)
    if strange:
        raise DamagedBackup(
            f"{source} holds {', '.join(strange)}, which EAK never makes: do not trust this file."
        )


def _empty(into: Connection, tables: Sequence[Table]) -> None:
    """Take out what migrations put in: the backup holds it, as it was changed since."""
    for table in reversed(tables):
        name = into.dialect.identifier_preparer.quote(table.name)
        if into.scalar(text(f"SELECT count(*) FROM {name}")):  # noqa: S608  # quoted
            into.execute(text(f"DELETE FROM {name}"))  # noqa: S608  # quoted
