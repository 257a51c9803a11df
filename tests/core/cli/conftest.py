"""The command line, run within the test's process on an instance of its own."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine

from eak_core.cli import cli
from eak_core.db.engine import engine_options, prepare
from eak_core.db.file_lock import FileLock
from eak_core.db.migrations import CORE, upgrade
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.plugins.loading import candidates
from tests.core.cli.serving import Serve, serve
from tests.opened import Opened


@dataclass
class Ran:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


Eak = Callable[..., Ran]


def migrate(url: str) -> None:
    engine = create_engine(**engine_options(url))
    prepare(engine)
    upgrade(engine, CORE)
    engine.dispose()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set on the machine of whoever runs the tests must not count."""
    for name in list(os.environ):
        if name.startswith("EAK_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def played_once(databases: Databases) -> Path:
    """A demonstration as one command leaves it, and what that command said: played once for all
    processes of the run."""
    folder = databases.folder / "demonstration"
    said, lock = folder.with_suffix(".said"), FileLock(folder.with_suffix(".lock"))
    assert lock.acquire(time.monotonic() + 120)
    try:
        if not said.exists():
            with pytest.MonkeyPatch.context() as patch:
                patch.delenv("EAK_DATABASE_URL", raising=False)
                ran = CliRunner().invoke(cli, ["demo", "--no-serve", "--data", str(folder)])
            assert ran.exit_code == 0, ran.output
            said.write_text(ran.stdout)
    finally:
        lock.release()
    return folder


@pytest.fixture
def no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed beside the core is not found."""
    monkeypatch.setattr(candidates, "entry_points", lambda group: [])


@pytest.fixture
def eak(instance: Path) -> Eak:
    """Runs ``eak`` with the words given, on ``instance`` unless they say otherwise."""

    def run(*words: str, given: str | None = None, on: Path | None = instance) -> Ran:
        before = [] if on is None else ["--instance", str(on)]
        result = CliRunner().invoke(cli, [*before, *words], input=given, prog_name="eak")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def on_sqlite(databases: Databases) -> Iterator[str]:
    """The address of a database whose core is migrated."""
    with databases.fresh("sqlite", "cli", migrate) as url:
        yield url


@pytest.fixture
def site(
    databases: Databases,
    on_sqlite: str,
    lent: Opened,
    monkeypatch: pytest.MonkeyPatch,
    instance: Path,
) -> Path:
    """An instance whose database is migrated, on SQLite."""
    databases.renew("sqlite", on_sqlite, "cli", lent.let_go)
    monkeypatch.setenv("EAK_DATABASE_URL", on_sqlite)
    return instance


@pytest.fixture
def site_on_both(
    request: pytest.FixtureRequest,
    databases: Databases,
    database: Kind,
    monkeypatch: pytest.MonkeyPatch,
    instance: Path,
) -> Iterator[Path]:
    """An instance whose database is migrated, on SQLite and on PostgreSQL."""
    if database == "sqlite":
        yield request.getfixturevalue("site")
        return
    with databases.fresh(database, "cli", migrate) as url:
        monkeypatch.setenv("EAK_DATABASE_URL", url)
        yield instance


@pytest.fixture
def served(tmp_path: Path) -> Serve:
    """Runs ``eak`` with the words given as a server, for the time of a ``with`` block."""
    return partial(serve, errors=tmp_path / "errors.txt")
