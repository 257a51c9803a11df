"""What a restore takes, and what it leaves behind: a file of a site, whole, or nothing at all."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
import pytest
from sqlalchemy import Engine, create_engine, text

from eak_core.db import saved
from eak_core.db.backup import back_up, restore
from eak_core.db.engine import engine_options, prepare
from eak_core.db.migrations import CORE
from eak_core.errors import EakError, Misconfigured
from eak_core.files.saving import SavedFiles
from eak_core.files.storage.folder import FolderStorage
from eak_core.kit.testing.databases import Databases
from eak_core.kit.testing.filled import Filled
from eak_core.kit.testing.sites import Sites
from tests.core.cli.conftest import Eak

ODD = "été #1 ? 100%20"


@pytest.fixture
def kept(eak: Eak, site_on_both: Path, tmp_path: Path) -> Path:
    """A backup of a site in which something happened."""
    assert eak("service", "create", "culture", "Culture").code == 0
    assert eak("db", "backup", str(tmp_path / "kept")).code == 0
    return tmp_path / "kept"


@pytest.fixture
def empty(
    databases: Databases, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An empty database, which the commands after ``kept`` work on."""
    if database == "sqlite":
        url = f"sqlite:///{tmp_path / 'new' / 'eak.sqlite'}"
        (tmp_path / "new").mkdir()
        monkeypatch.setenv("EAK_DATABASE_URL", url)
        yield url
        return
    with databases.fresh("postgresql", "empty", lambda _url: None) as url:
        monkeypatch.setenv("EAK_DATABASE_URL", url)
        yield url


def no_files(folder: Path) -> SavedFiles:
    """The files of a site that has none."""
    return SavedFiles(FolderStorage(folder / "files"))


def tables_in(url: str) -> list[str]:
    engine = create_engine(**engine_options(url))
    prepare(engine)
    try:
        with engine.connect() as connection:
            catalogue = {
                "sqlite": "SELECT name FROM sqlite_master",
                "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
            }[engine.dialect.name]
            return list(connection.scalars(text(catalogue)))
    finally:
        engine.dispose()


def test_every_table_comes_back_with_what_stood_in_it(
    sites: Sites, opened: Callable[[str], Engine], tmp_path: Path
) -> None:
    here, there = opened(sites.database([])), opened(sites.empty())
    filled = Filled(here)
    assert back_up(here, [CORE], tmp_path / "saved", no_files(tmp_path)).rows
    restore(there, [CORE], tmp_path / "saved", no_files(tmp_path))
    changes = list(filled.changes(there))
    assert len(changes) == 1
    assert changes[0].startswith("site_hold.since: ")


class Forgetful(sqlite3.Connection):
    """Loses a table on the way to the disk."""

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement == "VACUUM":
            super().execute("DELETE FROM plugin_counter")
            self.commit()
        return super().execute(statement, *values)


