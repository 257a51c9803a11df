"""What every test of this tree may ask for comes from the kit that plugin authors get.

`eak_core.kit.testing` is loaded by ``addopts`` in pyproject.toml, like in a plugin of one's own.
"""

import os
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from eak_core import app, config
from eak_core.cli import contributed
from eak_core.kit.testing.databases import Databases
from eak_core.secret_files import kept_secret
from tests.opened import Asked, Opened

# A busy machine is no failure: what must be fast is measured by `make bench`.
settings.register_profile("eak", deadline=None)
settings.load_profile("eak")


@pytest.fixture(scope="session")
def lent() -> Opened:
    """Gives commands their applications."""
    return Opened(app.create_app)


@pytest.fixture(scope="session")
def asked() -> Asked:
    """Tells commands what plugins answer."""
    return Asked(contributed._asked)


@pytest.fixture(autouse=True)
def commands_share_applications(
    lent: Opened, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Commands of this process are given the same applications, and what plugins answered."""
    monkeypatch.setattr(app, "create_app", lent)
    monkeypatch.setattr(contributed, "_asked", asked)
    yield
    lent.let_go()


@pytest.fixture
def instance(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for commands, with nothing in it: of the same name and with the same secret for all
    tests of a process, so that they may share applications."""
    folder = databases.folder / f"instance-{os.getpid()}"
    monkeypatch.setattr(config, "kept_secret", lambda file, _make: kept_secret(file, _secret))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _secret() -> str:
    return "what a command of a test would have drawn"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow ones before all others, in whatever order chance has put those, so that no
    process waits for another's last test; and those in a browser next to each other, so that each
    process starts one browser."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is None,
            item.get_closest_marker("browser") is None,
        )
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the run cost, and how quick the machine is now: the same machine goes through the
    same loop in twice the time at another hour, so seconds of two days say little alone."""
    spent = sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    loop = min(_loop_seconds() for _ in range(5))
    terminalreporter.write_line(
        f"{spent:.0f} s of processor time without PostgreSQL and Chromium’s own processes;"
        f" a loop of a million steps takes {loop * 1000:.0f} ms here now."
    )


def _loop_seconds() -> float:
    started = time.process_time()
    number = 1
    for _ in range(1_000_000):
        number = (number * 5 + 1) & 0xFFFF
    return time.process_time() - started
