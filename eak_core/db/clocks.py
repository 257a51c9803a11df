"""Whether the clock of this process is that of the database: two machines rarely agree for long.

A worker whose clock is an hour fast would close and count a ballot an hour early, and nobody could
take it back. So what cannot be taken back is compared first with the one clock that all processes
of a site share. On PostgreSQL that is the server's. On SQLite it is the machine's own, as the disk
that holds the database tells it: a process that was given another clock is found, and a machine
whose clock is wrong is not, since nothing else there tells the time.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import orm, text

from eak_core import clock

#: More than this is no slow network: what cannot be taken back waits.
TOLERANCE = timedelta(seconds=5)


def clock_fault(session: orm.Session) -> str | None:
    """A sentence where this process's clock and the database's differ by more than `TOLERANCE`."""
    before = clock.now()
    theirs = database_now(session)
    ours = before + (clock.now() - before) / 2
    wrong = ours - theirs
    if abs(wrong) <= TOLERANCE:
        return None
    way = "ahead of" if wrong > timedelta() else "behind"
    return (
        f"The clock of this process ({ours:%Y-%m-%d %H:%M:%S} UTC) is {_duration(abs(wrong))} {way}"
        f" the database's ({theirs:%H:%M:%S} UTC): nothing that cannot be taken back is done, until"
        " both are right."
    )


def database_now(session: orm.Session) -> datetime:
    """The instant by the clock that all processes of a site share (aware, UTC); on SQLite by the
    disk's."""
    world = clock.frozen()
    if world is not None:  # in a test it is this time everywhere
        return world
    bind = session.get_bind()
    if bind.dialect.name == "postgresql":
        at: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        return at.astimezone(UTC)
    database = bind.engine.url.database
    if database and database != ":memory:":
        # Where nothing can be written nothing can be done either: no reason to speak of clocks.
        with suppress(OSError):
            return _disk_now(f"{database}-worker")
    return clock.now()


def _disk_now(lock: str) -> datetime:
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.utime(descriptor)
        return datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    finally:
        os.close(descriptor)


def _duration(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    if seconds < 120:
        return f"{seconds} seconds"
    if seconds < 7_200:
        return f"{seconds // 60} minutes"
    return f"{seconds // 3600} hours"
