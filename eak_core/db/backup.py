"""Backups: one file that holds everything, taken while the site runs, and checked.

SQLite is copied with its online backup. PostgreSQL is written by COPY from one snapshot into a
zip: no program of the database needs to be installed, and the file restores into any later
version.
"""

import sqlite3
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from alembic.runtime.migration import MigrationContext
from psycopg import Connection as RawConnection
from psycopg import sql
from sqlalchemy import Connection, Engine, inspect, text

from eak_core import clock
from eak_core.db.base import Base
from eak_core.db.migrations import Distribution, upgrade
from eak_core.errors import EakError, Misconfigured

FORMAT = 1
_MANIFEST = "manifest.json"
_SQLITE_MAGIC = b"SQLite format 3\x00"
_CHUNK = 1 << 16


class Table(msgspec.Struct, frozen=True):
    """One table of a backup: its columns in the order of the rows, and how many rows."""

    name: str
    columns: tuple[str, ...]
    rows: int


class Manifest(msgspec.Struct, frozen=True):
    """What a PostgreSQL backup says about itself. ``revisions``: by distribution."""

    format: int
    taken_at: datetime
    revisions: dict[str, tuple[str, ...]]
    tables: tuple[Table, ...]


class DamagedBackup(EakError):
    """The file is no backup, or not whole."""


def back_up(engine: Engine, distributions: Sequence[Distribution], target: Path) -> list[str]:
    """Write everything to ``target``, replacing it only when the new file is whole.

    Answers the tables that were left out: those of plugins that are no longer installed, which
    only SQLite's copy keeps. Raises Misconfigured where the file cannot be written.
    """
    with _whole_file(target) as draft:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(Path(engine.url.database or ""), draft)
            return []
        return _dump_postgres(engine, distributions, draft)


def restore(engine: Engine, distributions: Sequence[Distribution], source: Path) -> None:
    """Fill the empty database of ``engine`` from ``source``, then run what migrations it lacks.

    Raises Misconfigured where the database is not empty or of another kind, DamagedBackup for a
    file that is no backup. The file is checked before anything is written; after an error all the
    same (a full disk), begin again with a new database.
    """
    kind = _kind(source)
    if kind != engine.dialect.name:
        raise Misconfigured(
            f"{source} is a backup of {kind}, and database_url names {engine.dialect.name}."
        )
    if inspect(engine).get_table_names():
        raise Misconfigured("The database is not empty: a backup is restored into a new one.")
    if kind == "sqlite":
        engine.dispose()
        _restore_sqlite(source, Path(engine.url.database or ""))
    else:
        _load_postgres(engine, distributions, source)
    for distribution in distributions:
        upgrade(engine, distribution)


@contextmanager
def _whole_file(target: Path) -> Iterator[Path]:
    """A draft beside ``target`` that takes its place at the end, and vanishes on an error."""
    draft = target.with_name(f".{target.name}.part")
    try:
        # Everything that people confided is in it.
        draft.touch(mode=0o600)
        yield draft
        draft.replace(target)
    except OSError as error:
        raise Misconfigured(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


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


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        # One file, which needs nothing beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        _require_intact(copy, target)


def _restore_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as kept:
        _require_intact(kept, source)
        with closing(sqlite3.connect(target)) as database:
            kept.backup(database)


def _require_intact(connection: sqlite3.Connection, file: Path) -> None:
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise DamagedBackup(f"{file} is damaged: {error}.") from error
    if found != "ok":
        raise DamagedBackup(f"{file} is damaged: {found}.")


def _dump_postgres(
    engine: Engine, distributions: Sequence[Distribution], target: Path
) -> list[str]:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        present = set(inspect(connection).get_table_names())
        named = [name for name in _table_names() if name in present]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            tables = tuple(_dump_table(connection, archive, name) for name in named)
            manifest = Manifest(FORMAT, clock.now(), _revisions(connection, distributions), tables)
            archive.writestr(_MANIFEST, msgspec.json.encode(manifest))
        bookkeeping = {distribution.version_table for distribution in distributions}
        return sorted(present - set(named) - bookkeeping)


def _table_names() -> list[str]:
    """Every table of the core and the installed plugins, what is referred to first."""
    return [str(table.name) for table in Base.metadata.sorted_tables]


def _revisions(
    connection: Connection, distributions: Sequence[Distribution]
) -> dict[str, tuple[str, ...]]:
    return {
        each.name: MigrationContext.configure(
            connection, opts={"version_table": each.version_table}
        ).get_current_heads()
        for each in distributions
    }


def _dump_table(connection: Connection, archive: zipfile.ZipFile, name: str) -> Table:
    columns = tuple(column["name"] for column in inspect(connection).get_columns(name))
    keys = inspect(connection).get_pk_constraint(name)["constrained_columns"]
    # In the order of the key: the order on disk tells what was written together, which a table
    # with random keys means to keep to itself.
    statement = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
        _listed(columns), sql.Identifier(name), _listed(keys or columns)
    )
    with (
        archive.open(_member(name), "w", force_zip64=True) as stream,
        _raw(connection).cursor() as cursor,
    ):
        with cursor.copy(statement) as rows:
            for chunk in rows:
                stream.write(chunk)
        return Table(name, columns, cursor.rowcount)


