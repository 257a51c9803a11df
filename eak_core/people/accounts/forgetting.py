"""The last part of an erasure: what SQLite keeps of a row that is gone.

A change is written to the write-ahead file first, and what stood there before stays in it until it
is overwritten by chance. So the file is emptied right after an erasure, and once more when the last
letter has left, which holds the address. PostgreSQL has no such file in a copy of the database;
its dead rows are overwritten by its own cleaning (VACUUM).
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import exists, orm, select

from eak_core import clock
from eak_core.db import Session, db, write_session
from eak_core.db.afterwards import afterwards
from eak_core.db.sqlite import empty_wal
from eak_core.events import CORE, SITE, on_schedule, schedule
from eak_core.letters.models import OutboxMessage

logger = logging.getLogger("eak.people")

NAME = "forgetting"
#: When it is tried again: after a letter has had the time to leave, or readers to end.
AGAIN = timedelta(minutes=1)


def begin(session: Session) -> None:
    """Empty the write-ahead file when the transaction of ``session``, an erasure, is committed."""
    if _is_sqlite(session):
        schedule(session, CORE.name, SITE, NAME, clock.now() + AGAIN)
        afterwards(session, _empty)


@on_schedule(CORE, NAME)
def forget(session: orm.Session, service: Any, name: str, due_at: datetime) -> None:
    """Empty it once more; and again later, where the last letter to somebody still waits."""
    waiting = select(
        exists().where(
            OutboxMessage.dedupe_key.startswith("erased:"),
            OutboxMessage.done_at.is_(None),
            OutboxMessage.next_attempt_at.is_not(None),
        )
    )
    if session.scalar(waiting):
        schedule(session, CORE.name, SITE, NAME, clock.now() + AGAIN)
    afterwards(session, _empty)


def _empty() -> None:
    if empty_wal(db.engine):
        return
    logger.warning("the write-ahead file could not be emptied: somebody was reading; tried again")
    with write_session(current_app._get_current_object()) as session:  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's way to the application itself
        schedule(session, CORE.name, SITE, NAME, clock.now() + AGAIN)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
