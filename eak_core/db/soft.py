"""Commits that do not wait for the disk, for what is written very often and bears to be lost with
the machine.

What such a commit wrote outlives the death of the process at once, on both databases; that of the
machine a moment later, or with the next ordinary commit. It never tears a database. Each statement
is a transaction of its own, and goes to the driver by the shortest way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from eak_core.db.prepared import Prepared
from eak_core.db.session import db
from eak_core.db.sqlite import queue_of

#: Runs a statement with its values, and commits it softly; answers the rows that it returns, as the
#: driver has them.
SoftRun = Callable[[Prepared, Mapping[str, Any]], Sequence[tuple[Any, ...]]]

#: As SQLite numbers the level FULL.
_FULL = 2


@contextmanager
def soft_commits(app: Flask) -> Iterator[SoftRun]:
    """What runs statements (`Prepared`), each of them a transaction of its own whose commit is
    soft: what it wrote outlives the death of this process at once, and that of the computer or of
    the database a moment later, or with the next ordinary commit. So it is for what is written very
    often, by somebody who knows what to think of the last of it after such an end: see
    `soft_epoch`.
    """
    with app.app_context():
        engine = db.engine
    ways = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}
    with ways[engine.dialect.name](engine) as run:
        yield run


@contextmanager
def _on_sqlite(engine: Engine) -> Iterator[SoftRun]:
    queue = queue_of(engine)
    with engine.execution_options(eak_writes=True).connect() as connection:
        raw: Any = connection.connection.driver_connection
        (level,) = raw.execute("PRAGMA synchronous").fetchone()
        (reads,) = raw.execute("PRAGMA query_only").fetchone()
        raw.execute(f"PRAGMA synchronous={min(level, _FULL - 1)}")
        raw.execute("PRAGMA query_only=OFF")

        def run(statement: Prepared, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
            # Without BEGIN it is a transaction by itself, which takes the lock of the writer.
            with queue:
                rows: list[tuple[Any, ...]] = raw.execute(
                    *statement.rendered(connection.dialect, values)
                ).fetchall()
            return rows

        try:
            yield run
        finally:
            raw.execute(f"PRAGMA synchronous={level}")
            raw.execute(f"PRAGMA query_only={reads}")


@contextmanager
def _on_postgresql(engine: Engine) -> Iterator[SoftRun]:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("SET synchronous_commit = off")

        def run(statement: Prepared, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
            done = raw.execute(*statement.rendered(connection.dialect, values))
            # A statement that returns nothing has nothing to be fetched.
            return done.fetchall() if done.description else ()

        try:
            yield run
        finally:
            if not raw.closed:
                raw.execute("RESET synchronous_commit")
