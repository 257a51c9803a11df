"""The log: gapless, in commit order, and never rewritten (T1-T12)."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Literal

import pytest
from flask import Flask
from sqlalchemy import delete, event, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from eak_core import clock
from eak_core.db import Session, db, new_session, read_session, write_session
from eak_core.db.engine import LOCK_TIMEOUT_MS
from eak_core.db.sqlite import BUSY_TIMEOUT_MS
from eak_core.db.trouble import IDLE_IN_TRANSACTION_MS
from eak_core.events import Code, Event, EventError, head, publish
from eak_core.events import event as declare
from eak_core.events.models import EventLog, LogHead
from eak_core.events.registry import EventRegistry
from tests.core.events.probe import (
    SERVICE,
    Effect,
    Happened,
    Listener,
    effects,
    happen,
    positions,
)

PROBE_TIMES = Listener()


def read_after(app: Flask, position: int) -> list[tuple[int, str]]:
    with read_session(app) as session:
        return [
            (row.position, row.data)
            for row in session.execute(
                text(
                    "SELECT position, data FROM event_log"
                    " WHERE service_id = 1 AND position > :after ORDER BY position"
                ),
                {"after": position},
            )
        ]


def test_a_tailing_reader_sees_every_committed_event_once_and_in_order(app: Flask) -> None:
    """T1: with eight writers that dawdle between insert and commit."""
    writers_done = threading.Event()
    seen: list[tuple[int, str]] = []

    def write(writer: int) -> None:
        for number in range(12):
            with write_session(app) as session:
                publish(session, Happened(thing=writer, number=number), service_id=SERVICE)
                session.flush()
                time.sleep(random.uniform(0, 0.004))

    def tail() -> None:
        while True:
            done = writers_done.is_set()
            rows = read_after(app, seen[-1][0] if seen else 0)
            seen.extend(rows)
            if done and not rows:
                return

    reader = threading.Thread(target=tail)
    reader.start()
    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    writers_done.set()
    reader.join()
    assert [position for position, _ in seen] == list(range(1, 97))
    assert len({data for _, data in seen}) == 96


def test_positions_have_no_gap_after_rollbacks_and_failures(app: Flask) -> None:
    """T2: a rollback, a failed flush and an exception give their positions back."""
    happen(app, 1)
    with write_session(app) as session:
        publish(session, Happened(thing=1), service_id=SERVICE)
        session.rollback()
    with pytest.raises(IntegrityError), write_session(app) as session:
        publish(session, Happened(thing=1), service_id=SERVICE)
        session.add(LogHead(service_id=SERVICE, position=0))
    with pytest.raises(ZeroDivisionError), write_session(app) as session:
        publish(session, Happened(thing=1), service_id=SERVICE)
        raise ZeroDivisionError
    happen(app, 2, 3)
    with read_session(app) as session:
        assert positions(session) == [1, 2, 3]
        assert head(session, SERVICE) == 3


def test_an_event_of_a_savepoint_stands_or_falls_with_it(app: Flask) -> None:
    """T3, with every way in which a savepoint can end."""
    with write_session(app) as session:
        with session.begin_nested():
            publish(session, Happened(thing=1, number=1), service_id=SERVICE)
        rolled_back = session.begin_nested()
        publish(session, Happened(thing=1, number=2), service_id=SERVICE)
        rolled_back.rollback()
        closed = session.begin_nested()
        publish(session, Happened(thing=1, number=3), service_id=SERVICE)
        closed.close()
        outer = session.begin_nested()
        with session.begin_nested():
            publish(session, Happened(thing=1, number=4), service_id=SERVICE)
        outer.rollback()
        outer = session.begin_nested()
        with session.begin_nested():
            publish(session, Happened(thing=1, number=5), service_id=SERVICE)
        outer.commit()
    assert [data for _, data in read_after(app, 0)] == [
        '{"thing":1,"number":1}',
        '{"thing":1,"number":5}',
    ]


def test_an_event_of_a_failed_flush_in_a_savepoint_is_gone_and_the_rest_stays(app: Flask) -> None:
    happen(app, 0)
    with write_session(app) as session:
        publish(session, Happened(thing=1, number=1), service_id=SERVICE)
        with pytest.raises(IntegrityError), session.begin_nested():
            publish(session, Happened(thing=1, number=2), service_id=SERVICE)
            session.add(LogHead(service_id=SERVICE, position=0))
            session.flush()
    assert [data[-2] for _, data in read_after(app, 0)] == ["0", "1"]


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_an_event_of_an_abandoned_transaction_does_not_reappear(app: Flask, end: str) -> None:
    """T3: neither in the next transaction of the same session, nor before autobegin."""
    with app.app_context():
        session = new_session()
    session.writes = True
    publish(session, Happened(thing=1, number=1), service_id=SERVICE)
    getattr(session, end)()
    publish(session, Happened(thing=1, number=2), service_id=SERVICE)
    session.commit()
    session.commit()
    session.close()
    assert read_after(app, 0) == [(1, '{"thing":1,"number":2}')]


def test_publishing_after_the_log_was_written_raises(app: Flask) -> None:
    """T4: an event must not wait silently for the next transaction."""

    def late(session: Session) -> None:
        publish(session, Happened(thing=2), service_id=SERVICE)

    with pytest.raises(EventError, match="too late"), write_session(app) as session:
        publish(session, Happened(thing=1), service_id=SERVICE)
        event.listen(session, "before_commit", late)
    assert read_after(app, 0) == []


def test_an_event_published_last_of_all_is_refused_not_forgotten(app: Flask) -> None:
    """T4, where nothing was published before: the commit must not pass without the event."""

    def late(session: Session) -> None:
        publish(session, Happened(thing=2), service_id=SERVICE)

    with pytest.raises(EventError, match="too late"), write_session(app) as session:
        session.add(Effect(plugin="x", service_id=1, position=1, number=1, replaying=False))
        event.listen(session, "before_commit", late)
    assert read_after(app, 0) == []
    assert effects(app, "x") == []


def test_what_could_not_be_recorded_cannot_be_committed_without_its_event(app: Flask) -> None:
    with app.app_context():
        engine = db.engine

    def fail(*args: object) -> None:
        if "event_log" in str(args[2]):
            raise ZeroDivisionError

    event.listen(engine, "before_cursor_execute", fail)
    with pytest.raises(EventError, match="only be rolled back"), write_session(app) as session:
        session.add(Effect(plugin="x", service_id=1, position=1, number=1, replaying=False))
        publish(session, Happened(thing=1), service_id=SERVICE)
        with pytest.raises(ZeroDivisionError):
            session.commit()
        event.remove(engine, "before_cursor_execute", fail)
    assert effects(app, "x") == []
    happen(app, 1)
    assert [position for position, _ in read_after(app, 0)] == [1]


def test_whoever_publishes_waits_for_another_in_the_place_of_failing(
    app: Flask, database: str
) -> None:
    """T8 and T9: PostgreSQL's connections read what is committed, and do not hold a head for ever;
    SQLite has neither setting nor need."""
    if database == "sqlite":
        with app.app_context(), db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_TIMEOUT_MS
        return
    expected = {
        "transaction_isolation": "read committed",
        "jit": "off",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_MS // 1000}s",
        "lock_timeout": f"{LOCK_TIMEOUT_MS // 1000}s",
    }
    with read_session(app) as session:
        shown = {name: session.scalar(text(f"SHOW {name}")) for name in expected}
    assert shown == expected


def test_the_order_is_that_of_commits_whatever_the_clock_says(app: Flask) -> None:
    """T26: the clock may run backwards."""
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for number, hours in enumerate((0, -5, 3, -9)):
        with clock.freeze(noon + timedelta(hours=hours)):
            happen(app, number)
    assert [data[-2] for _, data in read_after(app, 0)] == ["0", "1", "2", "3"]


def test_the_head_is_touched_only_at_the_commit_and_nothing_runs_after_it(app: Flask) -> None:
    """T5 and T7: the head's row is locked for the last statements alone."""
    statements: list[str] = []
    with app.app_context():
        engine = db.engine

    def remember(*args: object) -> None:
        statements.append(str(args[2]))

    happen(app, 1)
    event.listen(engine, "before_cursor_execute", remember)
    with write_session(app) as session:
        publish(session, Happened(thing=1), service_id=SERVICE)
        session.add(Effect(plugin="x", service_id=1, position=1, number=1, replaying=False))
        session.flush()
        assert not any("log_head" in statement for statement in statements)
        session.add(Effect(plugin="x", service_id=1, position=2, number=2, replaying=False))
    written = [s.split("(")[0] for s in statements if s.startswith(("INSERT", "UPDATE"))]
    assert ["log_head" in s for s in written] == [False, False, True, False]
    assert "event_log" in written[-1]


