"""Engine, sessions, types and migrations, alike on SQLite and PostgreSQL."""

from eak_core.db.base import Base, UTCDateTime
from eak_core.db.engine import init_db
from eak_core.db.session import (
    Session,
    begin_writing,
    current_session,
    db,
    expect_long_work,
    new_session,
    read_session,
    write_session,
)

__all__ = [
    "Base",
    "Session",
    "UTCDateTime",
    "begin_writing",
    "current_session",
    "db",
    "expect_long_work",
    "init_db",
    "new_session",
    "read_session",
    "write_session",
]
