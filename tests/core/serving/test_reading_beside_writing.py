"""Somebody holds a service's head, or SQLite's place of the writer: pages are read all the same."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from eak_core.db import current_session, sqlite
from eak_core.db.file_lock import FileLock
from eak_core.db.trouble import is_away, is_busy, is_database_trouble
from eak_core.errors import Busy
from eak_core.events.models import LogHead
from eak_core.kit.testing.site import Site
from eak_core.serving.front import Front
from tests.core.serving.connections import Connection, Scope
from tests.proposing import begin

PATH = "/culture/idees/nouvelle"
IDEA = {"title": "A tool library", "problem": "Tools sleep in cellars.", "body": "Lend them."}


def an_idea(site: Site) -> tuple[Scope, Connection]:
    """What the browser of a citizen sends to submit one: to save a draft asks for no head."""
    client = site.browser()
    client.sign_in(site.people.citizen)
    path = f"{begin(client)}/soumettre"
    fields = client.read(path).form("soumettre").filled({})
    cookie = client.get_cookie("eak")
    assert cookie is not None
    scope = Scope(
        "POST",
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", f"eak={cookie.value}"),
        path=path,
    )
    return scope, Connection(urlencode(fields, doseq=True).encode())


@contextmanager
def holding(site: Site) -> Iterator[Callable[[], None]]:
    """Somebody else's transaction that stays open, on the head of the log, until it is released."""
    held, released = threading.Event(), threading.Event()

    def stand_still() -> None:
        with site.writing() as session:
            session.execute(update(LogHead).values(position=LogHead.position))
            held.set()
            released.wait(30)

    holder = threading.Thread(target=stand_still, name="somebody-frozen")
    holder.start()
    try:
        assert held.wait(30)
        yield released.set
    finally:
        released.set()
        holder.join()


def test_reading_does_not_wait_while_a_transaction_stays_open_on_the_head(site: Site) -> None:
    assert site.service
    scope, sent = an_idea(site)

    async def main(release: Callable[[], None]) -> None:
        made = Front(site.app, largest=1_000_000)
        writing = asyncio.create_task(made.__rsgi__(scope, sent))
        for path in ("/", "/culture/", "/culture/idees/", "/healthz") * 3:
            read = Connection()
            await made.__rsgi__(Scope("GET", path=path), read)
            assert read.status == 200
        assert not sent.status, "the writer did not have to wait"
        release()
        await writing
        assert sent.status == 302, b"".join(sent.sent)

    with holding(site) as release:
        asyncio.run(main(release))


@pytest.mark.parametrize("database", ["sqlite"])
def test_writing_is_refused_for_now_where_the_holder_is_frozen(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert site.service
    client = site.browser()
    client.sign_in(site.people.citizen)
    fields = client.read(PATH).form(PATH).filled(IDEA)
    monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0.02)
    with holding(site):
        answer = client.post(PATH, data=fields)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
    assert "Rien n’a été modifié" in answer.text
    assert "somebody-frozen" in caplog.text
    assert "stand_still" in caplog.text, "what the holder is doing"
    monkeypatch.undo()
    assert client.post(PATH, data=fields).status_code == 302


def test_a_lock_that_another_process_keeps_is_waited_for_in_vain_and_its_holder_named(
    tmp_path: Any,
) -> None:
    mine, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert other.acquire(0)
    assert not mine.acquire(0)
    assert not mine.acquire(0), "the one who waits in its place is still there"
    assert "process" in mine.holder()
    assert "python" in mine.holder()
    other.release()
    assert mine.acquire(10**9)
    assert not other.acquire(0)
    mine.release()
    assert other.acquire(10**9)


def test_nobody_keeps_a_lock_that_came_after_they_gave_up(tmp_path: Any) -> None:
    mine, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert other.acquire(0)
    assert not mine.acquire(0)
    other.release()
    third = FileLock(tmp_path / "lock")
    assert third.acquire(10**9), "the lock came to whoever had given up, and stayed"


def test_a_row_that_somebody_else_locked_is_busy_and_no_mistake(site: Site) -> None:
    assert site.service
    busy: list[BaseException] = [Busy()]
    with site.writing() as first:
        first.execute(update(LogHead).values(position=LogHead.position))
        if site.url.startswith("postgresql"):
            with pytest.raises(DBAPIError) as refused, site.writing() as second:
                second.execute(text("SET LOCAL lock_timeout = '10ms'"))
                second.execute(update(LogHead).values(position=LogHead.position))
            assert is_busy(refused.value)
            busy.append(refused.value)
    assert all(map(is_database_trouble, busy))
    with pytest.raises(DBAPIError) as wrong, site.reading() as session:
        session.execute(text("SELECT no_such_column FROM log_head"))
    assert not is_busy(wrong.value)


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize("noticed", [True, False])
def test_a_session_whose_connection_is_lost_ends_without_a_word(site: Site, noticed: bool) -> None:
    """What was said before stands: the answer of a request, or the error that tells of the loss."""
    with site.reading() as session:
        lost = session.scalar(text("SELECT pg_backend_pid()"))
        with site.reading() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": lost})
        if noticed:
            with pytest.raises(DBAPIError) as told:
                session.execute(text("SELECT 1"))
            assert is_away(told.value)
            assert is_database_trouble(told.value)
    with site.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_page_says_that_the_database_is_away_and_that_nobody_knows_what_was_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/{site.service.slug}/idees/"
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    sent = browser.read(f"{page}nouvelle").form("nouvelle").filled({})

    def die(*_given: object, **_named: object) -> None:
        session = current_session()
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    for view in ("ideas.index", "ideas.new"):
        monkeypatch.setitem(site.app.view_functions, view, die)
    read = browser.get(f"{page}?lang=en")
    written = browser.post(f"{page}nouvelle?lang=en", data=sent)
    for answer, told in ((read, False), (written, True)):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "The database of this site cannot be reached" in answer.text
        assert ("kept whole or not at all" in answer.text) is told


def test_a_lock_that_is_gone_keeps_no_file_open(tmp_path: Any) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(20):
        lock = FileLock(tmp_path / f"lock{number}")
        assert lock.acquire(0)
        lock.release()
    del lock
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
