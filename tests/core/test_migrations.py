"""Migrations: each distribution on its own, all or nothing, and never behind the models."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    create_engine,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import Session

from eak_core.db import Base, db, sqlite
from eak_core.db.differences import differences
from eak_core.db.migrations import (
    CORE,
    Distribution,
    faults_in,
    pending,
    register,
    upgrade,
    upgrade_all,
)
from eak_core.errors import Misconfigured
from eak_core.events.marks import unmarked
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.filled import Filled
from eak_core.kit.testing.sites import Sites

REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {body}
"""


def write_revision(folder: Path, revision: str, down: str | None, body: str) -> None:
    versions = folder / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    source = REVISION.format(revision=revision, down=repr(down), body=body)
    (versions / f"{revision}.py").write_text(source, encoding="utf-8")


def create(table: str) -> str:
    return f'op.create_table("{table}", sa.Column("id", sa.Integer, primary_key=True))'


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{tmp_path / 'test.sqlite'}")
    sqlite.prepare(engine)
    return engine


@pytest.fixture
def applause(tmp_path: Path) -> Distribution:
    folder = tmp_path / "100% applause" / "migrations"
    write_revision(folder, "0001", None, create("applause_clap"))
    write_revision(folder, "0002", "0001", create("applause_hand"))
    return Distribution("applause", folder)


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_what_is_pending_is_listed_oldest_first_and_run_once(
    engine: Engine, applause: Distribution
) -> None:
    assert pending(engine, applause) == ["0001", "0002"]
    assert upgrade(engine, applause) == ["0001", "0002"]
    assert pending(engine, applause) == []
    assert upgrade(engine, applause) == []
    assert {"applause_clap", "applause_hand", "applause_alembic_version"} <= tables(engine)
    write_revision(applause.folder, "0003", "0002", create("applause_foot"))
    assert pending(engine, applause) == ["0003"]
    assert upgrade(engine, applause) == ["0003"]
    assert "applause_foot" in tables(engine)


def test_a_migration_that_fails_leaves_nothing_behind(
    engine: Engine, applause: Distribution
) -> None:
    write_revision(applause.folder, "0003", "0002", 'op.execute("SELECT * FROM nowhere")')
    with pytest.raises(Exception, match="nowhere"):
        upgrade(engine, applause)
    assert tables(engine) == set()


def test_two_distributions_do_not_see_each_other(
    engine: Engine, applause: Distribution, tmp_path: Path
) -> None:
    folder = tmp_path / "voting" / "migrations"
    write_revision(folder, "0001", None, create("voting_ballot"))
    voting = Distribution("voting", folder)
    upgrade(engine, voting)
    assert pending(engine, applause) == ["0001", "0002"]
    assert pending(engine, voting) == []


def test_a_database_that_is_ahead_of_the_code_is_refused_by_name(
    engine: Engine, applause: Distribution
) -> None:
    upgrade(engine, applause)
    with engine.execution_options(eak_writes=True).begin() as connection:
        connection.execute(text("UPDATE applause_alembic_version SET version_num = '0009'"))
    with pytest.raises(Misconfigured, match=r"applause.*0009"):
        pending(engine, applause)
    with pytest.raises(Misconfigured, match=r"applause.*0009"):
        upgrade(engine, applause)


@pytest.mark.parametrize(
    ("said", "newest"),
    [
        ('revision = "0003"\ndown_revision = "0002"', {"0003"}),
        ('revision: str = "0003"\ndown_revision: str | None = "0002"  # the last', {"0003"}),
        ('revision = "0003"\ndown_revision = "0001"', {"0002", "0003"}),
        ('revision = "0003"\ndown_revision = ("0001", "0002")', {"0003"}),
        ('revision = "00" + "03"\ndown_revision = "0002"', {"0003"}),
        ('revision = "0003"\ndown_revision = (\n    "0002",\n)', {"0003"}),
        ('"""Once\nrevision = more."""\nrevision = "0003"\ndown_revision = "0002"', {"0003"}),
    ],
    ids=["plain", "typed", "branch", "merge", "computed", "on three lines", "in prose"],
)
def test_the_newest_revisions_are_read_from_files_as_alembic_finds_them(
    applause: Distribution, said: str, newest: set[str]
) -> None:
    file = applause.folder / "versions" / "0003.py"
    file.write_text(f"{said}\n", encoding="utf-8")
    assert applause.newest() == set(applause.script().get_heads()) == newest


def test_a_table_that_no_migration_makes_is_a_difference(
    engine: Engine, applause: Distribution
) -> None:
    upgrade(engine, applause)
    found = differences(engine, applause)
    assert len(found) == 2
    assert any("applause_clap" in each for each in found)
    assert differences(engine, Distribution("petitions", applause.folder)) == []


@pytest.fixture
def three(sites: Sites, applause: Distribution, tmp_path: Path) -> Flask:
    """A site with two plugins that have migrations, the first of which cannot run them."""
    app = sites.make(()).app
    folder = tmp_path / "voting" / "migrations"
    write_revision(folder, "0001", None, create("voting_ballot"))
    for each in (applause, Distribution("voting", folder)):
        register(app, each)
    return app


