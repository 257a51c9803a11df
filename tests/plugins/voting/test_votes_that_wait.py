"""Votes that were sent before the close and wait for a writer beyond it: they arrived in time."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from eak_core.clock import ARRIVED
from eak_core.db import sqlite
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_voting.ballots.preparing import locked
from eak_voting.casting.holding import TooLate
from eak_voting.models import Ballot
from eak_voting.pages.booth import views
from eak_voting.settings import Secrecy
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.voting_pages import choose, papers, path, voters

SECONDS = 20.0
VOTERS = 6
THREADS = 3
_BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class World:
    """One time for all threads, which goes on when a test says so."""

    def __init__(self, now: datetime) -> None:
        self.now = now


@pytest.fixture
def world(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(clock.now)
    monkeypatch.setattr("eak_core.clock.now", lambda: world.now)
    monkeypatch.setattr("eak_core.clock.frozen", lambda: world.now)
    return world


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many threads have begun to wait for SQLite's writer, one entry for each."""
    waiting: list[int] = []
    wait = sqlite.WriterQueue._wait

    def noted(self: sqlite.WriterQueue, *given: object) -> None:
        waiting.append(threading.get_ident())
        wait(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite.WriterQueue, "_wait", noted)
    return waiting


@contextmanager
def held_up(polls: Polls, world: World, ballot: Ballot) -> Iterator[None]:
    """Two seconds before the close somebody else's transaction keeps votes waiting (on SQLite the
    one writer's, on PostgreSQL one that holds the ballot's row), until eight seconds after it."""
    with polls.site.writing() as session:
        world.now = ballot.closes_at - timedelta(seconds=2)
        locked(session, session.get_one(Ballot, ballot.id))
        yield
        world.now = ballot.closes_at + timedelta(seconds=8)


def wait_until_waiting(polls: Polls, queue: Sequence[int], number: int) -> None:
    """Return once ``number`` votes wait for the transaction that holds them up."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with polls.site.reading() as session:
            on_sqlite = session.get_bind().dialect.name == "sqlite"
            if (len(queue) if on_sqlite else session.scalar(_BLOCKED)) == number:
                return
    raise AssertionError("they do not wait")


@pytest.mark.parametrize("secrecy", ["public", "pseudonymous", "secret"])
def test_votes_that_wait_for_the_writer_across_the_close_were_cast_in_time(
    polls: Polls, world: World, queue: list[int], secrecy: Secrecy
) -> None:
    ballot = polls.open(secrecy=secrecy)
    people = [polls.voter(number) for number in range(VOTERS + 1)]
    with ThreadPoolExecutor(VOTERS) as pool:
        with held_up(polls, world, ballot):
            sent = [pool.submit(polls.vote, ballot, [1], each) for each in people[:VOTERS]]
            wait_until_waiting(polls, queue, VOTERS)
        receipts = {each.result(SECONDS).receipt for each in sent}
    assert len(receipts) == VOTERS
    with pytest.raises(TooLate):
        polls.vote(ballot, [1], people[VOTERS])
    world.now = ballot.closes_at + timedelta(seconds=30)
    polls.site.drain()
    assert polls.now(ballot).state == "counted"
    assert papers(polls, ballot) == ["[1]"] * VOTERS
    assert voters(polls, ballot) == VOTERS


def test_forms_that_wait_for_a_thread_or_for_the_writer_across_the_close_are_taken(
    polls: Polls, world: World, queue: list[int]
) -> None:
    ballot = polls.open(secrecy="secret")
    page = path(ballot, "verifier")
    forms = []
    for number in range(VOTERS + 1):
        client = polls.site.browser()
        client.sign_in(polls.site.people.add(f"Person {number}"))
        assert choose(client, ballot, option=["1"]).status_code == 303
        forms.append((client, client.read(page).form("verifier").filled({})))

    def send(client: Browser, data: dict[str, object], arrived: datetime) -> TestResponse:
        return client.post(page, data=data, environ_overrides={ARRIVED: arrived})

    with ThreadPoolExecutor(THREADS) as pool:
        with held_up(polls, world, ballot):
            # The server says when each arrived, before a thread is free for it.
            sent = [pool.submit(send, *each, world.now) for each in forms[:VOTERS]]  # type: ignore[arg-type]
            wait_until_waiting(polls, queue, THREADS)
        answers = [each.result(SECONDS).status_code for each in sent]
    assert answers == [303] * VOTERS
    assert voters(polls, ballot) == VOTERS
    assert send(*forms[VOTERS], world.now).status_code != 303  # type: ignore[arg-type]
    assert papers(polls, ballot) == ["[1]"] * VOTERS


def test_a_ballot_that_is_closed_while_a_vote_is_read_does_not_take_it(
    polls: Polls, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballot = polls.open(secrecy="secret")
    client = polls.site.browser()
    client.sign_in(polls.site.people.add("Person"))
    assert choose(client, ballot, option=["1"]).status_code == 303
    read = views.cast_form  # type: ignore[attr-defined]

    def close_and_read(*given: Any) -> Any:
        with polls.site.writing() as session:
            locked(session, session.get_one(Ballot, ballot.id)).state = "closed"
        return read(*given)

    monkeypatch.setattr(views, "cast_form", close_and_read)
    answer = client.submit(path(ballot, "verifier"), "verifier")
    assert answer.status_code == 409
    assert "Ce scrutin est clos" in answer.text
    assert papers(polls, ballot) == []
    assert voters(polls, ballot) == 0
