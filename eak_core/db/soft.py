"""Commits that do not wait for the disk, for what is written very often and bears to be lost with
the machine.

What such a commit wrote outlives the death of the process at once, on both databases; that of the
machine a moment later, or with the next ordinary commit. It never tears a database. Each statement
is a transaction of its own, and goes to the driver by the shortest way.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from eak_core.db.prepared import Prepared
from eak_core.db.session import db
from eak_core.db.sqlite import queue_of

#: Runs a statement with its values, and commits it softly.
SoftRun = Callable[[Prepared, Mapping[str, Any]], None]

#: As SQLite numbers the level FULL.
_FULL = 2


@contextmanager
def soft_commits(app: Flask) -> Iterator[SoftRun]:
    """What runs statements, one after the other, whose commits are soft."""
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

        def run(statement: Prepared, values: Mapping[str, Any]) -> None:
            # Without BEGIN it is a transaction by itself, which takes the lock of the writer.
            with queue:
                raw.execute(*statement.rendered(connection.dialect, values))

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

        def run(statement: Prepared, values: Mapping[str, Any]) -> None:
            raw.execute(*statement.rendered(connection.dialect, values))

        try:
            yield run
        finally:
            if not raw.closed:
                raw.execute("RESET synchronous_commit")