def test_a_plugin_that_is_newer_in_the_database_keeps_no_other_from_its_migrations(
    three: Flask, applause: Distribution
) -> None:
    with three.app_context():
        upgrade(db.engine, applause)
        with db.engine.execution_options(eak_writes=True).begin() as connection:
            connection.execute(text("UPDATE applause_alembic_version SET version_num = '0009'"))
    assert "voting" in " ".join(faults_in(three).values())
    upgraded = upgrade_all(three)
    assert upgraded.done == {"voting": ["0001"]}
    assert list(upgraded.faults) == ["applause"]
    assert "0009" in upgraded.faults["applause"]
    assert list(faults_in(three)) == ["applause"]


@pytest.mark.parametrize(
    ("body", "said"), [("1 / 0", "ZeroDivisionError"), ('op.execute("SELECT * FROM no")', "no")]
)
def test_a_plugin_whose_migration_fails_keeps_no_other_from_its_own(
    three: Flask, applause: Distribution, body: str, said: str
) -> None:
    write_revision(applause.folder, "0003", "0002", body)
    upgraded = upgrade_all(three)
    assert upgraded.done == {"voting": ["0001"]}
    assert said in upgraded.faults["applause"]
    assert "\n" not in upgraded.faults["applause"]
    with three.app_context():
        assert not [name for name in tables(db.engine) if name.startswith("applause")]


@pytest.fixture
def empty(databases: Databases, database: Kind) -> Iterator[str]:
    with databases.fresh(database, "empty", lambda url: None) as url:
        yield url


def test_both_databases_are_real(
    empty: str, opened: Callable[[str], Engine], database: Kind
) -> None:
    """T33: a machine without PostgreSQL starts one, or fails; nothing is skipped."""
    version = "SELECT version()" if database == "postgresql" else "SELECT 'SQLite'"
    with opened(empty).connect() as connection:
        assert str(connection.scalar(text(version))).lower().startswith(database)


def test_the_migrations_of_the_core_make_what_its_models_say(
    empty: str, opened: Callable[[str], Engine]
) -> None:
    """T38, for the core; each plugin is asked by its conformance test."""
    engine = opened(empty)
    upgrade(engine, CORE)
    plugins = {
        str(mapper.local_table.name).partition("_")[0]  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if not mapper.class_.__module__.startswith("eak_core.")
    }
    assert differences(engine, CORE, sorted(plugins)) == []


EARLIER = [each.revision for each in CORE.script().walk_revisions()][1:]


def reflected(connection: Connection) -> MetaData:
    metadata = MetaData()
    metadata.reflect(connection)
    metadata.remove(metadata.tables[CORE.version_table])
    return metadata


@pytest.mark.parametrize("steps", ["each", "all at once"])
def test_what_an_earlier_version_kept_is_there_after_the_upgrade(
    empty: str, opened: Callable[[str], Engine], steps: str
) -> None:
    """T39, for the core, with rows of every version that was passed; but the numbers of ended
    sessions, and the text that searches looked through: nothing needs them any more."""
    engine, first = opened(empty), EARLIER[-1]
    upgrade(engine, CORE, first)
    filled, changed = Filled(engine), set()
    for revision in [*EARLIER[-2::-1], "heads"] if steps == "each" else ["heads"]:
        assert upgrade(engine, CORE, revision)
        changed |= set(filled.changes())
        filled.add()
    assert pending(engine, CORE) == []
    assert changed <= {"ended_session: gone", "idea.search_text: gone"}


def test_rows_of_each_version_that_was_passed_are_watched(
    engine: Engine, applause: Distribution
) -> None:
    """What an earlier version left empty is not what a later one writes there."""
    upgrade(engine, applause)
    filled = Filled(engine)
    column = 'op.add_column("applause_clap", sa.Column("how", sa.Integer))'
    write_revision(applause.folder, "0003", "0002", column)
    upgrade(engine, applause)
    assert list(filled.changes()) == []
    filled.add()
    filling = 'op.execute("UPDATE applause_clap SET how = 5 WHERE how IS NULL")'
    write_revision(applause.folder, "0004", "0003", filling)
    upgrade(engine, applause)
    assert list(filled.changes()) == ["applause_clap.how: None became 5"]
    write_revision(
        applause.folder, "0005", "0004", 'op.execute("DELETE FROM applause_hand WHERE id > 9")'
    )
    filled.add()
    upgrade(engine, applause)
    assert [each for each in filled.changes() if "hand" in each]


