"""Tables and transactions.

What a plugin stores, the same on both databases.
"""

from eak_core.db import Base as Model
from eak_core.db import (
    Session,
    UTCDateTime,
    begin_writing,
    current_session,
    read_session,
    write_session,
)
from eak_core.db.alive import at_work, is_at_work
from eak_core.db.prepared import Prepared
from eak_core.db.soft import SoftRun, soft_commits
from eak_core.db.upsert import insert_many_once, insert_once, upsert

__all__ = [
    "Model",
    "Prepared",
    "Session",
    "SoftRun",
    "UTCDateTime",
    "at_work",
    "begin_writing",
    "current_session",
    "insert_many_once",
    "insert_once",
    "is_at_work",
    "read_session",
    "soft_commits",
    "upsert",
    "write_session",
]
