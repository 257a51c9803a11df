"""Whether somebody who said so is still at work: what they hold vanishes with their process.

A lease that is renewed is either long, and what a dead one left waits for its end, or short, and a
process that stood still for a moment is taken for dead. The system knows at once: on SQLite by a
lock on a file beside the database, which all processes of the site are next to; on PostgreSQL by an
advisory lock of a connection of its own, whatever machine it comes from.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, orm, text

from eak_core.db.session import db

_HOLD = text("SELECT pg_advisory_lock(:kind, :number)")
_RELEASE = text("SELECT pg_advisory_unlock(:kind, :number)")
_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND classid = CAST(:kind AS oid) AND objid = CAST(:number AS oid) AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@contextmanager
def at_work(app: Flask, kind: str, number: int) -> Iterator[None]:
    """Be known to be at work as the ``number`` of its ``kind`` until the end of the block, or of
    the process. Each number is taken once."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        path = _path(engine, kind, number)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            path.unlink(missing_ok=True)
            os.close(file)
        return
    held = {"kind": _kind(kind), "number": number}
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(_HOLD, held)
        try:
            yield
        finally:
            with suppress(Exception):  # with the connection, it is gone anyway
                connection.execute(_RELEASE, held)


def is_at_work(session: orm.Session, kind: str, number: int) -> bool:
    """Whether the ``number`` of that ``kind`` is at work still, here or on another machine."""
    engine = session.get_bind()
    if engine.dialect.name != "sqlite":
        held = {"kind": _kind(kind), "number": number}
        return bool(session.scalar(_HELD, held))
    path = _path(engine.engine, kind, number)
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(file)


def _kind(kind: str) -> int:
    """A whole number of 31 bits that stands for ``kind``."""
    return int.from_bytes(sha256(kind.encode()).digest()[:4], "big") >> 1


def _path(engine: Engine, kind: str, number: int) -> Path:
    assert engine.url.database is not None
    database = Path(engine.url.database)
    return database.with_name(f"{database.name}-{kind}-{number}")
