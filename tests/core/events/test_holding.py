"""What keeps others from writing for long is named, and remembered for a week."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from eak_core.db import current_session, holding, read_session, write_session
from eak_core.db.holding import LongWriter, doing, long_writers
from eak_core.events import on_schedule, schedule, subscriber, subscriptions
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from tests.core.events.probe import (
    SERVICE,
    Happened,
    Listener,
    MakeApp,
    drain,
    happen,
)


class Watch:
    """The machine's stopwatch, which goes as fast as a test wants."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    watch = Watch()
    monkeypatch.setattr(holding, "time", watch)
    holding._noted.clear()
    yield watch
    holding._noted.clear()


def told(app: Flask) -> dict[str, tuple[int, float]]:
    holding.write_noted(app)
    with read_session(app) as session:
        return {each.what: (each.times, each.longest) for each in long_writers(session)}


def write(app: Flask, watch: Watch, seconds: float, what: str = "the test") -> None:
    with doing(what), write_session(app) as session:
        session.execute(text("UPDATE log_head SET position = position"))
        watch.at += seconds


def test_a_long_writer_is_named_in_the_log_and_remembered(
    app: Flask, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    write(app, watch, 0.9)
    assert told(app) == {}
    write(app, watch, 20.0)
    write(app, watch, 3.0)
    assert "the test kept others from writing for 20.0 seconds" in caplog.text
    assert told(app) == {"the test": (2, 20.0)}
    assert told(app) == {"the test": (2, 20.0)}, "each is written down once"


def test_who_only_reads_or_has_no_name_is_not_told_of(app: Flask, watch: Watch) -> None:
    with doing("reading"), read_session(app) as session:
        session.execute(text("SELECT 1"))
        watch.at += 30
    write(app, watch, 30.0, what="")
    assert told(app) == {}


def test_it_is_forgotten_after_a_week(app: Flask, watch: Watch, clock: FrozenClock) -> None:
    write(app, watch, 2.0, "first")
    assert set(told(app)) == {"first"}
    clock.advance(days=7, seconds=1)
    assert told(app) == {}
    write(app, watch, 2.0, "second")
    assert set(told(app)) == {"second"}
    with read_session(app) as session:
        assert session.get(LongWriter, "first") is None


def test_handlers_and_scheduled_work_are_named_after_their_plugin(
    make_app: MakeApp, watch: Watch, clock: FrozenClock
) -> None:
    probe = Listener()

    @subscriber(probe, Happened)
    def on_happened(event: Happened, ctx: Any) -> None:
        watch.at += 5

    @on_schedule(probe, "count")
    def count(session: Any, service: Any, name: str, due_at: Any) -> None:
        watch.at += 7

    app = make_app(probe)
    with write_session(app) as session:
        subscriptions.start(session, "probe", SERVICE)
        schedule(session, "probe", SERVICE, "count:12", clock.now - timedelta(seconds=1))
    happen(app, 1)
    drain(app)
    assert told(app) == {
        f"handlers of probe in service {SERVICE}": (1, 5.0),
        f"count of probe in service {SERVICE}": (1, 7.0),
    }


def test_a_page_is_named_by_its_endpoint_and_told_after_its_answer(
    site: Site, watch: Watch
) -> None:
    @site.app.post("/slow")
    def slow() -> str:
        current_session().execute(text("UPDATE service SET name = name"))
        watch.at += 4
        current_session().commit()
        return "done"

    assert site.browser().post("/slow").status_code == 400, "without a token nothing is written"
    site.app.config["WTF_CSRF_ENABLED"] = False
    assert site.browser().post("/slow").text == "done"
    with site.reading() as session:
        assert [each.what for each in long_writers(session)] == ["POST slow"]
    answer = site.browser().get("/healthz/worker")
    assert answer.json["long_writers"] == [{"what": "POST slow", "times": 1, "seconds": 4.0}]
    assert answer.status_code == 200
