"""Saving a SQLite database and reading what was saved, which may have been made by anybody."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from eak_core.db.migrations import CORE, MADE_BY_STATEMENTS
from eak_core.db.saved import (
    FORMAT,
    DamagedBackup,
    Manifest,
    Table,
    distribution_of,
    require_ours,
)
from eak_core.errors import EakError, Misconfigured

#: No text or file of a site comes near this, in bytes.
LONGEST_CELL = 64 << 20
#: The table of a backup, and of no site, that holds its files.
FILES = "eak_backup_file"


def save(source: Path, target: Path) -> tuple[Table, ...]:
    """Copy the live database ``source`` into the empty file ``target``, and check the copy against
    it; answers what it holds. Misconfigured where ``source`` is no database of EAK."""
    try:
        with closing(_opened(source)) as live, closing(sqlite3.connect(target)) as copy:
            # One view of the whole, which others go on writing past.
            live.execute("BEGIN")
            expected = _counts(live, ours=True)
            require_ours(list(expected), str(source))
            live.backup(copy)
            if copy.execute(_INDEX_OF_SEARCH).fetchone():
                # Made of the rows, and made again of them when they are restored. A file that is
                # restored may come from anybody: it holds ordinary tables alone.
                copy.execute(f"DROP TABLE {MADE_BY_STATEMENTS}")
            # One file, which needs nothing beside it and holds nothing that was deleted.
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute("VACUUM")
            _require_intact(copy, target)
            found = _counts(copy)
            if found != expected:
                raise EakError(f"The copy of {source} does not hold what {source} holds.")
            return tuple(_tables(copy, found))
    except sqlite3.Error as error:
        raise EakError(f"{source} could not be saved: {error}.") from error


def add_files(copy: Path, files: Iterable[tuple[str, bytes | None]]) -> int:
    """Put ``files``, by their keys, into the database ``copy``; answers how many are there. None
    stands for one that is missing."""
    try:
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute(
                f"CREATE TABLE {FILES} (key TEXT PRIMARY KEY, content BLOB NOT NULL)"
            )
            there = ((key, content) for key, content in files if content is not None)
            count = connection.executemany(f"INSERT INTO {FILES} VALUES (?, ?)", there).rowcount  # noqa: S608  # a constant
            connection.commit()
            return max(count, 0)
    except sqlite3.Error as error:
        raise EakError(f"The files could not be saved to {copy}: {error}.") from error


class SqliteSource:
    """A backup of SQLite, which is a database that others may have written: only rows of ordinary
    tables are taken from it, never what it says about itself."""

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        self._connection, self._file = connection, file

    @cached_property
    def manifest(self) -> Manifest:
        """What the file holds, as it was found. Its version tables say how far it had come."""
        tables = tuple(_tables(self._connection, _counts(self._connection)))
        revisions = {
            distribution_of(each.name): self._revisions(each.name)
            for each in tables
            if each.name.endswith(CORE.version_table)
        }
        if not revisions.get(CORE.name):
            raise DamagedBackup(f"{self._file} is not a backup of an EAK site.")
        rows = tuple(
            each
            for each in tables
            if not each.name.endswith(CORE.version_table) and each.name != FILES
        )
        return Manifest(FORMAT, None, revisions, rows)

    @cached_property
    def code(self) -> frozenset[tuple[str, str]]:
        """Triggers and views, each with the table it is of."""
        rows = self._connection.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type IN ('trigger', 'view')"
        )
        return frozenset(tuple(row) for row in rows)

    def load(self, connection: Connection, table: Table) -> int:
        """Copy the rows in the order of the key, and go on numbering after the last number."""
        columns = ", ".join(map(_quoted, table.columns))
        keys = _keys(self._connection, table.name) or columns
        name = _quoted(table.name)
        try:
            rows = self._connection.execute(f"SELECT {columns} FROM {name} ORDER BY {keys}")  # noqa: S608  # quoted
            target = _raw(connection).executemany(
                f"INSERT INTO {name} ({columns})"  # noqa: S608  # quoted
                f" VALUES ({', '.join('?' * len(table.columns))})",
                rows,
            )
            loaded = target.rowcount if table.rows else 0
            for number in table.numbered.values():
                _raw(connection).execute("DELETE FROM sqlite_sequence WHERE name = ?", [table.name])
                _raw(connection).execute(
                    "INSERT INTO sqlite_sequence VALUES (?, ?)", [table.name, number]
                )
        except sqlite3.Error as error:
            raise DamagedBackup(
                f"The rows of {table.name} in {self._file} do not fit: {error}."
            ) from error
        return loaded

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The files that were put beside the tables; none in a backup from before there were any,
        and in a copy of the database that was made another way."""
        there = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        if self._connection.execute(there, [FILES]).fetchone() is None:
            return
        try:
            for key, content in self._connection.execute(f"SELECT key, content FROM {FILES}"):  # noqa: S608  # a constant
                if not isinstance(key, str) or not isinstance(content, bytes):
                    raise DamagedBackup(f"{self._file} holds what is no file.")
                yield key, content
        except sqlite3.Error as error:
            raise DamagedBackup(f"The files in {self._file} cannot be read: {error}.") from error

    def _revisions(self, version_table: str) -> tuple[str, ...]:
        found = self._connection.execute(f"SELECT version_num FROM {_quoted(version_table)}")  # noqa: S608  # quoted
        return tuple(str(row[0]) for row in found)


