"""Real processes on a real database, killed without a word."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from eak_core.kit.testing.databases import Databases, Kind
from tests import forked
from tests.core.events.conftest import build

Start = Callable[..., forked.Process]


@pytest.fixture
def url(databases: Databases, database: Kind) -> Iterator[str]:
    with databases.fresh(database, "events", build) as found:
        yield found


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a role of `tests.reliability.processes`; what is left at the end is killed."""
    started: list[forked.Process] = []

    def begin(*arguments: str) -> forked.Process:
        process = forked.run("tests.reliability.processes", *arguments, stderr=subprocess.DEVNULL)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
