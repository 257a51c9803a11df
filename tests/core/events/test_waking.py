"""A worker that has nothing to do looks ever less often, and hears at once what is committed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.event import listen, remove

from eak_core.db import bell, write_session
from eak_core.db.bell import Bell
from eak_core.events import Context, publish, subscriber, subscriptions
from eak_core.events import worker as worker_module
from eak_core.events.claim import claim
from eak_core.events.worker import POLL_SECONDS, SLOW_POLL_SECONDS, Worker
from eak_core.letters.message import Claimed
from eak_core.letters.models import Lane
from eak_core.letters.outbox import enqueue
from tests.core.events.probe import (
    SERVICE,
    Effect,
    Happened,
    Listener,
    MakeApp,
    note,
)

PATIENCE_SECONDS = 30


def keen() -> Listener:
    plugin = Listener()

    @subscriber(plugin, Happened)
    def on_happened(event: Happened, ctx: Context) -> None:
        note(ctx, event.number)

    return plugin


@pytest.fixture
def make_process(make_app: MakeApp, tmp_path: Path) -> Callable[[], Flask]:
    """Builds applications of one instance, each with a bell of its own as processes have it."""

    def make() -> Flask:
        app = make_app(keen())
        app.instance_path = str(tmp_path)
        bell.init_app(app)
        return app

    return make


@contextmanager
def asleep(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker of ``app`` whose every thread has begun to wait, an hour long if nothing rings."""
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 3600)
    monkeypatch.setattr(worker_module, "SLOW_POLL_SECONDS", 3600)
    worker, stop = Worker(app), threading.Event()
    waiting, wait = threading.Semaphore(0), worker.bell.wait

    def noted(heard: int, seconds: float) -> bool:
        waiting.release()
        return wait(heard, seconds)

    monkeypatch.setattr(worker.bell, "wait", noted)
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    for _loop_and_two_senders in range(3):
        assert waiting.acquire(timeout=PATIENCE_SECONDS)
    yield
    stop.set()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), "nobody wakes it to end"


def test_what_another_process_commits_is_handled_by_a_worker_that_sleeps(
    make_process: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = make_process(), make_process()
    with write_session(here) as session:
        subscriptions.start(session, "probe", SERVICE)
    done = threading.Event()

    def tell(*_: object) -> None:
        done.set()

    listen(Effect, "after_insert", tell)
    with asleep(here, monkeypatch), write_session(elsewhere) as session:
        publish(session, Happened(thing=1, number=5), service_id=SERVICE)
        session.commit()
        assert done.wait(PATIENCE_SECONDS)
    remove(Effect, "after_insert", tell)


def test_a_letter_that_another_process_queues_leaves_a_worker_that_sleeps(
    make_process: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = make_process(), make_process()
    left = threading.Event()

    def send(message: Claimed) -> None:
        left.set()

    here.extensions["eak_transports"] = {"note": send}
    with asleep(here, monkeypatch):
        with write_session(elsewhere) as session:
            enqueue(session, kind="note", payload={}, dedupe_key="one", lane=Lane.AWAITED)
        assert left.wait(PATIENCE_SECONDS)


def test_what_is_rolled_back_rings_nowhere(make_process: Callable[[], Flask]) -> None:
    app = make_process()
    heard = app.extensions[bell.EXTENSION]
    with write_session(app) as session:
        publish(session, Happened(thing=1, number=1), service_id=SERVICE)
        enqueue(session, kind="note", payload={}, dedupe_key="one")
        session.flush()
        session.rollback()
    assert heard.rung == 0
    assert not heard.file.exists()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_worker_looks_twice_as_seldom_each_time_that_there_was_nothing(
    make_process: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, stop = Worker(make_process()), threading.Event()
    waited: list[float] = []

    def wait(heard: int, seconds: float) -> bool:
        waited.append(seconds)
        rang = len(waited) == 9
        if len(waited) == 12:
            stop.set()
        return rang

    monkeypatch.setattr(worker.bell, "wait", wait)
    worker._loop(stop)
    doubled = [min(POLL_SECONDS * 2**time, SLOW_POLL_SECONDS) for time in range(9)]
    assert waited == [*doubled, *doubled[:3]]


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_another_worker_has_in_hand_is_looked_at_as_often_as_ever(
    make_process: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = make_process(), make_process()
    with write_session(here) as session:
        subscriptions.start(session, "probe", SERVICE)
        publish(session, Happened(thing=1, number=5), service_id=SERVICE)
    worker, stop = Worker(here), threading.Event()
    waited: list[float] = []

    def wait(heard: int, seconds: float) -> bool:
        waited.append(seconds)
        if len(waited) == 5:
            stop.set()
        return False

    monkeypatch.setattr(worker.bell, "wait", wait)
    with claim(elsewhere, "probe", SERVICE) as held:
        assert held
        worker._loop(stop)
    assert waited == [POLL_SECONDS] * 5


def test_two_commits_within_a_tick_of_the_file_system_are_heard_as_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter((1_000_001, 1_000_002))
    monkeypatch.setattr(bell.time, "time_ns", lambda: next(moments))  # type: ignore[attr-defined]
    one = Bell(tmp_path / "bell")
    for moment in (1_000_001, 1_000_002):
        one.ring()
        assert one._time() == moment


def test_where_nothing_can_be_written_it_rings_for_this_process_alone(tmp_path: Path) -> None:
    one = Bell(tmp_path / "missing" / "bell")
    one.ring()
    assert one.rung == 1
    assert not one.file.exists()
