"""SQLite as a server's database: WAL, explicit transactions, and a fair queue of writers.

SQLite's own busy handler is unfair: with four writers one of them was seen waiting for seconds.
In front of ``BEGIN IMMEDIATE`` stands therefore a queue: among the threads of this process nobody
is overtaken for longer than a moment, among processes a lock on a file beside the database decides.
"""

import logging
import os
import sqlite3
import sys
import threading
import time
import traceback
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from eak_core.db.file_lock import FileLock
from eak_core.errors import Busy

logger = logging.getLogger("eak.database")

BUSY_TIMEOUT_MS = 10_000
#: How long whoever erases something waits for readers of older pages.
CHECKPOINT_TIMEOUT_MS = 2_000
#: For how long others may go first.
PATIENCE_SECONDS = 0.1
#: Whoever has waited for so long is told that it cannot be done now: the holder may be frozen, and
#: what waits behind it would fill every thread there is.
WAIT_SECONDS = 10.0
#: In the place of a thread: whom it is promised to has not woken up yet.
_PROMISED = -1


#: By the dialect, which an engine and its twins with other options share.
_queues: WeakKeyDictionary[Dialect, "WriterQueue | None"] = WeakKeyDictionary()


class _Turn:
    """Somebody in line. ``granted`` once the place is theirs, whoever else asks."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self.since = time.monotonic()
        self.granted = False


class WriterQueue:
    """Lets one transaction at a time write to one database file.

    The first in line is called when the place is free, but whoever is running already may take it
    before they wake up: handing it over strictly would leave it empty in between, and cost a third
    of all commits. Once the first in line has waited for `PATIENCE_SECONDS` it is theirs.
    """

    def __init__(self, path: Path) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[_Turn] = deque()
        self._owner: int | None = None
        self._lock = FileLock(path)

    def acquire(self, seconds: float | None = None) -> None:
        """Wait for the turn, `WAIT_SECONDS` or ``seconds`` at most: `Busy` past them, and the
        holder is named in the log. A thread that holds it already would wait for itself."""
        me = threading.get_ident()
        if self._owner == me:
            raise RuntimeError(
                "this thread already has a writing transaction open on this database"
            )
        end = time.monotonic() + (WAIT_SECONDS if seconds is None else seconds)
        turn = None
        with self._mutex:
            if self._owner is None:
                self._owner = me
            else:
                turn = _Turn()
                self._waiting.append(turn)
        if turn is not None:
            self._wait(turn, me, end)
        try:
            if not self._lock.acquire(end):
                logger.warning("The database could not be written to: %s.", self._lock.holder())
                raise Busy
        except BaseException:
            self._hand_on()
            raise

    def _wait(self, turn: _Turn, me: int, end: float) -> None:
        try:
            while turn.called.wait(max(0.0, end - time.monotonic())):
                with self._mutex:
                    turn.called.clear()
                    if turn.granted or self._owner is None:
                        if not turn.granted:
                            self._waiting.remove(turn)
                        self._owner = me
                        return
            logger.warning("The database could not be written to: %s.", _thread(self._owner))
            raise Busy
        except BaseException:  # interrupted: leave the line, and pass on what was just given
            with self._mutex:
                if not turn.granted:
                    self._waiting.remove(turn)
                free = turn.granted or self._owner is None
            if free:
                self._hand_on()
            raise

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()

    def release(self) -> None:
        """Free the place and call the next one in line."""
        self._lock.release()
        self._hand_on()

    def _hand_on(self) -> None:
        with self._mutex:
            self._owner = None
            if not self._waiting:
                return
            first = self._waiting[0]
            if time.monotonic() - first.since >= PATIENCE_SECONDS:
                self._waiting.popleft()
                first.granted = True
                self._owner = _PROMISED
            first.called.set()


def _thread(ident: int | None) -> str:
    """Which thread of this process holds the place, and what it is doing, for the log."""
    names = {each.ident: each.name for each in threading.enumerate()}
    frame = sys._current_frames().get(ident or 0)  # noqa: SLF001 - documented, for just this
    stack = [each for each in traceback.extract_stack(frame) if "threading" not in each.filename]
    own = [each for each in stack if "/eak_" in each.filename] or stack
    where = f", in {own[-1].name} ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""
    return f"the thread {names.get(ident, ident)} of process {os.getpid()} holds it{where}"


def _use_wal(cursor: sqlite3.Cursor, queue: WriterQueue | None) -> None:
    """Bring the file into WAL mode, where it stays. Of two that try at once SQLite refuses one
    without waiting, so they stand in line."""
    (mode,) = cursor.execute("PRAGMA journal_mode").fetchone()
    if mode == "wal" or queue is None:
        return
    queue.acquire()
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
    finally:
        queue.release()


def _set_up(connection: sqlite3.Connection, queue: WriterQueue | None, synchronous: str) -> None:
    # Python's own transaction handling is switched off: it never says BEGIN IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _use_wal(cursor, queue)
    cursor.execute(f"PRAGMA synchronous={synchronous}")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is laid aside in a temporary table stands in no file.
    cursor.execute("PRAGMA temp_store=MEMORY")
    # What is deleted or overwritten is also gone from the file: an erasure is one.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def empty_wal(engine: Engine) -> bool:
    """Bring everything committed into the database file and leave the write-ahead file empty;
    False where a reader or a writer was in the way for some seconds. What was erased would stand
    there until it is overwritten by chance."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={CHECKPOINT_TIMEOUT_MS}")
        (busy, _pages, _moved) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    finally:
        connection.close()
    return not busy


