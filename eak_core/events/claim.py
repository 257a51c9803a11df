"""One worker at a time per subscription, without anything to clean up after a death.

On PostgreSQL a transaction-level advisory lock, on SQLite a lock on a file beside the database:
both vanish with the process that held them. They are held around two transactions, the one
that counts the try and the one that handles the batch; a row lock could only cover the second,
and then several workers arriving together would be counted as several deaths.
"""

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from eak_core.db import expect_long_work, read_session

#: Keeps our advisory locks apart from those of migrations.
NAMESPACE = 92_100


@contextmanager
def claim(app: Flask, plugin: str, service_id: int, *, for_long: bool = False) -> Iterator[bool]:
    """True inside, if nobody else is reading this subscription now.

    ``for_long`` says that what is done inside may compute for minutes. A machine that is lost
    meanwhile keeps its claim for as long as `expect_long_work` allows.
    """
    with read_session(app) as session:
        bind = session.get_bind()
        if bind.dialect.name == "sqlite":
            session.close()
            # One file for all: SQLite has one writer at a time anyway.
            with _file_lock(Path(f"{bind.engine.url.database}-worker")) as mine:
                yield mine
            return
        if for_long:
            expect_long_work(session)
        key = zlib.crc32(f"{plugin}:{service_id}".encode()) & 0x7FFFFFFF
        mine = session.scalar(
            text("SELECT pg_try_advisory_xact_lock(:namespace, :key)"),
            {"namespace": NAMESPACE, "key": key},
        )
        yield bool(mine)


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
