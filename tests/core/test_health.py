"""The addresses that balancers and monitoring ask."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from eak_core.db import db
from eak_core.events import SITE, schedule
from eak_core.testing.browser import Browser
from eak_core.testing.fixtures import FrozenClock
from eak_core.testing.site import Site
from eak_core.testing.sites import Sites
from tests.core import gauge


@pytest.fixture
def plugins() -> list[Any]:
    return [gauge]


def ask(client: Browser, path: str = "/healthz") -> tuple[int, Any]:
    answer = client.get(path)
    assert answer.headers.getlist("Set-Cookie") == []
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.json["checks"]


def test_a_site_that_is_well_says_so_without_a_cookie(client: Browser) -> None:
    assert ask(client) == (200, {"database": True, "migrations": True})
    assert ask(client, "/healthz/worker")[0] == 200


def test_a_database_that_lacks_migrations_is_told(site: Site, client: Browser) -> None:
    with site.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert ask(client) == (503, {"database": True, "migrations": False})
    assert ask(client, "/healthz/worker")[0] == 503


def test_a_database_that_does_not_answer_is_told_without_a_traceback(
    site: Site, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    with site.app.app_context():
        monkeypatch.setattr(type(db.engine), "connect", away)
    for path in ("/healthz", "/healthz/worker"):
        assert ask(client, path) == (503, {"database": False})


def test_an_event_that_nobody_handles_is_told_after_a_minute(
    site: Site, client: Browser, clock: FrozenClock
) -> None:
    site.enable("gauge")
    site.drain()
    site.submit()
    assert ask(client, "/healthz/worker")[0] == 200
    clock.advance(seconds=61)
    status, checks = ask(client, "/healthz/worker")
    assert (status, checks["worker"]) == (503, False)
    assert ask(client)[0] == 200, "a balancer is told of this process alone"
    site.drain()
    assert ask(client, "/healthz/worker")[0] == 200


def test_what_is_caught_up_with_is_no_lag(site: Site, client: Browser, clock: FrozenClock) -> None:
    site.submit()
    clock.advance(days=30)
    site.enable("gauge")
    assert ask(client, "/healthz/worker")[0] == 200


def test_work_that_nobody_begins_is_told_after_a_minute(
    site: Site, client: Browser, clock: FrozenClock
) -> None:
    service = site.service
    with site.writing() as session:
        schedule(session, "core", SITE, "nothing", clock.now + timedelta(hours=1))
        schedule(session, "gauge", service.id, "weigh", clock.now)
    clock.advance(minutes=30)
    assert ask(client, "/healthz/worker")[0] == 200, "the plugin is off, and the rest not yet due"
    clock.advance(minutes=32)
    assert ask(client, "/healthz/worker")[0] == 503


def test_a_plugin_that_is_not_there_keeps_nobody_waiting(
    sites: Sites, site: Site, clock: FrozenClock
) -> None:
    site.enable("gauge")
    site.drain()
    site.submit()
    with site.writing() as session:
        schedule(session, "gauge", site.service.id, "weigh", clock.now)
    clock.advance(minutes=5)
    assert ask(site.browser(), "/healthz/worker")[0] == 503
    assert ask(sites.make((), url=site.url).browser(), "/healthz/worker")[0] == 200
