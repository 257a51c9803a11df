"""The addresses that balancers and monitoring ask."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from eak_core import clock as clock_module
from eak_core.db import Session, db, writing
from eak_core.db.hold import hold, release
from eak_core.events import SITE, schedule
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.models import OutboxMessage, TransportPause
from eak_core.letters.outbox import enqueue_mail
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
    well = {"database": True, "migrations": True, "writing": True, "clock": True}
    assert ask(client) == (200, well)
    status, checks = ask(client, "/healthz/worker")
    assert (status, checks) == (200, {**well, "released": True, "worker": True, "mail": True})


def test_a_database_that_lacks_migrations_is_told(site: Site, client: Browser) -> None:
    with site.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    for path in ("/healthz", "/healthz/worker"):
        status, checks = ask(client, path)
        assert (status, checks["migrations"]) == (503, False)


def test_a_database_that_does_not_answer_is_told_without_a_traceback(
    site: Site, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    site.drain()
    clock.advance(days=30)
    site.enable("gauge")
    assert ask(client, "/healthz/worker")[0] == 200


def test_work_that_nobody_begins_is_told_after_a_minute(
    site: Site, client: Browser, clock: FrozenClock
) -> None:
    service = site.service
    site.drain()
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
    bare = sites.make((), url=site.url)
    bare.drain()
    assert ask(bare.browser(), "/healthz/worker")[0] == 200


def test_a_disk_without_room_is_told_to_the_balancer(
    site: Site, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk says, and what PostgreSQL says of its own."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def full_there(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, psycopg.errors.DiskFull("no space"))

    site.app.extensions.pop(writing.EXTENSION, None)
    monkeypatch.setattr(writing.tempfile, "TemporaryFile", full)  # type: ignore[attr-defined]
    monkeypatch.setattr(writing, "_write_into", full_there)
    assert ask(client) == (
        503,
        {"database": True, "migrations": True, "writing": False, "clock": True},
    )
    monkeypatch.undo()
    assert ask(client)[0] == 503, "looked at once in ten seconds"
    monkeypatch.setattr(writing, "KEPT_SECONDS", 0.0)
    assert ask(client)[0] == 200


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_database_that_can_only_be_read_is_told(
    site: Site, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a standby after a failover, or a server that was told so."""
    real = writing.write_session  # type: ignore[attr-defined]

    @contextmanager
    def standby(app: Flask) -> Iterator[Session]:
        with real(app) as session:
            session.execute(text("SET TRANSACTION READ ONLY"))
            session.execute(text("CREATE TABLE x (y int)"))
            yield session

    site.app.extensions.pop(writing.EXTENSION, None)
    monkeypatch.setattr(writing, "write_session", standby)
    assert ask(client)[1]["writing"] is False
    site.app.extensions.pop(writing.EXTENSION)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_not_the_databases_is_told(site: Site, client: Browser, hours: int) -> None:
    with clock_module.wrong(timedelta(hours=hours)):
        status, checks = ask(client)
    assert (status, checks["clock"]) == (503, False)
    assert ask(client)[0] == 200


def test_a_copy_that_is_held_is_told_and_its_work_is_not_late(
    site: Site, client: Browser, clock: FrozenClock
) -> None:
    with site.writing() as session:
        schedule(session, "core", SITE, "nothing", clock.now)
        hold(session)
    clock.advance(minutes=5)
    status, checks = ask(client, "/healthz/worker")
    assert (status, checks["released"], checks["worker"]) == (503, False, True)
    assert ask(client)[0] == 200
    with site.writing() as session:
        assert release(session)
        assert not release(session)
    assert ask(client, "/healthz/worker")[1]["released"] is True


def test_mail_that_was_given_up_is_told_and_an_address_that_was_refused_is_no_alarm(
    site: Site, client: Browser, clock: FrozenClock
) -> None:
    def answer() -> tuple[int, Any]:
        got = client.get("/healthz/worker")
        return got.status_code, got.json["mail"]

    with site.writing() as session:
        for key in ("typo", "lost", "new"):
            enqueue_mail(session, to="a@b.example", subject="s", text="t", dedupe_key=key)
        session.execute(text("UPDATE outbox SET next_attempt_at = NULL WHERE id < 3"))
        session.execute(update(OutboxMessage).where(OutboxMessage.id == 1).values(refused=True))
        session.execute(update(OutboxMessage).where(OutboxMessage.id == 2).values(refused=True))
    assert answer() == (200, {"waiting": 1, "given_up": 0, "refused": 2})
    with site.writing() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.id == 2).values(refused=False))
    assert answer() == (503, {"waiting": 1, "given_up": 1, "refused": 1})


def test_a_mail_server_that_is_away_is_told_after_ten_minutes(
    site: Site, client: Browser, clock: FrozenClock
) -> None:
    with site.writing() as session:
        session.add(
            TransportPause(kind="mail", since=clock.now, until=clock.now, failures=1, error="away")
        )
    clock.advance(minutes=10)
    assert ask(client, "/healthz/worker")[0] == 200
    clock.advance(seconds=1)
    assert ask(client, "/healthz/worker")[1]["mail"] is False
