"""Senders killed with SIGKILL while they send: nothing is lost, and each death leaves one letter at
most that arrives twice, with the same Message-ID."""

import time
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eak_core import clock
from eak_core.db import read_session, write_session
from eak_core.letters.models import OutboxMessage
from eak_core.letters.outbox import Message, enqueue_many
from tests.core.letters.sink import Sink, serving
from tests.forked import Process
from tests.reliability.conftest import Start
from tests.reliability.processes import application
from tests.reliability.test_killed_workers import until

pytestmark = pytest.mark.reliability

LETTERS, KILLS = 600, 8


def left(app: Flask) -> int:
    with read_session(app) as session:
        done = select(func.count()).where(OutboxMessage.done_at.is_not(None))
        return session.scalar(done) or 0


def test_killed_senders_lose_nothing_and_repeat_one_letter_each_at_most(
    url: str, start: Start
) -> None:
    app = application(url)
    messages = [
        Message(f"list:{n}", {"to": f"reader{n}@example.org", "subject": "S", "text": "T"})
        for n in range(LETTERS)
    ]
    with write_session(app) as session:
        assert enqueue_many(session, kind="mail", messages=messages) == LETTERS
    with serving() as sink:
        for kill in range(1, KILLS + 1):
            enough = kill * LETTERS // (KILLS + 1)
            sender = start("send", url, sink.url)
            until(lambda enough=enough: len(sink.received) >= enough, "nothing was sent")  # type: ignore[misc]  # bound at once
            _kill(sender, sink)
            _free(app)
        start("send", url, sink.url)
        until(lambda: left(app) == LETTERS, "letters were left behind")
        arrived = Counter(str(mail["Message-ID"]) for mail in sink.received)
    assert len(arrived) == LETTERS, "a letter was lost"
    assert max(arrived.values()) <= 1 + KILLS
    assert sum(arrived.values()) <= LETTERS + KILLS


def _kill(sender: Process, sink: Sink) -> None:
    sender.kill()
    sender.wait()
    # What it had handed over may still be on its way through the server.
    settled: Callable[[], bool] = _still(sink)
    until(settled, "the server never came to rest")


def _still(sink: Sink) -> Callable[[], bool]:
    seen = [-1]

    def same() -> bool:
        time.sleep(0.05)
        before, seen[0] = seen[0], len(sink.received)
        return before == seen[0]

    return same


def _free(app: Flask) -> None:
    """Let the lease of what the dead one had claimed be over."""
    with write_session(app) as session:
        waiting = OutboxMessage.next_attempt_at.is_not(None)
        session.execute(update(OutboxMessage).where(waiting).values(next_attempt_at=clock.now()))
