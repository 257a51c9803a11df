"""Migrations, backups and restoring, from the command line."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import create_engine, make_url, text

from eak_core.db.engine import engine_options, prepare
from eak_core.kit.testing.databases import Databases, Kind
from tests.core.cli.conftest import Eak

PASSWORD = "a long enough password"


@pytest.fixture
def empty_url(databases: Databases, database: Kind, tmp_path: Path) -> Iterator[str]:
    """A database that holds nothing, of the kind that the test runs on."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    with databases.fresh("postgresql", "empty", lambda _url: None) as url:
        yield url


@pytest.fixture
def lived(eak: Eak, site_on_both: Path) -> Path:
    """A site in which something happened."""
    assert eak("service", "create", "culture", "Culture : « à côté »\t\\N").code == 0
    words = ("person", "create", "ada@demo.example", "Ada", "--password-stdin")
    assert eak(*words, given=PASSWORD).code == 0
    assert eak("person", "role", "ada@demo.example", "manager", "--service", "culture").code == 0
    return site_on_both


def told(eak: Eak) -> object:
    return (
        eak("service", "list", "--json").json,
        eak("event", "list", "--json").json,
        eak("event", "list", "--service", "culture", "--json").json,
    )


def test_upgrading_twice_does_nothing_the_second_time(eak: Eak, instance: Path) -> None:
    assert "core: 0001" in eak("db", "upgrade").out
    again = eak("db", "upgrade")
    assert again.code == 0
    assert "up to date" in again.out