@contextmanager
def opened_source(file: Path, folder: Path) -> Iterator[SqliteSource]:
    """The backup ``file``, checked. Misconfigured where the disk of ``folder`` has no room for it,
    DamagedBackup for a file that is not whole."""
    free = shutil.disk_usage(folder).free
    size = file.stat().st_size
    if size > free:
        raise Misconfigured(f"{file} needs {size:,} bytes, and {folder} has {free:,} free.")
    try:
        with closing(_opened(file)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
            _require_intact(connection, file)
            yield SqliteSource(connection, file)
    except sqlite3.Error as error:
        raise DamagedBackup(f"{file} is damaged: {error}.") from error


def is_empty(file: Path) -> bool:
    """Whether nothing stands in the database ``file``, which may not be there."""
    if not file.exists():
        return True
    try:
        # Not through an engine: it would wait for the writers' place to set up the file.
        with closing(_opened(file)) as connection:
            return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None
    except sqlite3.Error as error:
        raise Misconfigured(f"{file} cannot be read: {error}.") from error


def _opened(file: Path) -> sqlite3.Connection:
    """``file``, for reading; whatever stands in its path. What its schema calls is not trusted."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    connection.isolation_level = None
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    return connection


def _require_intact(connection: sqlite3.Connection, file: Path) -> None:
    for damage in damages(connection):
        raise DamagedBackup(f"{file} is damaged: {damage}.")


def damages(connection: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with the file that ``connection`` is to; nothing where it is whole."""
    try:
        for (found,) in connection.execute("PRAGMA integrity_check"):
            if found != "ok":
                yield " ".join(str(found).split())
        for table, row, parent, _key in connection.execute("PRAGMA foreign_key_check"):
            yield f"row {row} of {table} refers to a row of {parent} that is not there"
    except sqlite3.DatabaseError as error:
        yield str(error)


_INDEX_OF_SEARCH = f"SELECT 1 FROM sqlite_master WHERE name = '{MADE_BY_STATEMENTS}'"  # noqa: S608


def _counts(connection: sqlite3.Connection, *, ours: bool = False) -> dict[str, int]:
    """The ordinary tables, each with its number of rows. DamagedBackup for other kinds, but for the
    index of the search in a database of ``ours``."""
    names = []
    for name, statement in connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\' ORDER BY name"
    ).fetchall():
        if ours and name.startswith(MADE_BY_STATEMENTS):
            continue
        if not str(statement).upper().startswith("CREATE TABLE"):
            raise DamagedBackup(f"The table {name} is of a kind that EAK does not make.")
        names.append(str(name))
    count = "SELECT count(*) FROM {}"
    return {name: connection.execute(count.format(_quoted(name))).fetchone()[0] for name in names}


def _tables(connection: sqlite3.Connection, counts: dict[str, int]) -> Iterator[Table]:
    numbered = _numbered(connection)
    for name, rows in counts.items():
        info = connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
        last = {"": numbered[name]} if name in numbered else {}
        yield Table(name, tuple(str(column[1]) for column in info), rows, last)


def _numbered(connection: sqlite3.Connection) -> dict[str, int]:
    """The last number given out by tables that never give one out twice."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
    if there.fetchone() is None:
        return {}
    return {
        str(name): int(last)
        for name, last in connection.execute("SELECT name, seq FROM sqlite_sequence")
    }


def _keys(connection: sqlite3.Connection, table: str) -> str:
    info: Sequence[tuple[int, str, str, int, object, int]] = connection.execute(
        f"PRAGMA table_info({_quoted(table)})"
    ).fetchall()
    keys = sorted((column[5], column[1]) for column in info if column[5])
    return ", ".join(_quoted(name) for _place, name in keys)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
