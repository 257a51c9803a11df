"""Letters by the thousand: who waits for one is served first, each leaves once, and nothing of the
server's is taken for a letter's fault."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.exc import DBAPIError

from eak_core import clock as platform_clock
from eak_core.db import db, read_session, write_session
from eak_core.db.soft import soft_commits
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.letters import claiming, inspection, outbox, sending, smtp
from eak_core.letters.message import Claimed, Unreachable
from eak_core.letters.models import Lane, OutboxMessage, TransportPause
from eak_core.letters.outbox import Message
from eak_core.letters.sending import BATCH, Outbox
from tests.core.events.probe import MakeApp
from tests.core.letters.sink import Sink


def queue_many(app: Flask, count: int, first: int = 0) -> int:
    messages = [
        Message(f"list:{n}", {"to": f"reader{n}@example.org", "subject": "S", "text": "T"})
        for n in range(first, first + count)
    ]
    with write_session(app) as session:
        return outbox.enqueue_many(session, kind="mail", messages=messages)


def queue_awaited(app: Flask, key: str = "reset") -> None:
    with write_session(app) as session:
        outbox.enqueue_mail(
            session,
            to="hurried@example.org",
            subject="R",
            text="T",
            dedupe_key=key,
            lane=Lane.AWAITED,
        )


def rows(app: Flask) -> list[OutboxMessage]:
    with read_session(app) as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def free(app: Flask) -> None:
    """Let leases and pauses be over."""
    with write_session(app) as session:
        waiting = OutboxMessage.next_attempt_at.is_not(None)
        session.execute(
            update(OutboxMessage).where(waiting).values(next_attempt_at=platform_clock.now())
        )
        session.execute(update(TransportPause).values(until=platform_clock.now()))


# --- who waits is served first ---


def test_a_new_password_asked_for_amid_a_newsletter_leaves_before_the_next_batch(
    app: Flask,
) -> None:
    sent: list[str] = []

    def send(message: Claimed) -> None:
        sent.append(message.key)
        if len(sent) == 3:
            queue_awaited(app)

    app.extensions["eak_transports"] = {"mail": send}
    queue_many(app, 3 * BATCH)
    assert Outbox(app).send_due() == 3 * BATCH + 1
    assert sent.index("reset") == BATCH


def test_a_sender_of_its_own_serves_who_waits_while_a_server_is_slow_with_the_newsletter(
    make_app: MakeApp,
) -> None:
    app = make_app()
    reached, go_on = threading.Event(), threading.Event()
    sent: list[str] = []

    def send(message: Claimed) -> None:
        if message.lane == Lane.BULK:
            reached.set()
            assert go_on.wait(20)
        sent.append(message.key)

    app.extensions["eak_transports"] = {"mail": send}
    queue_many(app, 2)
    slow = threading.Thread(target=Outbox(app).send_due)
    slow.start()
    assert reached.wait(20)
    queue_awaited(app)
    assert Outbox(app).send_due(lanes=(Lane.AWAITED,)) == 1
    assert sent == ["reset"]
    go_on.set()
    slow.join()
    assert sent == ["reset", "list:0", "list:1"]


def test_the_sender_of_who_waits_leaves_the_newsletter_alone(app: Flask) -> None:
    app.extensions["eak_transports"] = {"mail": lambda message: None}
    queue_many(app, 2)
    assert Outbox(app).send_due(lanes=(Lane.AWAITED,)) == 0


# --- each once ---


def test_many_are_queued_in_few_statements_and_each_key_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "QUEUED_AT_ONCE", 4)
    said: list[str] = []
    with app.app_context():
        engine = db.engine

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        said.extend([statement] if statement.startswith("INSERT") else [])

    event.listen(engine, "before_cursor_execute", count)
    assert queue_many(app, 10) == 10
    event.remove(engine, "before_cursor_execute", count)
    assert len(said) == 3
    assert queue_many(app, 12) == 2, "ten of them were queued before"
    twice = [Message("same", {}), Message("same", {})]
    with write_session(app) as session:
        assert outbox.enqueue_many(session, kind="mail", messages=twice) == 1
    assert len(rows(app)) == 13


@pytest.mark.parametrize("after", [1, BATCH - 1, BATCH, 60])
def test_a_sender_that_dies_leaves_one_letter_that_is_sent_twice(app: Flask, after: int) -> None:
    """Wherever in a batch it dies: what had left is written before the next one is sent."""
    sent: list[str] = []

    class Death(BaseException):
        """Stands for the end of the process."""

    def send_and_die(message: Claimed) -> None:
        sent.append(message.key)
        if len(sent) == after:
            raise Death

    app.extensions["eak_transports"] = {"mail": send_and_die}
    queue_many(app, 70)
    with pytest.raises(Death):
        Outbox(app).send_due()
    app.extensions["eak_transports"] = {"mail": lambda message: sent.append(message.key)}
    free(app)
    Outbox(app).send_due()
    assert len(sent) == 71
    assert len(set(sent)) == 70
    assert sent.count(sent[after - 1]) == 2


def test_what_another_sender_has_taken_over_meanwhile_is_not_written_over(app: Flask) -> None:
    """A sender that slept for longer than its lease finds its letter in other hands."""

    def sleep(message: Claimed) -> None:
        with write_session(app) as session:
            later = platform_clock.now() + timedelta(hours=1)
            session.execute(update(OutboxMessage).values(next_attempt_at=later))

    app.extensions["eak_transports"] = {"mail": sleep}
    queue_many(app, 1)
    Outbox(app).send_due()
    assert rows(app)[0].done_at is None


def test_a_sender_that_is_told_to_stop_gives_back_what_it_has_not_begun(app: Flask) -> None:
    stop = threading.Event()
    app.extensions["eak_transports"] = {"mail": lambda message: stop.set()}
    queue_many(app, 5)
    assert Outbox(app).send_due(stop=stop) == 1
    app.extensions["eak_transports"] = {"mail": lambda message: None}
    assert Outbox(app).send_due() == 4


def test_a_slow_server_does_not_use_up_the_lease_of_what_was_not_begun(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while what is left of a batch is claimed anew."""
    monkeypatch.setattr(sending, "BATCH_SECONDS", -1.0)
    app.extensions["eak_transports"] = {"mail": lambda message: None}
    queue_many(app, 5)
    Outbox(app).send_due()
    assert all(row.done_at is None for row in rows(app))
    monkeypatch.undo()
    assert Outbox(app).send_due() == 5