def _load_postgres(engine: Engine, distributions: Sequence[Distribution], source: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        manifest = _manifest(archive, source)
        known = {distribution.name: distribution for distribution in distributions}
        missing = sorted(name for name in manifest.revisions if name not in known)
        if missing:
            raise Misconfigured(
                f"The backup holds data of {', '.join(missing)}: install what is missing first."
            )
        for name, revisions in manifest.revisions.items():
            for revision in revisions:
                upgrade(engine, known[name], to=revision)
        with engine.begin() as connection:
            _empty(connection, manifest)
            for table in manifest.tables:
                _load_table(connection, archive, table)


def _manifest(archive: zipfile.ZipFile, source: Path) -> Manifest:
    try:
        damaged = archive.testzip()
        manifest = msgspec.json.decode(archive.read(_MANIFEST), type=Manifest)
    except (KeyError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise DamagedBackup(f"{source} is not a backup made by “eak db backup”.") from error
    if damaged is not None:
        raise DamagedBackup(f"{source} is damaged: {damaged} cannot be read.")
    if manifest.format != FORMAT:
        raise Misconfigured(f"{source} has format {manifest.format}, and this EAK reads {FORMAT}.")
    return manifest


def _empty(connection: Connection, manifest: Manifest) -> None:
    """Take out what migrations put in: the backup holds it, as it was changed since."""
    for table in reversed(manifest.tables):
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.name))
        row = _raw(connection).execute(count).fetchone()
        if row and row[0]:
            delete = sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name))
            _raw(connection).execute(delete)


def _load_table(connection: Connection, archive: zipfile.ZipFile, table: Table) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), _listed(table.columns)
    )
    with archive.open(_member(table.name)) as stream, _raw(connection).cursor() as cursor:
        with cursor.copy(statement) as rows:
            while chunk := stream.read(_CHUNK):
                rows.write(chunk)
        if cursor.rowcount != table.rows:
            raise DamagedBackup(
                f"{table.name} has {cursor.rowcount} rows in the backup instead of {table.rows}."
            )
    _move_sequences(connection, table)


def _move_sequences(connection: Connection, table: Table) -> None:
    """Let numbering go on after the highest number that was restored."""
    numbered = text("SELECT pg_get_serial_sequence(:table, :column)")
    for column in table.columns:
        names: Mapping[str, Any] = {"table": f'"{table.name}"', "column": column}
        sequence = connection.scalar(numbered, names)
        if sequence is not None:
            move = sql.SQL("SELECT setval({}, max({})) FROM {}").format(
                sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table.name)
            )
            _raw(connection).execute(move)


def _raw(connection: Connection) -> RawConnection[Any]:
    raw = connection.connection.driver_connection
    assert isinstance(raw, RawConnection)
    return raw


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _member(table: str) -> str:
    return f"tables/{table}.copy"