def test_what_searches_look_into_is_folded_anew_and_nothing_else_of_an_idea_moves(
    empty: str, opened: Callable[[str], Engine]
) -> None:
    engine = opened(empty)
    upgrade(engine, CORE, "0004")
    Filled(engine)
    with engine.execution_options(eak_writes=True).begin() as connection:
        ideas = reflected(connection).tables["idea"]
        first = dict(connection.execute(select(ideas)).mappings().one())
        old = {"title": "L’eau à Łódź", "slug": "l-eau-a-odz", "search_text": "l’eau a łodz 1 1"}
        more = [
            first | old | {"id": number, "form_key": f"key {number}", "source_ref": f"of {number}"}
            for number in range(2, 603)
        ]
        connection.execute(insert(ideas), more)
    upgrade(engine, CORE, "0005")
    with engine.connect() as connection:
        after = [dict(row) for row in connection.execute(select(ideas).order_by("id")).mappings()]
    assert after[0] == first
    new = {"slug": "l-eau-a-lodz", "search_text": "l'eau a lodz 1 1"}
    assert after[1:] == [each | new for each in more]


def happened(engine: Engine, *events: tuple[int, str, str] | tuple[int, str, str, int]) -> None:
    """Write a log, a minute for each event: the service, the type, what it is about, and how many
    minutes before it is said to have happened, as votes are that say the hour alone."""
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    heads: dict[int, int] = {}
    with engine.execution_options(eak_writes=True).begin() as connection:
        metadata = reflected(connection)
        for number, (service, name, subject, *before) in enumerate(events):
            heads[service] = heads.get(service, 0) + 1
            row = {
                "service_id": service,
                "position": heads[service],
                "event_id": str(number),
                "type": name,
                "version": 1,
                "subject": subject,
                "occurred_at": start + timedelta(minutes=number - sum(before)),
                "data": "{}",
                "depth": 0,
            }
            connection.execute(insert(metadata.tables["event_log"]), row)
        rows = [{"service_id": place, "position": last} for place, last in heads.items()]
        connection.execute(insert(metadata.tables["log_head"]), rows)


def test_what_was_purged_before_marks_were_kept_is_marked_by_the_upgrade(
    empty: str, opened: Callable[[str], Engine]
) -> None:
    engine = opened(empty)
    upgrade(engine, CORE, "0012")
    bell, tower = "plugin:bell", "plugin:bell_tower"
    happened(
        engine,
        (1, "plugin.enabled", bell),
        (1, "bell.rung", "bell:1"),
        (1, "plugin.disabled", bell),
        (1, "idea.submitted", "idea:1"),
        (2, "bell.rung", "bell:1"),  # and its package was removed
        (2, "bell_tower.built", "tower:1"),
        (3, "bell_tower.built", "tower:1"),
        (0, "plugin.purged", bell),
        (1, "plugin.enabled", bell),
        (1, "bell.rung", "bell:1"),
        (4, "bell.rung", "bell:1"),
        (4, "plugin.disabled", bell),
        (1, "plugin.disabled", bell),
        (0, "plugin.purged", bell),
        (1, "idea.submitted", "idea:2"),
        (1, "plugin.enabled", bell),
        (1, "bell.rung", "bell:1", 10),
        (5, "bell.rung", "bell:1"),
        (5, "plugin.disabled", tower),
    )
    upgrade(engine, CORE)
    with engine.connect() as connection:
        marks = connection.execute(
            text("SELECT plugin, service_id, position FROM plugin_purge_mark ORDER BY service_id")
        ).all()
    assert marks == [("bell", 1, 7), ("bell", 2, 1), ("bell", 4, 2)]
    with Session(engine) as session:
        assert list(unmarked(session)) == []


def test_mail_that_waits_finds_its_lane(empty: str, opened: Callable[[str], Engine]) -> None:
    """Who asked for a new password a moment before the upgrade waits for it all the same."""
    engine = opened(empty)
    upgrade(engine, CORE, "0016")
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    keys = {
        "reset_instructions:1": ("core", None, 0),
        "welcome_existing:1": ("core", None, 0),
        "confirmation_instructions:1": ("core", now, 1),  # it has left
        "role_invitation:1": ("core", None, 1),
        "welcome:1": ("thanks", None, 1),
    }
    with engine.execution_options(eak_writes=True).begin() as connection:
        rows = [
            {
                "plugin": plugin,
                "service_id": 0,
                "dedupe_key": key,
                "kind": "mail",
                "payload": "{}",
                "created_at": now,
                "attempts": 0,
                "next_attempt_at": None if done else now,
                "done_at": done,
            }
            for key, (plugin, done, _lane) in keys.items()
        ]
        connection.execute(insert(reflected(connection).tables["outbox"]), rows)
    upgrade(engine, CORE)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT dedupe_key, lane FROM outbox"))
        assert dict(found.all()) == {key: lane for key, (*_, lane) in keys.items()}


def test_of_two_that_migrate_the_core_at_once_one_waits_and_finds_it_done(
    empty: str, opened: Callable[[str], Engine]
) -> None:
    """T41."""
    engines = [opened(empty) for _ in range(2)]
    with ThreadPoolExecutor(2) as both:
        ran = sorted(both.map(lambda engine: len(upgrade(engine, CORE)), engines))
    assert ran[0] == 0 < ran[1]
    assert pending(engines[0], CORE) == []


def test_the_core_keeps_its_place_under_alembics_own_name() -> None:
    assert CORE.version_table == "alembic_version"
