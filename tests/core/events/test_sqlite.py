"""SQLite under several writers: nobody fails, nobody waits for long, and reading never writes."""

import gc
import multiprocessing
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from eak_core.db import db, init_db, new_session, read_session, sqlite, write_session
from eak_core.db.sqlite import WriterQueue, prepare
from eak_core.events import head, publish
from eak_core.kit.testing.databases import Databases
from tests.core.events.conftest import build
from tests.core.events.probe import SERVICE, Happened, happen


@pytest.fixture
def sqlite_url(databases: Databases) -> object:
    with databases.fresh("sqlite", "events", build) as url:
        yield url


def application(url: str) -> Flask:
    app = Flask(__name__)
    init_db(app, url)
    return app


def read_then_write(url: str, times: int) -> None:
    """What a request does: look first, write later."""
    app = application(url)
    for number in range(times):
        with write_session(app) as session:
            head(session, SERVICE)
            publish(session, Happened(thing=1, number=number), service_id=SERVICE)


def test_processes_that_read_first_and_write_later_never_meet_a_lock(sqlite_url: str) -> None:
    """T10: four processes, 200 transactions each."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=read_then_write, args=(sqlite_url, 200)) for _ in range(4)]
    for process in writers:
        process.start()
    for process in writers:
        process.join()
    assert [process.exitcode for process in writers] == [0, 0, 0, 0]
    with read_session(application(sqlite_url)) as session:
        assert head(session, SERVICE) == 800


def test_an_application_that_is_gone_leaves_no_statement_that_it_compiled(sqlite_url: str) -> None:
    app = application(sqlite_url)
    with write_session(app) as session:
        head(session, SERVICE)
    with app.app_context():
        engine = weakref.ref(db.engine)
        db.engine.dispose()
    del app, session
    gc.collect()  # the application
    gc.collect()  # and what stood by it
    assert engine() is None


def test_many_may_be_the_first_to_open_a_new_file(tmp_path: Path) -> None:
    """Bringing the file into WAL mode waits for nobody by itself."""
    together = threading.Barrier(4)

    def open_it(file: Path) -> str:
        engine = create_engine(f"sqlite:///{file}")
        prepare(engine)
        together.wait()
        try:
            with engine.connect() as connection:
                return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as openers:
        for number in range(25):
            file = tmp_path / f"{number}.sqlite"
            assert list(openers.map(open_it, [file] * 4)) == ["wal"] * 4


def test_a_session_that_did_not_say_it_writes_cannot(sqlite_url: str) -> None:
    app = application(sqlite_url)
    with pytest.raises(OperationalError, match="readonly"), read_session(app) as session:
        session.execute(text("UPDATE log_head SET position = 7"))
    happen(app, 1)  # the same connection may write again once it is asked to


def test_saying_so_too_late_is_an_error(sqlite_url: str) -> None:
    with application(sqlite_url).app_context():
        session = new_session()
    head(session, SERVICE)
    with pytest.raises(RuntimeError, match="has begun"):
        session.writes = True
    session.close()


def test_a_second_writing_transaction_in_one_thread_is_refused_not_a_deadlock(
    sqlite_url: str,
) -> None:
    app = application(sqlite_url)
    with write_session(app) as session:
        head(session, SERVICE)
        with pytest.raises(RuntimeError, match="already has a writing transaction"):
            happen(app, 1)
    happen(app, 2)


def test_writers_are_served_in_the_order_of_asking(tmp_path: Path) -> None:
    queue = WriterQueue(tmp_path / "lock")
    queue.acquire()
    served: list[int] = []

    def write(number: int) -> None:
        queue.acquire()
        served.append(number)
        queue.release()

    threads = []
    for number in range(8):
        thread = threading.Thread(target=write, args=(number,))
        thread.start()
        while len(queue._waiting) <= number:
            pass
        threads.append(thread)
    queue.release()
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_whoever_has_waited_long_enough_goes_before_a_newcomer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_SECONDS", 0.0)
    queue = WriterQueue(tmp_path / "lock")
    queue.acquire()
    served: list[str] = []

    def wait_in_line() -> None:
        queue.acquire()
        served.append("in line")
        queue.release()

    thread = threading.Thread(target=wait_in_line)
    thread.start()
    while not queue._waiting:
        pass
    queue.release()
    queue.acquire()
    served.append("newcomer")
    queue.release()
    thread.join()
    assert served == ["in line", "newcomer"]


class Interrupted(BaseException):
    """Stands for Ctrl-C."""


def test_whoever_is_interrupted_in_line_passes_the_call_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = WriterQueue(tmp_path / "lock")
    queue.acquire()
    ends: list[str] = []

    class Impatient(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            super().wait(timeout)
            raise Interrupted

    original = sqlite._Turn

    def first_is_impatient() -> sqlite._Turn:
        turn = original()
        if not queue._waiting:
            turn.called = Impatient()
        return turn

    monkeypatch.setattr(sqlite, "_Turn", first_is_impatient)

    def leave() -> None:
        try:
            queue.acquire()
        except Interrupted:
            ends.append("interrupted")

    def stay() -> None:
        queue.acquire()
        ends.append("served")
        queue.release()

    threads = [threading.Thread(target=act) for act in (leave, stay)]
    for number, thread in enumerate(threads, start=1):
        thread.start()
        while len(queue._waiting) < number:
            pass
    queue.release()
    for thread in threads:
        thread.join(10)
    assert ends == ["interrupted", "served"]


def test_a_reader_never_waits_for_a_writer(sqlite_url: str) -> None:
    app = application(sqlite_url)
    happen(app, 1)
    with write_session(app) as session:
        publish(session, Happened(thing=1), service_id=SERVICE)
        session.flush()
        done = threading.Event()

        def read() -> None:
            with read_session(app) as reader:
                assert head(reader, SERVICE) == 1
            done.set()

        threading.Thread(target=read).start()
        assert done.wait(5)


def test_the_file_is_as_durable_as_promised(sqlite_url: str) -> None:
    app = application(sqlite_url)
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_the_connection_given_back_last_is_lent_next(sqlite_url: str) -> None:
    """Taking turns, each connection fills a memory of its own with the same pages of the file."""
    app = application(sqlite_url)
    with app.app_context():
        first, second = (db.engine.raw_connection() for _each in range(2))
        last = second.driver_connection
        first.close()
        second.close()
        for _again in range(3):
            lent = db.engine.raw_connection()
            assert lent.driver_connection is last
            lent.close()
