"""An operator upgrades a database that an earlier version filled (`tests/saved/README.md`)."""

import lzma
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, MetaData, func, select

from eak_core import clock
from eak_core.events.models import EventLog
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.site import Site, open_app
from tests.core.cli.conftest import Eak
from tests.core.links import links_of

SAVED = Path(__file__).parents[2] / "saved"
NAMES = sorted(each.name.removesuffix(".log-key") for each in SAVED.glob("*.log-key"))
CITIZEN, PASSWORD = "citoyenne@demo.example", "jardin-des-essais-92"

#: What an upgrade writes anew: where each log ends, and how far each distribution has come.
MOVES = re.compile(r"log_head|(\w+_)?alembic_version")

Rows = dict[str, Counter[tuple[Any, ...]]]


@pytest.fixture(params=NAMES)
def saved(
    request: pytest.FixtureRequest,
    databases: Databases,
    database: Kind,
    instance: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The address of the database as it was saved; the instance is on it, with the key that signed
    its logs."""
    name = request.param
    key = instance / "secrets" / "voting" / "log-key"
    key.parent.mkdir(parents=True)
    key.write_bytes((SAVED / f"{name}.log-key").read_bytes())
    with databases.fresh(database, "empty", lambda url: None) as url:
        if database == "sqlite":
            content = lzma.decompress((SAVED / f"{name}.sqlite.xz").read_bytes())
            Path(url.removeprefix("sqlite:///")).write_bytes(content)
        else:
            statements = lzma.decompress((SAVED / f"{name}.sql.xz").read_bytes())
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(statements)
        monkeypatch.setenv("EAK_DATABASE_URL", url)
        yield url


def rows(engine: Engine, columns: dict[str, list[str]] | None = None) -> Rows:
    """How often each row stands in each table, of all columns or of those named."""
    metadata = MetaData()
    found: Rows = {}
    with engine.connect() as connection:
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            names = [each.name for each in table.c] if columns is None else columns.get(table.name)
            if names and not MOVES.fullmatch(table.name):
                read = connection.execute(select(*(table.c[name] for name in names)))
                found[table.name] = Counter(tuple(row) for row in read)
    return found


#: Made of other columns, and no longer kept beside them.
DERIVED = {("idea", "search_text")}


def columns(engine: Engine) -> dict[str, list[str]]:
    metadata = MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
    return {
        table.name: [each.name for each in table.c if (table.name, each.name) not in DERIVED]
        for table in metadata.sorted_tables
    }


@pytest.fixture
def upgraded(saved: str, eak: Eak) -> str:
    """The same database, after ``eak db upgrade``."""
    ran = eak("db", "upgrade")
    assert ran.code == 0, ran.err
    assert "voting: " in ran.out
    return saved


@pytest.fixture
def site(upgraded: str, instance: Path) -> Iterator[Flask]:
    """The site on it, at the instant at which it was saved: its ballots are open still."""
    site = Site(open_app(upgraded, instance))
    with site.reading() as session:
        at: datetime | None = session.scalar(select(func.max(EventLog.occurred_at)))
    assert at is not None
    with clock.freeze(at):
        yield site.app
    site.close()


def test_nothing_that_was_saved_is_lost_or_changed(
    saved: str, eak: Eak, opened: Callable[[str], Engine]
) -> None:
    engine = opened(saved)
    known = columns(engine)
    before = rows(engine, known)
    assert before["voting_paper"].total() > 100
    assert eak("db", "upgrade").code == 0
    after = rows(engine, known)
    lost = {table: kept - after[table] for table, kept in before.items() if kept - after[table]}
    assert lost == {}
    assert eak("db", "check").code == 0


def test_every_log_is_whole_and_signed_under_its_own_name(upgraded: str, eak: Eak) -> None:
    assert eak("event", "verify").code == 0
    for service in ("laboratoire", "culture"):
        ran = eak("voting", "log", "--verify", "--json", "--service", service)
        assert ran.code == 0, ran.out
        log = ran.json
        assert log["verified"]
        assert log["faults"] == []
        assert log["size"] == log["signed_size"] > 0
        assert log["checkpoint"].startswith(log["key"].partition("+")[0] + "\n")


def walk(browser: Browser, begin: str) -> dict[str, int]:
    """The status of every page that links lead to from ``begin``; of lists, their first pages."""
    met: dict[str, int] = {}
    waiting = [begin]
    while waiting:
        path = waiting.pop()
        if path in met or "?" in path or path.startswith(("/static/", "/fichiers/", "/langue")):
            continue
        answer = browser.get(path, follow_redirects=True)
        met[path] = answer.status_code
        if answer.mimetype == "text/html":
            waiting += [link.partition("#")[0] for link in links_of(answer.text) if link[:1] == "/"]
    return met


def test_every_page_is_there_for_a_visitor_and_for_who_signs_in(site: Flask) -> None:
    browser = site.test_client()
    assert isinstance(browser, Browser)
    met = walk(browser, "/")
    assert {path: status for path, status in met.items() if status != 200} == {}
    for kind in (r"/laboratoire/idees/\d+-", r"/laboratoire/votes/\d+-", r"/culture/votes/\d+-"):
        assert [path for path in met if re.match(kind, path)], kind
    signed_in = browser.submit(
        "/compte/connexion", "/compte/connexion", email=CITIZEN, password=PASSWORD
    )
    assert signed_in.status_code == 302
    ballots = [path for path in met if re.fullmatch(r"/\w+/votes/\d+-[\w-]+", path)]
    own = {path: browser.get(path).status_code for path in ["/compte/", *ballots]}
    assert set(own.values()) == {200}


def test_what_was_counted_is_confirmed_by_a_recount(site: Flask, eak: Eak, tmp_path: Path) -> None:
    browser = site.test_client()
    key = eak("voting", "log", "--json", "--service", "laboratoire").json["key"]
    file = tmp_path / "ballot.json"
    file.write_bytes(browser.get("/laboratoire/votes/2/scrutin.json").data)
    ran = eak("voting", "recount", str(file), "--key", key, "--json")
    assert ran.code == 0, ran.out
    assert ran.json["confirmed"]
