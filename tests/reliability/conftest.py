"""Real processes on a real database, killed without a word."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eak_core.kit.testing.databases import Databases, Kind
from tests.core.events.conftest import build

ROOT = Path(__file__).resolve().parents[2]

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def url(databases: Databases, database: Kind) -> Iterator[str]:
    with databases.fresh(database, "events", build) as found:
        yield found


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a role of `tests.reliability.processes`; what is left at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.processes", *arguments],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
