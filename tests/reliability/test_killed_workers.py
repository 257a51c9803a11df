"""Workers killed with SIGKILL while they work: nothing is lost and nothing is done twice."""

import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from eak_core.db import read_session, write_session
from eak_core.events import head, subscriptions
from eak_core.events.handling import DEATHS_BEFORE_CARE, DEATHS_BEFORE_PARKING
from eak_core.events.models import ParkedEvent
from tests.core.events.probe import SERVICE, Effect, effects, happen, positions
from tests.forked import Process
from tests.reliability.conftest import Start
from tests.reliability.processes import LETHAL, application, lag

pytestmark = pytest.mark.reliability

KILL_EVERY_SECONDS = 0.25
PATIENCE_SECONDS = 90


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for ``condition``; fails with ``what`` where it does not come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_killed_workers_neither_lose_nor_repeat_an_event(url: str, start: Start) -> None:
    """T13 and T2: three writers, three workers, one of them killed every quarter of a second."""
    app = application(url)
    with write_session(app) as session:
        subscriptions.start(session, "probe", SERVICE)
    writers = [start("write", url, str(writer), "150") for writer in range(3)]
    workers = [start("work", url) for _ in range(3)]
    kills = 0
    next_kill = time.monotonic() + 2.0

    def all_handled() -> bool:
        nonlocal kills, next_kill
        if time.monotonic() >= next_kill and kills < 20:
            workers[kills % 3].kill()
            workers[kills % 3].wait()
            workers[kills % 3] = start("work", url)
            kills += 1
            next_kill = time.monotonic() + KILL_EVERY_SECONDS
        return kills >= 8 and all(w.poll() == 0 for w in writers) and lag(app) == 0

    until(all_handled, "the workers never caught up")
    with read_session(app) as session:
        assert positions(session) == list(range(1, 406)), "a gap, or a rolled-back event"
        done = session.scalars(select(Effect.position).order_by(Effect.id)).all()
    assert list(done) == list(range(1, 406))


def test_an_event_that_kills_its_worker_is_parked_and_the_others_are_handled(
    url: str, start: Start
) -> None:
    """T17, with processes that really end."""
    app = application(url)
    with write_session(app) as session:
        subscriptions.start(session, "probe", SERVICE)
    for number in (1, LETHAL, 2, 3):
        happen(app, number, thing=number)
    deaths = 0
    worker = start("work", url)

    def settled() -> bool:
        nonlocal worker, deaths
        if worker.poll() is not None:
            assert worker.returncode == 9
            deaths += 1
            worker = start("work", url)
        return lag(app) == 0

    until(settled, "the lethal event was tried for ever")
    # Where the machine stood still, a batch ended after the first event, and counting began anew.
    assert DEATHS_BEFORE_PARKING <= deaths < DEATHS_BEFORE_PARKING + DEATHS_BEFORE_CARE
    assert effects(app) == [1, 2, 3]
    with read_session(app) as session:
        assert [p.position for p in session.scalars(select(ParkedEvent))] == [2]
        assert head(session, SERVICE) == 4


def test_killed_writers_leave_no_gap(url: str, start: Start) -> None:
    """T2: writers killed anywhere between their first statement and their commit."""
    app = application(url)
    for writer in range(6):
        _kill_in_the_middle(app, start("write", url, str(writer), "1000"), writer * 5)
    happen(app, 1)
    with read_session(app) as session:
        found = positions(session)
        assert found == list(range(1, len(found) + 1))
        assert head(session, SERVICE) == len(found)


def _kill_in_the_middle(app: Flask, writer: Process, after: int) -> None:
    """Kill ``writer`` once more than ``after`` events stand in the log."""

    def written() -> bool:
        with read_session(app) as session:
            return head(session, SERVICE) > after

    until(written, "nothing was written")
    writer.kill()
    writer.wait()