def test_transactions_publishing_to_the_same_services_never_deadlock(app: Flask) -> None:
    """T6: one publishes to 2 then 1, the other to 1 then 2."""
    happen(app, 0, service_id=1)
    happen(app, 0, service_id=2)
    failures: list[BaseException] = []

    def write(services: tuple[int, int]) -> None:
        try:
            for number in range(15):
                with write_session(app) as session:
                    for service in services:
                        publish(session, Happened(thing=1, number=number), service_id=service)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(s,)) for s in [(2, 1), (1, 2)] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with read_session(app) as session:
        assert head(session, 1) == head(session, 2) == 91


def test_the_database_refuses_to_rewrite_the_log(app: Flask) -> None:
    """T11."""
    happen(app, 1)
    for statement in (update(EventLog).values(type="x.y"), delete(EventLog)):
        with pytest.raises(DBAPIError, match="never rewritten"), write_session(app) as session:
            session.execute(statement)
    assert len(read_after(app, 0)) == 1


class Colour(Enum):
    RED = "red"


RICH = Listener("rich")


@declare(RICH, "rich.happened", version=1, subject="rich:{number}")
class Rich(Event):
    """A thing with fields of every kind."""

    number: int
    at: datetime
    amount: Decimal
    colour: Colour
    stage: Code
    side: Literal["for", "against"]
    maybe: int | None = None
    ids: tuple[int, ...] = ()