def test_checking_names_what_the_database_lacks(eak: Eak, instance: Path) -> None:
    ran = eak("db", "check", "--json")
    assert ran.code == 1
    assert ran.json["ok"] is False
    assert "core lacks 0001" in ran.json["faults"][0]
    eak("db", "upgrade")
    assert eak("db", "check", "--json").json == {"ok": True, "faults": []}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_page_that_the_disk_lost_is_found(eak: Eak, lived: Path) -> None:
    path = Path(os.environ["EAK_DATABASE_URL"].removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'commune'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    ran = eak("db", "check", "--json")
    assert ran.code == 1
    assert any(each.startswith("Damaged: ") for each in ran.json["faults"])
    refused = eak("db", "backup", str(path.with_name("saved")))
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert not path.with_name("saved").exists()


@pytest.mark.usefixtures("no_plugins")
def test_a_row_that_refers_to_one_that_is_gone_is_found(eak: Eak, lived: Path) -> None:
    assert eak("db", "check", "--json").json == {"ok": True, "faults": []}
    engine = create_engine(**engine_options(os.environ["EAK_DATABASE_URL"]))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("DELETE FROM service"))
    engine.dispose()
    ran = eak("db", "check")
    assert ran.code == 1
    assert "service" in ran.out


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EROFS, "Read-only file system", "/srv/eak/eak.sqlite-worker"), "worker"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left"),
    ],
)
@pytest.mark.usefixtures("site")
def test_a_disk_that_cannot_be_written_is_said_in_one_sentence(
    eak: Eak, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("eak_core.events.worker.Worker.drain", fail)
    ran = eak("worker", "--once")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert said in ran.err


@pytest.mark.usefixtures("site")
def test_a_file_that_can_only_be_read_is_said_in_one_sentence(
    eak: Eak, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert eak("service", "create", "culture", "Culture").code == 0
    file = make_url(os.environ["EAK_DATABASE_URL"]).database
    read_only = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")

    def write(*_: object, **__: object) -> None:
        with read_only.begin() as connection:
            connection.execute(text("DELETE FROM plugin_setting"))

    monkeypatch.setattr("eak_core.events.worker.Worker.drain", write)
    ran = eak("worker", "--once")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "readonly" in ran.err
    read_only.dispose()


def test_the_migrations_make_what_the_models_say(instance: Path) -> None:
    """In a process of its own: the models of other tests' plugins stay in this one."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "eak_core.cli",
            "--instance",
            str(instance),
            "db",
            "check",
            "--models",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (instance / "eak.sqlite").exists()


def test_what_was_saved_is_restored_and_goes_on(
    eak: Eak, lived: Path, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(eak)
    saved = eak("db", "backup", str(tmp_path / "saved"))
    assert saved.code == 0, saved.err
    assert (tmp_path / "saved").stat().st_mode & 0o077 == 0

    monkeypatch.setenv("EAK_DATABASE_URL", empty_url)
    restored = eak("db", "restore", str(tmp_path / "saved"), "--json")
    assert restored.code == 0, restored.err
    assert restored.json["events"] == sum(len(log) for log in before[1:])  # type: ignore[index]
    assert told(eak) == before
    assert eak("event", "verify").code == 0
    # Numbering goes on after what was restored, and the log refuses to be rewritten here too.
    assert eak("service", "create", "mobilites", "Mobilités").code == 0
    with pytest.raises(Exception, match="never rewritten"):
        execute(empty_url, "DELETE FROM event_log")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_backup_does_not_tell_in_which_order_rows_were_written(
    eak: Eak, lived: Path, tmp_path: Path
) -> None:
    url = os.environ["EAK_DATABASE_URL"]
    # A row that is changed moves to the end of its table.
    execute(url, "UPDATE commune SET name = name WHERE code = (SELECT min(code) FROM commune)")
    eak("db", "backup", str(tmp_path / "saved"))
    with ZipFile(tmp_path / "saved") as archive:
        [member] = [name for name in archive.namelist() if Path(name).stem == "commune"]
        codes = [line.split(b"\t")[0] for line in archive.read(member).splitlines()]
    assert len(codes) > 1
    assert codes == sorted(codes)


def execute(url: str, statement: str) -> None:
    engine = create_engine(**engine_options(url))
    prepare(engine)
    try:
        with engine.execution_options(eak_writes=True).begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def test_a_database_that_holds_something_is_not_restored_over(
    eak: Eak, lived: Path, tmp_path: Path
) -> None:
    before = told(eak)
    eak("db", "backup", str(tmp_path / "saved"))
    ran = eak("db", "restore", str(tmp_path / "saved"))
    assert ran.code == 2
    assert "not empty" in ran.err
    assert told(eak) == before


def test_a_backup_of_another_kind_of_database_is_refused(
    eak: Eak, lived: Path, database: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eak("db", "backup", str(tmp_path / "saved"))
    other = {"sqlite": os.environ["EAK_DATABASE_URL"], "postgresql": f"sqlite:///{tmp_path}/x"}
    if database == "sqlite":
        other["sqlite"] = "postgresql://nobody@127.0.0.1:1/nowhere"
    monkeypatch.setenv("EAK_DATABASE_URL", other[database])
    assert eak("db", "restore", str(tmp_path / "saved")).code == 2


@pytest.mark.parametrize("content", [b"", b"no backup at all", b"SQLite format 3\x00 and rubbish"])
def test_a_file_that_is_no_backup_is_refused(
    eak: Eak, instance: Path, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "saved"
    file.write_bytes(content)
    ran = eak("db", "restore", str(file))
    assert ran.code == 1
    assert str(file) in ran.err
    assert "core lacks 0001" in eak("db", "check").out


def test_a_file_that_was_cut_short_is_refused(
    eak: Eak, lived: Path, tmp_path: Path, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "saved"
    eak("db", "backup", str(file))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    monkeypatch.setenv("EAK_DATABASE_URL", empty_url)
    ran = eak("db", "restore", str(file))
    assert ran.code == 1
    assert str(file) in ran.err


def test_a_file_is_replaced_only_after_yes(eak: Eak, site: Path, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    file.write_text("something else")
    assert eak("db", "backup", str(file)).code == 1
    assert file.read_text() == "something else"
    assert eak("db", "backup", str(file), "--yes").code == 0
    assert file.read_bytes().startswith(b"SQLite format 3")


def test_a_folder_that_does_not_exist_is_said_in_one_sentence(
    eak: Eak, site: Path, tmp_path: Path
) -> None:
    ran = eak("db", "backup", str(tmp_path / "nowhere" / "saved"))
    assert ran.code == 2
    assert ran.err.count("\n") == 1