def loses_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a backup lacks what stands in one table."""
    connect, open_ = sqlite3.connect, ZipFile.open

    def connected(file: Any, **options: Any) -> sqlite3.Connection:
        return connect(file, **options, **({} if "uri" in options else {"factory": Forgetful}))

    def opened(archive: ZipFile, member: Any, mode: str = "r", **options: Any) -> Any:
        stream = open_(archive, member, mode, **options)  # type: ignore[arg-type]
        if (member, mode) == ("tables/plugin_counter.copy", "w"):
            monkeypatch.setattr(stream, "write", len)
        return stream

    monkeypatch.setattr(sqlite3, "connect", connected)
    monkeypatch.setattr(ZipFile, "open", opened)


def test_a_backup_that_lacks_what_it_was_made_of_is_not_called_one(
    sites: Sites,
    opened: Callable[[str], Engine],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = opened(sites.database([]))
    Filled(engine)
    loses_a_table(monkeypatch)
    with pytest.raises(EakError, match="does not hold what"):
        back_up(engine, [CORE], tmp_path / "saved", no_files(tmp_path))
    assert files_in(tmp_path) & {"saved", ".saved.part"} == set()


def files_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_a_site_is_saved_and_restored_whatever_stands_in_its_path(eak: Eak, tmp_path: Path) -> None:
    here, there = tmp_path / ODD / "one", tmp_path / ODD / "two"
    assert eak("db", "upgrade", on=here).code == 0
    assert eak("service", "create", "culture", "Culture", on=here).code == 0
    assert (here / "eak.sqlite").exists()
    file = tmp_path / ODD / "saved #2?"
    assert "rows" in eak("db", "backup", str(file), on=here).out
    assert eak("db", "restore", str(file), "--json", on=there).json == {
        "events": 1,
        "held": True,
    }
    assert "culture" in eak("service", "list", on=there).out
    assert (there / "eak.sqlite").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["sqlite:////srv/what?/eak.sqlite", "sqlite:///x?uri=true"])
def test_parameters_of_a_sqlite_address_are_refused_and_not_taken_for_its_end(url: str) -> None:
    with pytest.raises(Misconfigured, match="%3F"):
        engine_options(url)


def test_a_database_without_the_tables_of_a_site_is_not_saved(tmp_path: Path) -> None:
    engine = create_engine(**engine_options(f"sqlite:///{tmp_path / 'other.sqlite'}"))
    prepare(engine)
    with engine.execution_options(eak_writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE service (id INTEGER PRIMARY KEY)"))
    with pytest.raises(Misconfigured, match="not the database of an EAK site"):
        back_up(engine, [CORE], tmp_path / "saved", no_files(tmp_path))
    engine.dispose()
    assert "saved" not in files_in(tmp_path)
    assert not any(name.endswith(".part") for name in files_in(tmp_path))


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_deleted_is_in_no_backup(eak: Eak, site_on_both: Path, tmp_path: Path) -> None:
    path = Path(os.environ["EAK_DATABASE_URL"].removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE commune SET name = 'Marguerite-la-Secrète'")
        connection.execute("DELETE FROM commune")
    assert eak("db", "backup", str(tmp_path / "saved")).code == 0
    assert "Secrète".encode() not in (tmp_path / "saved").read_bytes()


MEDDLED = {
    "CREATE TRIGGER evil AFTER INSERT ON event_log BEGIN DELETE FROM service; END": "evil",
    "CREATE VIEW seen AS SELECT * FROM service": "seen",
    "CREATE TABLE stranger (id INTEGER)": "stranger",
    "CREATE VIRTUAL TABLE words USING fts5(body)": "words",
    "DROP TABLE outbox": "outbox",
    "ALTER TABLE service ADD COLUMN evil TEXT": "service",
    "UPDATE service SET slug = NULL": "service",
    "UPDATE alembic_version SET version_num = 'heads'": "heads",
    "DROP TABLE alembic_version": "not a backup of an EAK site",
    "UPDATE service SET id = 77": "refers to",
}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("statement", MEDDLED)
def test_a_file_that_was_meddled_with_is_refused_in_one_sentence_and_leaves_nothing(
    eak: Eak, kept: Path, empty: str, tmp_path: Path, statement: str
) -> None:
    with closing(sqlite3.connect(kept, isolation_level=None)) as connection:
        if statement.startswith("UPDATE service SET slug"):
            # What the schema of the file says of its own columns is its affair.
            connection.execute("PRAGMA writable_schema=ON")
            connection.execute(
                "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', 'NULL')"
                " WHERE name = 'service'"
            )
    with closing(sqlite3.connect(kept, isolation_level=None)) as connection:
        connection.execute(statement)
    ran = eak("db", "restore", str(kept))
    assert ran.code in (1, 2)
    assert MEDDLED[statement] in ran.err
    assert ran.err.count("\n") == 1
    assert files_in(tmp_path / "new") <= {"eak.sqlite-writers"}


@pytest.mark.parametrize("database", ["sqlite"])
def test_tables_that_nothing_installed_makes_can_be_left_out(
    eak: Eak, kept: Path, empty: str
) -> None:
    with closing(sqlite3.connect(kept, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE gone_thing (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE gone_alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO gone_alembic_version VALUES ('0001')")
    assert "gone" in eak("db", "restore", str(kept)).err
    ran = eak("db", "restore", str(kept), "--leave-out-unknown")
    assert ran.code == 0, ran.err
    assert "gone_thing is left out" in ran.err
    assert "gone_thing" not in tables_in(empty)


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_a_killed_process_left_is_cleaned_up_and_a_living_ones_draft_is_not(
    eak: Eak, site_on_both: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    dead, alive = folder / ".b.dead.part", folder / ".b.alive.part"
    for draft in (dead, folder / ".b.part", folder / ".b.dead.part-wal", alive):
        draft.touch()
    with alive.open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert eak("db", "backup", str(folder / "b")).code == 0
    assert files_in(folder) == {"b", alive.name}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_log_that_an_empty_database_left_is_not_played_into_the_restored_one(
    eak: Eak, kept: Path, empty: str, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    (folder / "eak.sqlite-wal").write_bytes(b"rubbish of another database")
    assert eak("db", "restore", str(kept)).code == 0
    assert "culture" in eak("service", "list").out


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_database_that_somebody_writes_to_is_not_restored_over(
    eak: Eak, kept: Path, empty: str, tmp_path: Path
) -> None:
    with (tmp_path / "new" / "eak.sqlite-writers").open("w") as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        ran = eak("db", "restore", str(kept))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "Another process writes" in ran.err


def rewritten(file: Path, members: dict[str, bytes]) -> None:
    """Write the zip anew with ``members`` in the place of those of the same name, or beside."""
    with ZipFile(file) as archive:
        everything = {name: archive.read(name) for name in archive.namelist()} | members
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in everything.items():
            archive.writestr(name, content)


def manifest_with(file: Path, **changed: object) -> dict[str, bytes]:
    with ZipFile(file) as archive:
        document = msgspec.json.decode(archive.read("manifest.json"))
    return {"manifest.json": msgspec.json.encode(document | changed)}


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("bomb", "unpack"),
        ("member", "does not hold what its manifest says"),
        ("rows", "do not fit"),
        ("count", "instead of"),
        ("revision", "base"),
        ("manifest", "not a backup"),
    ],
)
def test_a_zip_that_was_meddled_with_is_refused_in_one_sentence_and_leaves_nothing(
    eak: Eak, kept: Path, empty: str, kind: str, said: str
) -> None:
    with ZipFile(kept) as archive:
        services = archive.read("tables/service.copy")
    members = {
        "bomb": {"tables/service.copy": services + b"\n" * (300 << 20)},
        "member": {"tables/pg_authid.copy": b""},
        "rows": {"tables/service.copy": b"one\ttwo\n"},
        "count": {"tables/service.copy": b""},
        "revision": manifest_with(kept, revisions={"core": ["base"]}),
        "manifest": manifest_with(kept, tables=7),
    }[kind]
    rewritten(kept, members)
    ran = eak("db", "restore", str(kept))
    assert ran.code in (1, 2)
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert tables_in(empty) == []


@pytest.mark.usefixtures("no_plugins")
def test_a_restored_copy_is_quiet_until_it_is_released(eak: Eak, kept: Path, empty: str) -> None:
    restored = eak("db", "restore", str(kept))
    assert " db release”" in restored.out
    doctor = eak("doctor", "--json")
    assert [each["about"] for each in doctor.json["checks"] if not each["ok"]] == ["held"]
    waited = eak("worker", "--once")
    assert waited.code == 1
    assert "held" in waited.err
    assert eak("db", "release").code == 1, "nobody said yes"
    assert "held" in eak("worker", "--once").err
    assert eak("db", "release", "--yes").code == 0
    assert eak("worker", "--once").code == 0
    assert "not held" in eak("db", "release").out
    assert eak("db", "hold").code == 0
    assert "held" in eak("worker", "--once").err


@pytest.fixture
def numbered(eak: Eak, site_on_both: Path, tmp_path: Path) -> Path:
    """A backup of a site whose service 7 was the last, and is gone."""
    engine = create_engine(**engine_options(os.environ["EAK_DATABASE_URL"]))
    with engine.begin() as connection:
        connection.execute(text("SELECT setval(pg_get_serial_sequence('service', 'id'), 7)"))
    engine.dispose()
    assert eak("db", "backup", str(tmp_path / "kept")).code == 0
    return tmp_path / "kept"


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_number_that_was_given_out_is_not_given_out_again_after_a_restore(
    eak: Eak, numbered: Path, empty: str
) -> None:
    assert eak("db", "restore", str(numbered)).code == 0
    assert eak("service", "create", "culture", "Culture").code == 0
    engine = create_engine(**engine_options(empty))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT max(id) FROM service")) == 8
    engine.dispose()


def test_a_disk_without_room_is_told_before_anything_is_written(
    eak: Eak, tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert eak("db", "backup", str(tmp_path / "saved")).code == 0
    monkeypatch.setenv("EAK_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": 1_000}))
    ran = eak("db", "restore", str(tmp_path / "saved"))
    assert ran.code == 2
    assert "1,000 free" in ran.err
    assert not (tmp_path / "new.sqlite").exists()


def test_a_draft_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: done.append("sync"))
    replace = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda draft, to: (done.append("replace"), replace(draft, to))[1]
    )
    with saved.whole_file(tmp_path / "b") as draft:
        assert draft.stat().st_mode & 0o777 == 0o600
        draft.write_text("all")
    assert done == ["sync", "replace", "sync"]
