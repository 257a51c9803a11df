"""Saving PostgreSQL into a zip, by COPY from one snapshot, and reading it, whoever made it.

No program of the database needs to be installed, and the file restores into any later version.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import Connection as RawConnection
from psycopg import sql
from sqlalchemy import Connection, Engine, inspect, text

from eak_core import clock
from eak_core.db.base import Base
from eak_core.db.migrations import Distribution
from eak_core.db.saved import (
    FORMAT,
    DamagedBackup,
    Files,
    Manifest,
    Table,
    require_ours,
    revisions_in,
)
from eak_core.errors import EakError, Misconfigured

_MANIFEST = "manifest.json"
_CHUNK = 1 << 16

#: What a manifest may have, in bytes.
LONGEST_MANIFEST = 4 << 20
#: How much more than the file itself may come out of it: rows of a site shrink to a tenth or so,
#: and a file made to fill a disk to a thousandth. What is smaller than the second figure may.
MOST_TIMES = 200
SMALL_BYTES = 256 << 20


def save(
    engine: Engine, distributions: Sequence[Distribution], target: Path, files: Files
) -> tuple[tuple[Table, ...], list[str], int, int]:
    """Write the database into the empty file ``target``, and read it again; answers what it holds,
    the tables that were left out, of how many files its rows tell, and how many of these it holds.
    Misconfigured where it is no database of EAK."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        present = set(inspect(connection).get_table_names())
        require_ours(list(present), "What database_url names")
        named = [name for name in _table_names() if name in present]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            tables = tuple(_dump(connection, archive, name) for name in named)
            revisions = revisions_in(connection, distributions)
            keys = files.keys(connection)
            # What these take to copy must not hold a transaction open: no row is read any more.
            connection.rollback()
            kept = tuple(_add_files(archive, keys, files))
            manifest = Manifest(FORMAT, clock.now(), revisions, tables, kept)
            archive.writestr(_MANIFEST, msgspec.json.encode(manifest))
    with opened_source(target) as written:
        for table in tables:
            if written.lines(table) != table.rows:
                raise EakError(f"The copy of {table.name} does not hold what the table holds.")
    bookkeeping = {distribution.version_table for distribution in distributions}
    return tables, sorted(present - set(named) - bookkeeping), len(keys), len(kept)


def _add_files(archive: zipfile.ZipFile, keys: Sequence[str], files: Files) -> Iterator[str]:
    """Put the files that are there into ``archive``, as they are: pictures shrink no further."""
    for key in keys:
        content = files.get(key)
        if content is not None:
            archive.writestr(_file_member(key), content, zipfile.ZIP_STORED)
            yield key


def _table_names() -> list[str]:
    """Every table of the core and the installed plugins, what is referred to first."""
    return [str(table.name) for table in Base.metadata.sorted_tables]


def _dump(connection: Connection, archive: zipfile.ZipFile, name: str) -> Table:
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
        return Table(name, columns, cursor.rowcount, _numbered(connection, name, columns))


def _sequences(
    connection: Connection, table: str, columns: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The columns that number their rows by themselves, each with its sequence."""
    of = text("SELECT pg_get_serial_sequence(:table, :column)")
    for column in columns:
        names: Mapping[str, Any] = {"table": f'"{table}"', "column": column}
        sequence = connection.scalar(of, names)
        if sequence is not None:
            yield column, sequence


def _numbered(connection: Connection, table: str, columns: Sequence[str]) -> dict[str, int]:
    last = text("SELECT pg_sequence_last_value(CAST(:sequence AS regclass))")
    found = {
        column: connection.scalar(last, {"sequence": sequence})
        for column, sequence in _sequences(connection, table, columns)
    }
    return {column: number for column, number in found.items() if number is not None}


class PostgresSource:
    """A backup of PostgreSQL: rows as COPY writes them, and a manifest that may say anything."""

    #: Only rows are in it.
    code: frozenset[tuple[str, str]] = frozenset()

    def __init__(self, archive: zipfile.ZipFile, file: Path) -> None:
        self._archive, self._file = archive, file
        self._require_bounded()

    @cached_property
    def manifest(self) -> Manifest:
        """What the file says of itself, and what its members agree with."""
        try:
            if self._archive.getinfo(_MANIFEST).file_size > LONGEST_MANIFEST:
                raise DamagedBackup(f"{self._file} is not a backup: its manifest is too long.")
            manifest = msgspec.json.decode(self._archive.read(_MANIFEST), type=Manifest)
            if manifest.format != FORMAT:
                raise Misconfigured(
                    f"{self._file} has format {manifest.format}, and this EAK reads {FORMAT}."
                )
            damaged = self._archive.testzip()
        except (KeyError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DamagedBackup(f"{self._file} is not a backup made by “eak db backup”.") from error
        if damaged is not None:
            raise DamagedBackup(f"{self._file} is damaged: {damaged} cannot be read.")
        said = sorted(
            [
                _MANIFEST,
                *(_member(table.name) for table in manifest.tables),
                *map(_file_member, manifest.files),
            ]
        )
        if sorted(self._archive.namelist()) != said:
            raise DamagedBackup(f"{self._file} does not hold what its manifest says.")
        return manifest

    def load(self, connection: Connection, table: Table) -> int:
        """Put the rows in by COPY, and go on numbering after the last number."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), _listed(table.columns)
        )
        try:
            with (
                self._archive.open(_member(table.name)) as stream,
                _raw(connection).cursor() as cursor,
            ):
                with cursor.copy(statement) as rows:
                    while chunk := stream.read(_CHUNK):
                        rows.write(chunk)
                _move_sequences(connection, table)
                return cursor.rowcount
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            said = str(error).strip().splitlines()[0]
            raise DamagedBackup(
                f"The rows of {table.name} in {self._file} do not fit: {said}."
            ) from error

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The files that the manifest names."""
        for key in self.manifest.files:
            yield key, self._archive.read(_file_member(key))

    def lines(self, table: Table) -> int:
        """How many rows of ``table`` the file holds: what is in a row never breaks its line."""
        with self._archive.open(_member(table.name)) as stream:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_CHUNK), b""))

    def _require_bounded(self) -> None:
        size = sum(member.file_size for member in self._archive.infolist())
        if size > max(SMALL_BYTES, MOST_TIMES * self._file.stat().st_size):
            raise DamagedBackup(
                f"{self._file} would unpack to {size:,} bytes: no backup of a site does."
            )


@contextmanager
def opened_source(file: Path) -> Iterator[PostgresSource]:
    """The backup ``file``. DamagedBackup for a file that is not whole."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield PostgresSource(archive, file)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        # What an archive may be and a backup never is: encrypted, or packed in another way.
        raise DamagedBackup(f"{file} is damaged: {error}.") from error


def _move_sequences(connection: Connection, table: Table) -> None:
    """Let numbering go on after the highest number that was restored or given out."""
    for column, sequence in _sequences(connection, table.name, table.columns):
        move = sql.SQL("SELECT setval({}, greatest(max({}), {})) FROM {}").format(
            sql.Literal(sequence),
            sql.Identifier(column),
            sql.Literal(table.numbered.get(column)),
            sql.Identifier(table.name),
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


def _file_member(key: str) -> str:
    return f"files/{key}"