def test_a_letter_that_the_server_looks_through_for_long_leaves_once(
    smtp_app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever went sooner would send it again and again, and each time it would be taken."""
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.5)
    sink.seconds = 1.0
    queue_many(smtp_app, 2)
    assert Outbox(smtp_app).send_due() == 2
    assert len(sink.received) == 2


def test_a_letter_is_not_given_to_a_server_that_is_too_slow_for_the_lease(
    smtp_app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else may be about to send it."""
    with monkeypatch.context() as patch:
        patch.setattr(claiming, "LEASE", timedelta(seconds=smtp.TIMEOUT_SECONDS))
        queue_many(smtp_app, 1)
        assert Outbox(smtp_app).send_due() == 0
    assert sink.recipients, "it was asked for, and not given"
    assert not sink.received
    assert rows(smtp_app)[0].done_at is None
    free(smtp_app)
    assert Outbox(smtp_app).send_due() == 1


# --- the server's faults and the letters' ---


def test_one_connection_serves_all_of_a_batch_and_the_next_ones(
    smtp_app: Flask, sink: Sink
) -> None:
    queue_many(smtp_app, 60)
    assert Outbox(smtp_app).send_due() == 60
    assert sink.connections == 1
    assert len({mail["Message-ID"] for mail in sink.received}) == 60


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_connection_that_the_server_closes_is_opened_again(smtp_app: Flask, sink: Sink) -> None:
    transport = smtp_app.extensions["eak_transports"]["mail"]
    message = Claimed(1, "a", "mail", {"to": "a@example.org", "subject": "", "text": ""})
    with transport.kept_open() as send:
        send(message)
        sink.sender = Sink.CLOSE
        with pytest.raises(Exception, match="MAIL FROM"):
            send(message)
        sink.sender = "421 too long idle"
        with pytest.raises(Unreachable):
            send(message)
        sink.sender = "250 OK"
        send(message)
    assert sink.connections == 4
    assert len(sink.received) == 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_letter_at_which_the_server_falls_silent_waits_and_the_others_leave(
    smtp_app: Flask, sink: Sink
) -> None:
    sink.answers["content reader1@example.org"] = Sink.CLOSE
    queue_many(smtp_app, 4)
    assert Outbox(smtp_app).send_due() == 3
    waiting = [row for row in rows(smtp_app) if row.done_at is None]
    assert [(row.dedupe_key, row.attempts) for row in waiting] == [("list:1", 1)]
    with read_session(smtp_app) as session:
        assert session.scalars(select(TransportPause)).all() == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("said", ["500 5.5.2 a line is too long", "501 5.6.0 no mail", "503 no"])
def test_a_letter_that_the_server_has_and_does_not_understand_closes_no_way(
    smtp_app: Flask, sink: Sink, said: str
) -> None:
    """It would never be given up, and everybody else would wait each time it is tried."""
    sink.answers["content reader1@example.org"] = said
    queue_many(smtp_app, 4)
    assert Outbox(smtp_app).send_due() == 3
    assert [row.dedupe_key for row in rows(smtp_app) if row.refused] == ["list:1"]
    with read_session(smtp_app) as session:
        assert session.scalars(select(TransportPause)).all() == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("stage", ["sender", "recipient", "content"])
def test_a_server_that_falls_silent_at_every_letter_is_away(
    smtp_app: Flask, sink: Sink, stage: str
) -> None:
    setattr(sink, stage, Sink.CLOSE)
    queue_many(smtp_app, 10)
    assert Outbox(smtp_app).send_due() == 0
    assert sum(row.attempts for row in rows(smtp_app)) == 1
    setattr(sink, stage, "250 OK")
    free(smtp_app)
    assert Outbox(smtp_app).send_due() == 10
    assert len(sink.received) == 10


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("said", ["530 5.7.0 sign in first", "550 5.7.1 you may not", "452 full"])
def test_a_sender_who_is_refused_gives_no_letter_up(smtp_app: Flask, sink: Sink, said: str) -> None:
    sink.sender = said
    queue_many(smtp_app, 3)
    assert Outbox(smtp_app).send_due() == 0
    assert [(row.refused, row.attempts) for row in rows(smtp_app)] == [(False, 0)] * 3
    with read_session(smtp_app) as session:
        assert said in session.scalars(select(TransportPause.error)).one()
    sink.sender = "250 OK"
    free(smtp_app)
    assert Outbox(smtp_app).send_due() == 3


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_server_that_lets_nobody_in_and_says_so_at_each_address_loses_no_letter(
    smtp_app: Flask, sink: Sink
) -> None:
    sink.recipient = "554 5.7.1 client host blocked"
    queue_many(smtp_app, 3)
    Outbox(smtp_app).send_due()
    assert all(row.next_attempt_at is not None and not row.refused for row in rows(smtp_app))


@pytest.mark.parametrize("database", ["sqlite"])
def test_after_a_week_s_outage_a_letter_that_is_put_off_still_has_its_five_days(
    app: Flask, clock: FrozenClock
) -> None:
    def away(message: Claimed) -> None:
        raise Unreachable("nobody there")

    def put_off(message: Claimed) -> None:
        raise ValueError("451 4.7.1 greylisted")

    queue_many(app, 1)
    for send in (away, put_off, put_off):
        app.extensions["eak_transports"] = {"mail": send}
        Outbox(app).send_due()
        assert rows(app)[0].next_attempt_at is not None
        clock.advance(days=4)
        free(app)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_letter_that_seems_to_close_the_server_lets_the_others_go_first(app: Flask) -> None:
    """After each pause it would be the first again, and nothing would ever leave."""
    sent: list[str] = []

    def send(message: Claimed) -> None:
        if message.key == "list:0":
            raise Unreachable("421 closing")
        sent.append(message.key)

    app.extensions["eak_transports"] = {"mail": send}
    queue_many(app, 3)
    Outbox(app).send_due()
    with write_session(app) as session:
        session.execute(update(TransportPause).values(until=platform_clock.now()))
    Outbox(app).send_due()
    assert sent == ["list:1", "list:2"]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("pipelining", [False, True])
def test_a_refusal_leaves_the_connection_ready_for_the_next_letter(
    smtp_app: Flask, sink: Sink
) -> None:
    sink.answers["reader1@example.org"] = "550 5.1.1 no such user"
    sink.answers["reader3@example.org"] = "451 4.7.1 greylisted"
    sink.answers["content reader5@example.org"] = "554 5.6.0 no"
    queue_many(smtp_app, 8)
    assert Outbox(smtp_app).send_due() == 5
    assert sink.connections == 1
    assert [mail["To"] for mail in sink.received] == [
        f"reader{n}@example.org" for n in (0, 2, 4, 6, 7)
    ]
    kept = [(row.dedupe_key, row.refused) for row in rows(smtp_app) if row.done_at is None]
    assert kept == [("list:1", True), ("list:3", False), ("list:5", True)]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("pipelining", [True])
def test_a_server_that_takes_commands_at_once_may_refuse_the_sender_or_close(
    smtp_app: Flask, sink: Sink
) -> None:
    queue_many(smtp_app, 2)
    for said in ("550 5.7.1 you may not", "421 closing", Sink.CLOSE):
        sink.sender = said
        assert Outbox(smtp_app).send_due() == 0
        assert not any(row.refused for row in rows(smtp_app))
        free(smtp_app)
    sink.sender = "250 OK"
    assert Outbox(smtp_app).send_due() == 2
    assert [mail.get_content() for mail in sink.received] == ["T\r\n", "T\r\n"]


# --- however many there are ---


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_is_counted_past_what_anybody_needs_to_know(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "MOST_COUNTED", 5)
    queue_many(app, 9)
    with write_session(app) as session:
        first = session.scalars(select(OutboxMessage).limit(2)).all()
        first[0].next_attempt_at = None
        first[1].next_attempt_at, first[1].done_at = None, platform_clock.now()
    with read_session(app) as session:
        counts = inspection.outbox_counts(session)
    assert (counts.waiting, counts.given_up, counts.refused, counts.sent) == (5, 1, 0, 1)


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_question_that_is_asked_again_and_again_reads_the_whole_outbox(app: Flask) -> None:
    asked: list[tuple[str, Any]] = []
    with app.app_context():
        engine = db.engine

    def note(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if "outbox" in statement and statement.startswith(("SELECT", "DELETE")):
            asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    with write_session(app) as session:
        claiming.is_due(session, list(Lane))
        inspection.outbox_counts(session)
        inspection.next_messages(session)
        session.scalars(inspection.given_up_messages().limit(20)).all()
        outbox.forget_old(session)
        outbox.forget(session, 7, "gone@example.org")
    claiming.claim(app, list(Lane), 50)
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) > 8
    with engine.connect() as connection:
        for statement, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            scanned = [str(row[-1]) for row in plan if str(row[-1]) == "SCAN outbox"]
            assert scanned == [], statement


@pytest.mark.parametrize("database", ["sqlite"])
def test_that_a_letter_has_left_does_not_wait_for_the_disk_and_the_next_commit_does(
    app: Flask,
) -> None:
    """NORMAL is 1, FULL is 2."""
    queue_many(app, 1)
    [claimed] = claiming.claim(app, list(Lane), 1)
    held: list[Any] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", lambda raw, record, proxy: held.append(raw))
    with soft_commits(app) as run:
        claiming.left(run, claimed, platform_clock.now())
        assert held[-1].execute("PRAGMA synchronous").fetchone() == (1,)
        assert rows(app)[0].done_at is not None, "everybody sees it"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with pytest.raises(DBAPIError, match="readonly"), read_session(app) as session:
        session.execute(update(OutboxMessage).values(error="written by who only reads"))


def test_where_the_database_does_not_take_down_what_has_left_nothing_else_is_sent(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def away(*_: object) -> None:
        raise OSError("the database is away")

    app.extensions["eak_transports"] = {"mail": lambda message: sent.append(message.key)}
    queue_many(app, 5)
    monkeypatch.setattr(claiming, "left", away)
    with pytest.raises(sending.Unwritten):
        Outbox(app).send_due()
    monkeypatch.undo()
    free(app)
    Outbox(app).send_due()
    assert sent == ["list:0", "list:0", "list:1", "list:2", "list:3", "list:4"]
    assert all(row.attempts == 0 for row in rows(app)), "it was no letter's fault"
