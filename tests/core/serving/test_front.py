"""The front of a process: bodies whole and in time, readers beside writers, answers at length."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from eak_core import clock
from eak_core.serving import arrival, front, lanes
from eak_core.serving.arrival import Arrivals, TooSlow
from eak_core.serving.exchange import environ_of
from eak_core.serving.front import PART, Front
from eak_core.serving.lanes import Full, Lane
from tests.core.serving.connections import App, Connection, Scope

LARGEST = 1_000


def said(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """An application that answers the body it was sent."""
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain")])
    return [environ["REQUEST_METHOD"].encode(), b" ", body]


def ask(app: App, *requests: tuple[Scope, Connection]) -> None:
    """Let a front of its own answer ``requests`` at once."""

    async def main() -> None:
        made = Front(app, largest=LARGEST)
        await asyncio.gather(*(made.__rsgi__(scope, each) for scope, each in requests))

    asyncio.run(main())


def test_a_body_is_handed_over_whole() -> None:
    connection = Connection(b"one ", b"two")
    ask(said, (Scope("POST", ("transfer-encoding", "chunked")), connection))
    assert (connection.status, connection.sent) == (200, [b"POST one two"])
    assert connection.headers["content-length"] == "12"


def test_a_request_is_dated_when_it_had_arrived_and_not_when_a_thread_takes_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instants = [datetime(2026, 3, 1, 18, 0, second, tzinfo=UTC) for second in range(4)]
    monkeypatch.setattr(clock, "now", lambda: instants.pop(0))
    dated = []

    def taken_up(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        dated.append((environ[clock.ARRIVED], clock.now()))
        return said(environ, start)

    ask(taken_up, (Scope("POST", (clock.ARRIVED, "1999")), Connection(b"x")))
    [(arrived, taken)] = dated
    assert arrived < taken


def test_of_a_body_that_says_it_is_too_large_nothing_is_read() -> None:
    connection = Connection(b"x" * 10)
    ask(said, (Scope("POST", ("content-length", "1001")), connection))
    assert connection.read == 0


def test_a_body_that_turns_out_too_large_is_cut_one_byte_past_the_limit() -> None:
    """So that the application refuses it by its length, with its own page."""
    connection = Connection(*[b"x" * 400] * 10)
    ask(said, (Scope("POST", ("transfer-encoding", "chunked")), connection))
    assert connection.read == 3
    assert connection.sent == [b"POST " + b"x" * (LARGEST + 1)]


def test_the_body_of_a_reading_request_is_not_waited_for() -> None:
    connection = Connection(stalls=True)
    ask(said, (Scope("GET", ("content-length", "5")), connection))
    assert connection.sent == [b"GET "]


def test_a_body_that_stalls_is_given_up_and_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arrival, "BODY_SECONDS", 0.02)
    stalled = [Connection(b"a", stalls=True) for _ in range(50)]
    reader, writer = Connection(), Connection(b"b")
    ask(
        said,
        *((Scope("POST", ("content-length", "10")), each) for each in stalled),
        (Scope("GET"), reader),
        (Scope("POST", ("content-length", "1")), writer),
    )
    assert {each.status for each in stalled} == {408}
    assert (reader.status, writer.status) == (200, 200)


def test_the_oldest_body_gives_way_where_all_take_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "MOST_ARRIVING", 1_000)

    async def stalled(size: int) -> AsyncIterator[bytes]:
        yield b"x" * size
        await asyncio.Event().wait()

    async def whole(size: int) -> AsyncIterator[bytes]:
        yield b"x" * size

    async def main() -> None:
        arrivals = Arrivals()
        first = asyncio.create_task(arrivals.read(stalled(600), None, LARGEST))
        second = asyncio.create_task(arrivals.read(stalled(300), None, LARGEST))
        await asyncio.sleep(0)
        assert len(await arrivals.read(whole(500), None, LARGEST)) == 500
        with pytest.raises(TooSlow):
            await first
        assert not second.done()
        second.cancel()

    asyncio.run(main())


def test_whoever_reads_does_not_wait_for_whoever_writes() -> None:
    """Every thread that writes waits for a lock; readers are answered meanwhile."""
    free = threading.Event()

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            assert free.wait(30)
        start("200 OK", [])
        return [b"done"]

    async def main() -> None:
        made = Front(app, largest=LARGEST)
        writers = [Connection() for _ in range(40)]
        posts = [
            asyncio.create_task(made.__rsgi__(Scope("POST", ("content-length", "0")), each))
            for each in writers
        ]
        await asyncio.sleep(0)
        for _ in range(5):
            reader = Connection()
            await made.__rsgi__(Scope("GET"), reader)
            assert reader.sent == [b"done"]
        assert not any(each.sent for each in writers)
        free.set()
        await asyncio.gather(*posts)
        assert all(each.sent == [b"done"] for each in writers)

    asyncio.run(main())


def test_one_at_a_time_as_long_as_that_is_quick() -> None:
    at_once: list[int] = []
    running = 0

    def work() -> None:
        nonlocal running
        running += 1
        at_once.append(running)
        running -= 1

    async def main() -> None:
        lane = Lane("test", most=8)
        await asyncio.gather(*(lane.run(work) for _ in range(200)))
        assert lane.running == 0

    asyncio.run(main())
    assert at_once == [1] * 200


def test_what_takes_long_is_overtaken_up_to_as_many_as_there_are_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(lanes, "WAIT_SECONDS", 0.1)
    free = threading.Event()

    async def main() -> None:
        lane = Lane("test", most=3, waiting=2)
        slow = [asyncio.create_task(lane.run(lambda: free.wait(30))) for _ in range(2)]
        assert await lane.run(lambda: "quick") == "quick"
        third = asyncio.create_task(lane.run(lambda: free.wait(30)))
        waiting = [asyncio.create_task(lane.run(lambda: "late")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await lane.run(lambda: "no room in the line")
        for each in waiting:
            with pytest.raises(Full):
                await each
        free.set()
        assert await asyncio.gather(*slow, third) == [True, True, True]
        assert await lane.run(lambda: "again") == "again"
        assert lane.running == 0

    asyncio.run(main())


def test_a_line_that_does_not_move_is_said_with_a_time_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "WAIT_SECONDS", 0.02)
    monkeypatch.setattr(front, "WRITERS", 1)
    free = threading.Event()

    def app(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        assert free.wait(30)
        start("200 OK", [])
        return []

    async def main() -> None:
        made = Front(app, largest=LARGEST)
        held, refused = Connection(), Connection()
        scope = Scope("POST", ("content-length", "0"))
        first = asyncio.create_task(made.__rsgi__(scope, held))
        await asyncio.sleep(0)
        await made.__rsgi__(scope, refused)
        assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        free.set()
        await first

    asyncio.run(main())


def long_answer(closed: list[bool]) -> App:
    class Parts:
        def __iter__(self) -> Any:
            yield from [b"x" * 1000] * 2000

        def close(self) -> None:
            closed.append(True)

    def app(_environ: dict[str, Any], start: Any) -> Any:
        start("200 OK", [("Content-Type", "text/csv")])
        return Parts()

    return app


def test_a_long_answer_is_complete_before_it_leaves_and_says_how_long_it_is() -> None:
    """Whatever made it has ended then: no transaction waits for a slow reader."""
    closed: list[bool] = []
    connection = Connection()
    ask(long_answer(closed), (Scope(), connection))
    assert b"".join(connection.sent) == b"x" * 2_000_000
    assert max(map(len, connection.sent)) <= PART
    assert connection.headers["content-length"] == "2000000"
    assert closed == [True]


def test_a_reader_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "PART_SECONDS", 0.02)
    connection = Connection()
    connection.takes = False
    with pytest.raises(TimeoutError):
        ask(long_answer([]), (Scope(), connection))
    assert connection.headers["content-length"] == "2000000"


@pytest.mark.parametrize(
    ("client", "address"),
    [("192.0.2.7:51234", "192.0.2.7"), ("[2001:db8::1]:443", "2001:db8::1"), ("", "")],
)
def test_the_environment_is_that_of_pep_3333(client: str, address: str) -> None:
    scope = Scope(
        "POST",
        ("content-type", "text/plain"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("x-forwarded-for", "198.51.100.1"),
        ("x_forwarded_for", "203.0.113.9"),
        ("accept", "text/html"),
        ("accept", "application/json"),
        path="/idées/",
    )
    scope.client = client
    environ = environ_of(scope, b"body")
    assert environ["REMOTE_ADDR"] == address
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/idées/"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("::1", "8000")
    assert environ["CONTENT_LENGTH"] == "4"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_ACCEPT"] == "text/html,application/json"
    assert environ["HTTP_X_FORWARDED_FOR"] == "198.51.100.1", "an underscore is no hyphen"


def test_what_is_in_hand_comes_to_its_end_when_the_process_is_asked_to_end() -> None:
    finished: list[str] = []

    def app(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        threading.Event().wait(0.05)
        finished.append("done")
        start("200 OK", [])
        return [b"done"]

    loop = asyncio.new_event_loop()
    made = Front(app, largest=LARGEST)
    connection = Connection()
    request: Awaitable[None] = loop.create_task(made.__rsgi__(Scope(), connection))

    loop.run_until_complete(asyncio.sleep(0))
    assert made._in_hand
    made.__rsgi_del__(loop)
    loop.run_until_complete(request)
    loop.close()
    assert finished == ["done"]
    assert connection.sent == [b"done"]
