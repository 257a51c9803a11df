"""A process that keeps dying is started again, ever later; the others have no part in it."""

import resource
import time
from typing import Any

import pytest

from eak_core.serving import processes
from eak_core.serving.processes import Server, allow_many_connections, make_server


class Process:
    """A worker as granian keeps it."""

    def __init__(self) -> None:
        self.birth = time.monotonic()


def server_of(count: int) -> Server:
    made = make_server("x:y", host="127.0.0.1", port=8000, processes=count, log=None)
    made.wrks = [Process() for _ in range(count)]
    return made


def dies(server: Server, number: int) -> None:
    """As granian says it."""
    server.interrupt_children.append(number)
    server.main_loop_interrupt.set()


def test_one_that_keeps_dying_is_started_again_and_again_and_ends_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "RESPAWN_SECONDS", 0.001)
    server = server_of(2)
    started: list[tuple[int, float]] = []

    def respawn(numbers: list[int], *_: Any) -> None:
        [number] = numbers
        started.append((number, time.monotonic()))
        server.wrks[number] = Process()
        if len(started) == 7:
            server.signal_handler_interrupt()
        else:
            dies(server, number)

    monkeypatch.setattr(server, "_respawn_workers", respawn)
    dies(server, 0)
    server._serve_loop(None, None)
    assert [number for number, _at in started] == [0] * 7
    assert started[-1][1] - started[0][1] >= 0.001 * (1 + 2 + 4 + 8 + 16)
    assert server.interrupt_signal
    assert not server.interrupt_children, "which would make it end with an error"


def test_one_that_had_been_well_is_started_with_the_shortest_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = server_of(1)
    server.wrks[0].birth -= processes.HEALTHY_SECONDS + 1
    pauses = {0: 128.0}
    assert server._next_start(0, pauses) - time.monotonic() <= processes.RESPAWN_SECONDS
    assert pauses[0] == 2 * processes.RESPAWN_SECONDS


@pytest.mark.parametrize("count", [1, 2])
def test_a_server_of_which_every_process_keeps_dying_gives_up(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(processes, "RESPAWN_SECONDS", 0.001)
    monkeypatch.setattr(processes, "LONGEST_PAUSE_SECONDS", 0.004)
    server = server_of(count)

    def respawn(numbers: list[int], *_: Any) -> None:
        for number in numbers:
            server.wrks[number] = Process()
            dies(server, number)

    monkeypatch.setattr(server, "_respawn_workers", respawn)
    for number in range(count):
        dies(server, number)
    server._serve_loop(None, None)
    assert server.interrupt_children, "by which granian ends with an error"
    assert not server.interrupt_signal


def test_as_many_connections_are_allowed_as_the_machine_lets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1_024, 4_096))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: asked.append(limits))
    allow_many_connections()
    assert asked == [(4_096, 4_096)]
