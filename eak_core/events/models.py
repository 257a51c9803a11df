"""The tables of the event core.

The log's order is its primary key. `LogHead` gives the positions out: its row is updated as the
last thing before COMMIT, so positions have no gap and become visible in order.
"""

from datetime import datetime

from sqlalchemy import DDL, BigInteger, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base


class LogHead(Base):
    """The last position given out in the log of one service (0: the site).

    ``shown`` counts the events that were not quiet, from when this was first counted.
    """

    __tablename__ = "log_head"
    # Half-empty pages let PostgreSQL update this one hot row in place.
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    shown: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))


class EventLog(Base):
    """One event. The database refuses UPDATE and DELETE."""

    __tablename__ = "event_log"
    # Where somebody has acted: the services whose pages change when their name does.
    __table_args__ = (
        Index(
            "ix_event_log_actor_id",
            "actor_id",
            "service_id",
            postgresql_where=text("actor_id IS NOT NULL"),
            sqlite_where=text("actor_id IS NOT NULL"),
        ),
        # What of one kind happened in one service, and what of one kind happened to one thing, in
        # the order of the log (`eak_core.events.extracts`).
        Index("ix_event_log_type", "service_id", "type", "position"),
        Index("ix_event_log_subject", "service_id", "subject", "type", "position"),
    )

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    type: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    subject: Mapped[str] = mapped_column(String(120))
    actor_id: Mapped[int | None]
    occurred_at: Mapped[datetime]
    data: Mapped[str] = mapped_column(Text)  # JSON; as text it is read twice as fast as jsonb
    depth: Mapped[int] = mapped_column(default=0)  # how many handlers stand between it and a person


class Subscription(Base):
    """How far one plugin has read the log of one service.

    ``tries`` counts batches begun and not ended (a process died); events up to ``careful_until``
    are then handled singly. ``failures`` counts batches that ended in trouble of the database.
    ``shown`` is how many of those that were ``handled`` were not quiet.
    """

    __tablename__ = "subscription"

    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    live_from: Mapped[int] = mapped_column(BigInteger, default=0)
    enabled: Mapped[bool] = mapped_column(default=True)
    tries: Mapped[int] = mapped_column(default=0)
    careful_until: Mapped[int] = mapped_column(BigInteger, default=0)
    failures: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    handled: Mapped[int] = mapped_column(BigInteger, default=0)
    shown: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    handling_ms: Mapped[int] = mapped_column(BigInteger, default=0)


class PurgeMark(Base):
    """Where a plugin was purged in the log of a service (0: the site): of its own events only those
    after ``position`` still count. What others published is not concerned."""

    __tablename__ = "plugin_purge_mark"

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)


class ParkedEvent(Base):
    """An event that a plugin failed to handle, or one that waits behind such an event.

    ``retry_at`` is empty when only an administrator can move it; ``skipped_at`` when one has.
    """

    __tablename__ = "parked_event"
    __table_args__ = (Index("ix_parked_event_retry_at", "retry_at"),)

    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(120))
    error: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=1)
    parked_at: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    skipped_at: Mapped[datetime | None]
    skipped_by: Mapped[int | None]
    skip_reason: Mapped[str | None] = mapped_column(Text)


class ScheduledWork(Base):
    """Something that is to happen by itself at ``due_at``; the row goes when it has happened.

    ``attempts`` counts tries begun and not ended well; ``error`` says what the last one met.
    Work that is done in parts has done ``done`` of ``total`` things, where it can say so.
    """

    __tablename__ = "scheduled_work"
    __table_args__ = (Index("ix_scheduled_work_next_attempt_at", "next_attempt_at"),)

    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    due_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    done: Mapped[int | None] = mapped_column(BigInteger)
    total: Mapped[int | None] = mapped_column(BigInteger)


#: Statements that make the database itself refuse to rewrite the log, by dialect. The first
#: migration runs them; `create_all` in a test does too.
IMMUTABLE_LOG = {
    "sqlite": (
        """CREATE TRIGGER event_log_no_update BEFORE UPDATE ON event_log
        BEGIN SELECT RAISE(ABORT, 'event_log is never rewritten'); END""",
        """CREATE TRIGGER event_log_no_delete BEFORE DELETE ON event_log
        BEGIN SELECT RAISE(ABORT, 'event_log is never rewritten'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION event_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'event_log is never rewritten'; END $$""",
        """CREATE TRIGGER event_log_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE ON event_log
        FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuse()""",
    ),
}

for _dialect, _statements in IMMUTABLE_LOG.items():
    for _statement in _statements:
        event.listen(
            EventLog.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # so it is
        )