def _make_private(dialect: Any, record: Any, arguments: Any, options: Any) -> None:
    """Make a database that is not there yet readable by its owner alone; the files that SQLite puts
    beside it get its mode."""
    path = str(arguments[0]) if arguments else ""
    if path in {"", ":memory:"} or path.startswith("file:"):
        return
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError:
        # It is there, or cannot be made: SQLite says the latter in its own words.
        return


def _say(connection: Connection, statement: str) -> None:
    """Run what waits for nobody and cannot be refused, without SQLAlchemy's part in a statement:
    each transaction pays for it."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statement)


def queue_of(engine: Engine) -> AbstractContextManager[None]:
    """The line of those who write to the database of ``engine``, to stand in for what is written
    beside SQLAlchemy: inside, it is one's turn."""
    return _queues.get(engine.dialect) or nullcontext()


def prepare(engine: Engine, *, synchronous: str = "FULL") -> None:
    """Make every connection of ``engine`` (SQLite) behave as this module's docstring says."""
    database = engine.url.database
    queue = None
    if database and database != ":memory:":
        queue = WriterQueue(Path(f"{database}-writers"))

    def on_connect(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        _set_up(connection, queue, synchronous)
        record.info["eak_query_only"] = False

    def on_begin(connection: Connection) -> None:
        info = connection.info
        writes = bool(connection.get_execution_options().get("eak_writes"))
        if info.get("eak_query_only") is writes:
            # Writing without having said so fails every time here, not once a week in production.
            _say(connection, f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        info["eak_query_only"] = not writes
        if not writes:
            _say(connection, "BEGIN")
            return
        if queue is not None and not info.get("eak_writer"):
            queue.acquire()
            info["eak_writer"] = True
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            on_checkin(None, info)
            raise

    def on_checkin(_connection: Any, holder: Any) -> None:
        # The connection comes back to the pool after COMMIT or ROLLBACK has happened, which is
        # the moment when the next writer may begin; the `commit` event would be too early.
        info = holder if isinstance(holder, dict) else holder.info
        if queue is not None and info.pop("eak_writer", False):
            queue.release()

    _queues[engine.dialect] = queue
    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    event.listen(engine, "checkin", on_checkin)
