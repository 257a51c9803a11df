"""``eak serve`` alone, without a proxy, while many clients send nothing or hardly anything."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eak_core.kit.testing.databases import Databases
from tests.core.cli.serving import wait_until
from tests.served import Instance, migrated
from tests.visitor import Visitor

pytestmark = pytest.mark.reliability

IDLE = 2_000
DRIPPING = 500
#: Far more than a page takes, far less than what any of the others is given.
SOON = 5.0

HEAD = (
    "POST /compte/connexion HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
)


@pytest.fixture
def instance(databases: Databases, tmp_path: Path) -> Iterator[Instance]:
    with migrated(databases, "sqlite", tmp_path / "instance") as served:
        served.furnish()
        yield served


def connected(port: int, count: int) -> list[socket.socket]:
    return [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(count)]


def test_others_are_served_while_hundreds_drip_and_thousands_idle(instance: Instance) -> None:
    instance.serve()
    citizen = instance.visitor("personne0@essai.example")
    idle = connected(instance.port, IDLE)
    dripping = connected(instance.port, DRIPPING)
    try:
        for each in dripping:
            each.sendall(HEAD.encode() + b"a")
        for _second in range(5):
            for each in dripping:
                each.sendall(b"a")
            started = time.monotonic()
            assert Visitor(instance.base).get("/essai/idees/")[0] == 200
            assert citizen.post("/essai/idees/nouvelle", {"title": ["x"]})[0] in {400, 422}
            assert time.monotonic() - started < SOON
        for each in (idle[0], dripping[0]):
            each.settimeout(60)
            assert b" 408 " in (each.recv(200) or b" 408 "), "it is not given up"
    finally:
        for each in (*idle, *dripping):
            each.close()


def test_a_process_that_dies_twice_at_once_ends_no_other(instance: Instance) -> None:
    instance.serve("--workers", "2")
    wait_until(lambda: len(instance.processes()) == 2)
    first, second = instance.processes()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(set(instance.processes()) - {first}) == 2)
    [again] = set(instance.processes()) - {first, second}
    os.kill(again, signal.SIGKILL)
    wait_until(lambda: len(set(instance.processes()) - {first, again}) == 2)
    assert second in instance.processes(), "the healthy one was ended too"
    assert instance.server is not None
    assert instance.server.poll() is None
    assert instance.answers()
