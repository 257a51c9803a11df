"""Whether the database takes what is written to it: a full disk answers readers as ever."""

import logging
import os
import tempfile
import time
from pathlib import Path
from threading import Lock

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from eak_core.db.session import db, write_session

logger = logging.getLogger("eak.health")

#: So long an answer is given again: anybody may ask, and each look writes to a disk.
KEPT_SECONDS = 10.0
#: What a burst of votes may need before the log of SQLite is written back, in bytes.
ROOM = 1 << 20

EXTENSION = "eak_can_write"
_look = Lock()


def can_write(app: Flask) -> bool:
    """Whether something could be written within the last ten seconds. Waits for no other writer."""
    with _look:
        at, well = app.extensions.get(EXTENSION, (-KEPT_SECONDS, True))
        if time.monotonic() - at >= KEPT_SECONDS:
            well = _try(app)
            app.extensions[EXTENSION] = (time.monotonic(), well)
    return bool(well)


def _try(app: Flask) -> bool:
    try:
        if db.engine.dialect.name == "sqlite":
            _write_beside(Path(db.engine.url.database or ""))
        else:
            _write_into(app)
    except (OSError, SQLAlchemyError) as error:
        reason = getattr(error, "orig", None) or error
        # Monitoring asks all the time: one line each, and no traceback.
        logger.warning("nothing can be written: %s", " ".join(str(reason).split()))
        return False
    return True


def _write_beside(database: Path) -> None:
    """Write to the disk of SQLite's file, in a file of its own: in the database it would stand in
    line behind every writer, and say nothing while one of them takes long."""
    for file in (database, database.with_name(f"{database.name}-wal")):
        if file.exists() and not os.access(file, os.W_OK):
            raise PermissionError(f"{file} can only be read")
    # Without a name: a process that is killed here leaves nothing.
    with tempfile.TemporaryFile(dir=database.parent) as room:
        room.write(bytes(ROOM))
        room.flush()
        os.fsync(room.fileno())


def _write_into(app: Flask) -> None:
    """Let PostgreSQL commit something to its disk that stands in no table."""
    with write_session(app) as session:
        session.execute(text("SET LOCAL synchronous_commit = on"))
        session.execute(text("SELECT pg_logical_emit_message(true, 'eak', repeat('x', 8192))"))