def rich(**fields: object) -> Rich:
    values = {
        "number": 1,
        "at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "amount": Decimal("12.50"),
        "colour": Colour.RED,
        "stage": "screening",
        "side": "for",
        "ids": (1, 2),
    }
    return Rich(**{**values, **fields})  # type: ignore[arg-type]


def test_a_payload_comes_back_equal(app: Flask) -> None:
    """T12."""
    with write_session(app) as session:
        publish(session, rich(), service_id=SERVICE)
    data = read_after(app, 0)[0][1]
    assert EventRegistry([RICH]).decode("rich.happened", 1, data) == rich()


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "one"},
        {"amount": "a lot"},
        {"stage": "Free text about Mrs Martin"},
        {"stage": "x" * 200},
        {"side": "neutral"},
        {"number": None},
        {"maybe": 1.5},
    ],
)
def test_a_wrong_field_is_refused_when_it_is_published(
    app: Flask, wrong: dict[str, object]
) -> None:
    """T12: not later, in a worker."""
    with pytest.raises(EventError), write_session(app) as session:
        publish(session, rich(**wrong), service_id=SERVICE)
    assert read_after(app, 0) == []


def test_an_undeclared_event_is_refused_when_it_is_published(app: Flask) -> None:
    class Stray(Event):
        """Declared nowhere."""

    class Heir(Happened):
        """Not declared itself."""

    for stray in (Stray(), Heir(thing=1)):
        with pytest.raises(EventError, match="not declared"), write_session(app) as session:
            publish(session, stray, service_id=SERVICE)


@pytest.mark.parametrize("kind", [str, bytes, object, dict[str, str], list, str | None])
def test_a_field_that_could_hold_free_text_is_refused_at_declaration(kind: object) -> None:
    with pytest.raises(EventError, match=r"free text|what it contains"):

        @declare(Listener("loose"), "loose.said", version=1, subject="x")
        class Loose(Event):
            """Too loose."""

            __annotations__ = {"words": kind}


def test_a_declaration_says_what_is_wrong() -> None:
    def attempt(name: str, subject: str, doc: str = "Happened.") -> None:
        declare(Listener("probe"), name, version=1, subject=subject)(
            type("X", (Event,), {"__doc__": doc, "__annotations__": {"thing": int}})
        )

    attempt("probe.fine", "thing:{thing}")
    for wrong, message in [
        (("Probe.Happened", "x"), "noun.happened"),
        (("other.happened", "x"), "begin with `probe.`"),
        (("probe.happened", "thing:{stuff}"), "names no field"),
        (("probe.happened", "x", ""), "docstring"),
    ]:
        with pytest.raises(EventError, match=message):
            attempt(*wrong)


@declare(PROBE_TIMES, "probe.timed", version=1, subject="thing:{thing}")
class Timed(Event):
    """Something has times in it, some of them deep inside."""

    thing: int
    at: datetime | None = None
    times: tuple[datetime, ...] = ()
    by_name: dict[Code, datetime] | None = None


NOON = datetime(2026, 3, 2, 12, 0)  # noqa: DTZ001 - what must be refused


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("fields", "occurred_at"),
    [
        ({}, NOON),
        ({"at": NOON}, None),
        ({"times": (NOON.replace(tzinfo=UTC), NOON)}, None),
        ({"by_name": {"noon": NOON}}, None),
    ],
)
def test_an_instant_without_its_zone_is_refused_at_once(
    app: Flask, fields: dict[str, object], occurred_at: datetime | None
) -> None:
    with write_session(app) as session, pytest.raises(EventError, match="zone"):
        publish(session, Timed(thing=1, **fields), service_id=SERVICE, occurred_at=occurred_at)  # type: ignore[arg-type]
    aware = Timed(thing=1, at=NOON.replace(tzinfo=UTC))
    with write_session(app) as session:
        publish(session, aware, service_id=SERVICE)
