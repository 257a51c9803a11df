"""Readers of the log go on, each at its own pace, whatever befalls one of them."""

import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.event import listen

from eak_core.db import db, read_session, write_session
from eak_core.events import Context, Recorded, handling, publish, subscriber, subscriptions
from eak_core.events import handling as handling_module
from eak_core.events import worker as worker_module
from eak_core.events.handling import DEATHS_BEFORE_PARKING, FIRST_BATCH
from eak_core.events.worker import Worker
from eak_core.letters import outbox
from eak_core.letters.message import Claimed
from eak_core.letters.models import OutboxMessage
from tests.core.events.probe import SERVICE, Happened, Listener, MakeApp, drain, effects, happen
from tests.core.events.subscribed import failing, noting, parked, start, stop, wait_for_effects


def test_a_plugin_without_handlers_is_never_taken_for_one_that_kills(make_app: MakeApp) -> None:
    """Its later version may have some; the passes until then are no deaths."""
    silent = make_app(Listener())
    start(silent)
    for number in range(DEATHS_BEFORE_PARKING + 2):
        happen(silent, number)
        drain(silent)
    upgraded = make_app(noting())
    happen(upgraded, 99)
    drain(upgraded)
    assert effects(upgraded) == [99]
    assert parked(upgraded) == []


def test_the_cursor_moves_on_however_long_reading_takes(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "BUDGET", {"sqlite": 0.0, "postgresql": 0.0})
    app = make_app(noting())
    start(app)
    happen(app, 1, 2, 3)
    drain(app)
    assert effects(app) == [1, 2, 3]


def test_whatever_befalls_a_pass_the_worker_goes_on(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(noting())
    start(app)
    happen(app, 1)
    worker, stop_flag = Worker(app), threading.Event()
    passes = [OSError("no space left"), RuntimeError("?")]
    read = worker.read

    def stumble(**how: bool) -> int:
        if passes:
            raise passes.pop()
        moved = read(**how)
        stop_flag.set()
        return moved

    monkeypatch.setattr(worker, "read", stumble)
    monkeypatch.setattr(worker_module, "PAUSE_SECONDS", 0.0)
    worker.run(stop_flag)
    assert effects(app) == [1]


def test_a_mail_server_that_does_not_answer_keeps_no_event_waiting(make_app: MakeApp) -> None:
    app = make_app(noting())
    asked, answer = threading.Event(), threading.Event()
    answered: list[bool] = []

    def transport(claimed: Claimed) -> None:
        asked.set()
        answered.append(answer.wait(30))

    app.extensions["eak_transports"] = {"mail": transport}
    start(app)
    with write_session(app) as session:
        outbox.enqueue_mail(session, to="a@example.org", subject="s", text="t", dedupe_key="k")
    stop_flag = threading.Event()
    worker = threading.Thread(target=Worker(app).run, args=(stop_flag,))
    worker.start()
    try:
        assert asked.wait(30)
        happen(app, 1, 2)
        wait_for_effects(app, 1, 2)
        assert answered == []
    finally:
        answer.set()
        stop_flag.set()
        worker.join()
    with read_session(app) as session:
        assert session.scalars(select(OutboxMessage.done_at)).one() is not None


def test_a_commit_elsewhere_is_found_without_a_word_about_it(make_app: MakeApp) -> None:
    """T27: nobody notifies this worker, which finds by looking."""
    app, elsewhere = make_app(noting()), make_app()
    start(app)
    stop_flag = threading.Event()
    worker = threading.Thread(target=Worker(app).run, args=(stop_flag,))
    worker.start()
    try:
        happen(elsewhere, 1, 2)
        wait_for_effects(app, 1, 2)
    finally:
        stop_flag.set()
        worker.join()


def test_nothing_is_locked_for_longer_than_a_transaction(make_app: MakeApp, database: str) -> None:
    """T28: behind a pooler the next transaction may be on another connection."""
    statements: list[str] = []
    app = make_app(noting())
    with app.app_context():
        engine = db.engine
    listen(engine, "before_cursor_execute", lambda *args: statements.append(str(args[2])))
    start(app)
    happen(app, 1, 2)
    drain(app)
    stop(app)
    assert effects(app) == [1, 2]
    said = "\n".join(statements).lower()
    assert ("pg_try_advisory_xact_lock" in said) == (database == "postgresql")
    for of_the_session in ("advisory_lock(", "listen ", "set session", "temporary", "prepare "):
        assert of_the_session not in said


def test_health_shows_lag_parked_errors_and_cost(make_app: MakeApp) -> None:
    """T29, with one query."""
    probe, _ = failing(2)
    app = make_app(probe)
    start(app)
    happen(app, 1, 2)
    drain(app)
    happen(app, 3)
    with read_session(app) as session:
        (health,) = subscriptions.health(session)
    assert (health.head, health.position, health.lag, health.parked) == (3, 2, 1, 1)
    assert health.handled == 1
    assert health.ms_per_event >= 0


def test_services_are_read_apart(make_app: MakeApp) -> None:
    """T48, for the worker."""
    app = make_app(noting())
    start(app)
    happen(app, 1, service_id=2)
    happen(app, 2)
    drain(app)
    assert effects(app) == [2]


def test_a_slow_batch_handler_is_given_fewer_events_and_a_quick_one_more(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T22: whoever switches the plugin off waits for one batch, which nobody can interrupt."""
    sizes: list[int] = []
    seconds_each = 0.0
    now = [100.0]
    clocks = SimpleNamespace(monotonic=lambda: now[0], perf_counter=lambda: now[0])
    monkeypatch.setattr(handling_module, "time", clocks)
    probe = Listener()

    @subscriber(probe, Happened, batch=True)
    def on_happened(events: Sequence[Recorded], ctx: Context) -> None:
        sizes.append(len(events))
        now[0] += seconds_each * len(events)

    app = make_app(probe)
    start(app)
    with write_session(app) as session:
        for number in range(3000):
            publish(session, Happened(thing=number, number=number), service_id=SERVICE)
    worker = Worker(app)
    for _batch in range(2):
        worker.advance("probe", SERVICE)
    assert sizes == [FIRST_BATCH, 2 * FIRST_BATCH]
    seconds_each = 1.0
    for _batch in range(4):
        worker.advance("probe", SERVICE)
    assert sizes[2:] == [4 * FIRST_BATCH, 2 * FIRST_BATCH, FIRST_BATCH, FIRST_BATCH // 2]


@pytest.mark.parametrize(
    ("many", "commits"),
    [
        # One counts the try, the other has the effects.
        (5, 2),
        (FIRST_BATCH - 1, 2),
        # As many as it reads may not be all: it looks once more, and for twice as many.
        (FIRST_BATCH, 3),
        (4 * FIRST_BATCH, 4),
    ],
)
def test_what_is_read_whole_is_not_looked_for_again(
    make_app: MakeApp, many: int, commits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine, a batch has time enough, and the next one is twice as large.
    for kind in handling.BUDGET:
        monkeypatch.setitem(handling.BUDGET, kind, 3600.0)
    app = make_app(noting())
    start(app)
    with write_session(app) as session:
        for number in range(many):
            publish(session, Happened(thing=number, number=number), service_id=SERVICE)
    committed: list[Any] = []
    with app.app_context():
        listen(db.engine, "commit", committed.append)
    assert Worker(app).advance("probe", SERVICE, seconds=60) == (many, True)
    assert len(committed) == commits
