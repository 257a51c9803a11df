"""What a backup says of itself, and the file it becomes only when it is whole."""

import fcntl
import glob
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from eak_core.db.base import Base
from eak_core.db.migrations import CORE, Distribution
from eak_core.errors import EakError, Misconfigured

FORMAT = 1
#: What SQLite, and EAK, put beside a database file.
BESIDE = ("-journal", "-wal", "-shm", "-writers", "-worker")


class Table(msgspec.Struct, frozen=True):
    """One table of a backup: its columns in the order of the rows, and how many rows.

    ``numbered`` has the last number given out, by column: a number whose row was deleted is not
    given out again after a restore either.
    """

    name: str
    columns: tuple[str, ...]
    rows: int
    numbered: dict[str, int] = {}


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says about itself. ``revisions``: by distribution; ``files``: the keys of those
    that a zip holds."""

    format: int
    taken_at: datetime | None
    revisions: dict[str, tuple[str, ...]]
    tables: tuple[Table, ...]
    files: tuple[str, ...] = ()


class Files(Protocol):
    """The bytes that rows tell of and no table holds, and how a backup comes to them."""

    def keys(self, connection: Connection) -> Sequence[str]:
        """The keys of all that the database of ``connection`` tells of."""

    def get(self, key: str) -> bytes | None:
        """What is kept under ``key``; None where it is missing."""

    def put(self, key: str, content: bytes) -> None:
        """Keep it again, unless it is there."""


class DamagedBackup(EakError):
    """The file is no backup, or not whole."""


class Source(Protocol):
    """A backup that is open for reading, and was found whole."""

    @property
    def manifest(self) -> Manifest: ...

    @property
    def code(self) -> frozenset[tuple[str, str]]:
        """What would run by itself in it: triggers and views, each with the table it is of."""

    def load(self, connection: Connection, table: Table) -> int:
        """Put the rows of ``table`` into the empty table of that name; answers how many."""

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The files in it, by their keys."""


def require_ours(tables: Sequence[str], what: str) -> None:
    """Return where ``tables`` has all that the core needs; Misconfigured otherwise."""
    needed = {
        str(getattr(mapper.local_table, "name", ""))
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("eak_core.")
    }
    missing = sorted(needed - set(tables))
    if missing:
        raise Misconfigured(
            f"{what} is not the database of an EAK site: it lacks {', '.join(missing[:3])}"
            f"{' and others' if len(missing) > 3 else ''}. Nothing was saved."
        )


def revisions_in(
    connection: Connection, distributions: Sequence[Distribution]
) -> dict[str, tuple[str, ...]]:
    """How far each of ``distributions`` has come in the database."""
    return {
        each.name: MigrationContext.configure(
            connection, opts={"version_table": each.version_table}
        ).get_current_heads()
        for each in distributions
    }


def distribution_of(version_table: str) -> str:
    """The name of the distribution whose version table this is."""
    if version_table == CORE.version_table:
        return CORE.name
    return version_table.removesuffix(f"_{CORE.version_table}")


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A draft beside ``target``, of nobody else, that takes its place when all of it is on the
    disk; it vanishes on an error, and so does what a process that was killed left."""
    try:
        _sweep(target)
        # Everything that people confided is in it: readable by its owner from the start.
        descriptor, name = tempfile.mkstemp(".part", f".{target.name}.", target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    draft = Path(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield draft
        os.fsync(descriptor)
        draft.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        remove(draft)
        os.close(descriptor)


def remove(database: Path) -> None:
    """Delete a database file with all that stands beside it, as far as it is there."""
    for file in (database, *(database.with_name(database.name + each) for each in BESIDE)):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Delete the drafts of processes that are gone: a living one holds a lock on its own."""
    for draft in target.parent.glob(f".{glob.escape(target.name)}*.part"):
        with suppress(OSError), draft.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(draft)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(target: Path, error: OSError) -> Misconfigured:
    return Misconfigured(f"{target} cannot be written: {error.strerror or error}.")
