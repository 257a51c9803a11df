"""Who keeps others from writing: named in the log, and remembered for those who look after a site.

SQLite has one writer. A handler or a piece of scheduled work that computes for long within its
transaction stops every form of the site for as long, and nobody would know why. On PostgreSQL it
keeps those waiting who want the same rows, such as the head of the same log.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy import Connection, Engine, Float, String, delete, event, select
from sqlalchemy.orm import Mapped, mapped_column

from eak_core import clock
from eak_core.db.base import Base
from eak_core.db.session import Session, current_session, write_session
from eak_core.db.upsert import insert_for

logger = logging.getLogger("eak.db")

#: Longer than this is worth a line, in seconds …
LONG_SECONDS = 1.0
#: … and this is somebody's to look at.
ALARM_SECONDS = 5.0
#: So long it is remembered.
KEPT = timedelta(days=7)

_BEGAN = "eak_writing_since"
_doing: ContextVar[str] = ContextVar("eak_doing", default="")
# What this process is still to write down; more than these say nothing new.
_noted: deque[tuple[str, float, datetime]] = deque(maxlen=50)


class LongWriter(Base):
    """What held a writing transaction for longer than a second: how often, and how long at most and
    the last time, in seconds."""

    __tablename__ = "health_long_writer"

    what: Mapped[str] = mapped_column(String(200), primary_key=True)
    times: Mapped[int]
    longest: Mapped[float] = mapped_column(Float)
    last_seconds: Mapped[float] = mapped_column(Float)
    last_at: Mapped[datetime]


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Name what is done inside, for whoever waits for it: never with anything about a person."""
    token = _doing.set(what)
    try:
        yield
    finally:
        _doing.reset(token)


def done_here() -> str:
    """What this thread is doing: as it was named, or the page that is asked for; empty for what is
    neither, such as a command."""
    named = _doing.get()
    if not named and has_request_context():
        named = f"{request.method} {request.endpoint or 'an unknown page'}"
    return named


def watch(engine: Engine) -> None:
    """Note every writing transaction of ``engine`` that lasts for longer than `LONG_SECONDS`."""

    # How a session says what it may do differs: see `eak_core.db.session`.
    said, means_writing = {
        "sqlite": ("eak_writes", True),
        "postgresql": ("postgresql_readonly", False),
    }[engine.dialect.name]

    def on_begin(connection: Connection) -> None:
        if bool(connection.get_execution_options().get(said)) is means_writing:
            connection.info[_BEGAN] = (time.monotonic(), done_here())

    def on_checkin(_connection: Any, record: Any) -> None:
        began = record.info.pop(_BEGAN, None)
        if began is not None:
            since, what = began
            _note(what, time.monotonic() - since)

    event.listen(engine, "begin", on_begin)
    event.listen(engine, "checkin", on_checkin)


def _note(what: str, seconds: float) -> None:
    if seconds < LONG_SECONDS or not what:
        return
    logger.warning("%s kept others from writing for %.1f seconds", what, seconds)
    _noted.append((what[:200], seconds, clock.now()))


def init_app(app: Flask) -> None:
    """Write down what was noted when a request is over; workers do it by themselves."""

    @app.teardown_request
    def after_request(_error: BaseException | None) -> None:
        if _noted:
            # Committed by now, or not to be: it must not keep us from writing.
            current_session().rollback()
            write_noted(app)


def write_noted(app: Flask) -> None:
    """Write down what this process noted. Never raises: it must not spoil what it tells of."""
    noted = [_noted.popleft() for _ in range(len(_noted))]
    if not noted:
        return
    try:
        with write_session(app) as session:
            for what, seconds, at in noted:
                _add(session, what, seconds, at)
            session.execute(delete(LongWriter).where(LongWriter.last_at < clock.now() - KEPT))
    except Exception:
        logger.exception("what kept others from writing was not written down")


def _add(session: Session, what: str, seconds: float, at: datetime) -> None:
    row = insert_for(session, LongWriter).values(
        what=what, times=0, longest=0.0, last_seconds=0.0, last_at=at
    )
    session.execute(row.on_conflict_do_nothing())
    known = session.get_one(LongWriter, what, with_for_update=True)
    known.times += 1
    known.longest = max(known.longest, seconds)
    known.last_seconds, known.last_at = seconds, at


def long_writers(session: Session) -> list[LongWriter]:
    """What is remembered, the longest first."""
    query = select(LongWriter).where(LongWriter.last_at >= clock.now() - KEPT)
    return list(session.scalars(query.order_by(LongWriter.longest.desc(), LongWriter.what)))
