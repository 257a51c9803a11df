"""Whether an error tells of trouble of the database, or of a mistake in what was asked of it.

The class of an error does not say: SQLite calls an unknown column an operational error as it does a
full disk, and PostgreSQL a statement with too many parameters as it does a lost connection. The
codes do: https://www.postgresql.org/docs/current/errcodes-appendix.html and
https://sqlite.org/rescode.html.
"""

import errno
import sqlite3
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from eak_core.errors import Busy

#: A forgotten transaction must not hold the head of a log: after this, PostgreSQL ends it.
IDLE_IN_TRANSACTION_MS = 30_000

#: Of PostgreSQL, by how the code begins: the connection, conflicts between transactions, a server
#: that has no room or is ending, a disk, and what is broken inside.
_SQLSTATES = (
    "08",  # connection_exception
    "28",  # invalid_authorization_specification
    "3D000",  # invalid_catalog_name: the database itself
    "40",  # transaction_rollback: deadlocks and serialization failures
    "53",  # insufficient_resources: disk, memory, connections
    "57P",  # admin_shutdown and its like; not 57014, a statement that was cancelled for its length
    "58",  # system_error
    "XX",  # internal_error: corrupted data and indexes too
    "25006",  # read_only_sql_transaction: a standby answers
    "55P03",  # lock_not_available
)
#: Of SQLite, without what is after the first byte.
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_NOTADB,
    }
)


def is_database_trouble(error: BaseException) -> bool:
    """Whether the database, and nothing that was asked of it, is the cause: a lock, a deadlock, a
    lost connection, a full disk. The same would go well once that is over."""
    if isinstance(error, PoolTimeout | Busy):
        return True
    if not isinstance(error, DBAPIError):
        return False
    original: Any = error.orig
    state = getattr(original, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_SQLSTATES)
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None:
        return _is_trouble_of_sqlite(code)
    return _says_nothing(error)


def is_busy(error: BaseException) -> bool:
    """Whether somebody else held what was asked for, for longer than one waits: a lock, a row, the
    last connection. Nothing is broken then, and it can be tried again."""
    if isinstance(error, PoolTimeout):
        return True
    original: Any = getattr(error, "orig", None)
    if getattr(original, "sqlstate", None) in {"55P03", "40P01", "40001", "53300"}:
        return True
    code = getattr(original, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_full(error: BaseException) -> bool:
    """Whether a disk has no room left: that of the database, or one on which files are or wait."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    original: Any = getattr(error, "orig", None)
    code = getattr(original, "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_FULL or getattr(original, "sqlstate", None) == "53100"


def is_away(error: BaseException) -> bool:
    """Whether PostgreSQL could not be reached, or went away in the middle: mostly it restarts. What
    was being committed then is kept whole or not at all, and nobody was told which."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(("08", "57P"))
    return _says_nothing(error)


def _says_nothing(error: DBAPIError) -> bool:
    """Whether it has no code, and not for a statement: what broke the connection, or never made
    one, is no statement's fault."""
    if getattr(error.orig, "sqlite_errorcode", None) is not None:
        return False
    return bool(error.connection_invalidated) or error.statement is None


def _is_trouble_of_sqlite(code: int) -> bool:
    # A plain SQLITE_READONLY is what a session says that may not write; a file that was moved or
    # cannot be recovered says more in its second byte. Where nothing can be written at all, no
    # handler is reached: a try is counted before it.
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        return code != sqlite3.SQLITE_READONLY
    return code & 0xFF in _SQLITE


def lost_while_idle(error: BaseException, seconds: float) -> bool:
    """Whether the server gave the connection up because Python computed for ``seconds`` and asked
    nothing of it. It tries to say so first, and the end of the connection often comes before."""
    if getattr(getattr(error, "orig", None), "sqlstate", None) == "25P03":
        return True
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return bool(lost) and seconds * 1000 >= IDLE_IN_TRANSACTION_MS


def is_read_only(error: BaseException) -> bool:
    """Whether SQLite refused to write: the file, or its disk, can only be read."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    return bool(code & 0xFF == sqlite3.SQLITE_READONLY)
