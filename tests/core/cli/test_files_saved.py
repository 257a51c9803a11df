"""Files in backups, and what the doctor says of them."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from eak_core.files.attaching import attach_files
from eak_core.files.staging import stage_file
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.site import Site, open_app
from eak_core.kit.testing.uploads import a_document, picture
from tests.core.cli.conftest import Eak


@pytest.fixture
def lived(eak: Eak, site_on_both: Path) -> Iterator[Path]:
    """A site with an idea that has a picture and a document."""
    site = Site(open_app(os.environ["EAK_DATABASE_URL"], site_on_both, ()))
    idea = site.submit()
    with site.writing() as session:
        staged = [stage_file(picture(800, 600)), stage_file(a_document().content, "plan.pdf")]
        author = site.people.actor(site.people.citizen)
        attach_files(session, author, site.service, "ideas", f"idea:{idea.id}", staged)
    yield site_on_both
    site.close()


@pytest.fixture
def empty_url(databases: Databases, database: Kind, tmp_path: Path) -> Iterator[str]:
    if database == "sqlite":
        (tmp_path / "new").mkdir()
        yield f"sqlite:///{tmp_path / 'new' / 'eak.sqlite'}"
        return
    with databases.fresh("postgresql", "empty", lambda _url: None) as url:
        yield url


def held(instance: Path) -> dict[str, bytes]:
    """What stands below the folder of files."""
    folder = instance / "files"
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_files_come_back_from_a_backup_byte_for_byte(
    eak: Eak, lived: Path, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(lived)
    assert len(before) == 4
    saved = eak("db", "backup", str(tmp_path / "saved"))
    assert saved.code == 0, saved.err
    assert "4 parts of files" in saved.out
    monkeypatch.setenv("EAK_DATABASE_URL", empty_url)
    elsewhere = tmp_path / "elsewhere"
    restored = eak("db", "restore", str(tmp_path / "saved"), on=elsewhere)
    assert restored.code == 0, restored.err
    assert held(elsewhere) == before
    assert "files" not in problems(eak, elsewhere)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_file_that_is_missing_is_told_by_the_backup_the_restore_and_the_doctor(
    eak: Eak, lived: Path, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = next(iter(held(lived)))
    (lived / "files" / gone).unlink()
    assert "files" in problems(eak, lived)
    assert "1 part(s) of files are missing" in eak("db", "backup", str(tmp_path / "saved")).err
    monkeypatch.setenv("EAK_DATABASE_URL", empty_url)
    restored = eak("db", "restore", str(tmp_path / "saved"), on=tmp_path / "elsewhere")
    assert restored.code == 0
    assert "1 part(s) of files are not in it" in restored.err


@pytest.mark.parametrize(
    ("database", "key"),
    [("sqlite", "../../evil"), ("sqlite", "00/" + "0" * 32 + "/960.webp"),
     ("postgresql", "../../evil")],
    indirect=["database"],
)  # fmt: skip
def test_a_file_of_which_no_row_tells_is_not_taken_from_a_backup(
    eak: Eak,
    lived: Path,
    empty_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    database: Kind,
) -> None:
    saved, elsewhere = tmp_path / "saved", tmp_path / "elsewhere"
    eak("db", "backup", str(saved))
    if database == "sqlite":
        with closing(sqlite3.connect(saved)) as connection:
            connection.execute("INSERT INTO eak_backup_file VALUES (?, x'00')", [key])
            connection.commit()
    else:
        with ZipFile(saved) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        manifest = members["manifest.json"].decode()
        members["manifest.json"] = manifest.replace('"files":[', f'"files":["{key}",').encode()
        with ZipFile(saved, "w") as archive:
            for name, content in {**members, f"files/{key}": b"\0"}.items():
                archive.writestr(name, content)
    monkeypatch.setenv("EAK_DATABASE_URL", empty_url)
    restored = eak("db", "restore", str(saved), on=elsewhere)
    assert restored.code == 1
    assert "of which no row tells" in restored.err
    assert not (tmp_path / "evil").exists()
    assert key not in held(elsewhere)


def test_a_backup_from_before_there_were_files_is_restored(
    eak: Eak, lived: Path, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    database: Kind,
) -> None:  # fmt: skip
    saved = tmp_path / "saved"
    eak("db", "backup", str(saved))
    if database == "sqlite":
        with closing(sqlite3.connect(saved)) as connection:
            connection.execute("DROP TABLE eak_backup_file")
            connection.commit()
    else:
        with ZipFile(saved) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(members["manifest.json"])
        assert len(manifest.pop("files")) == 4
        with ZipFile(saved, "w") as archive:
            for name, content in members.items():
                if not name.startswith("files/"):
                    new = json.dumps(manifest).encode() if name == "manifest.json" else content
                    archive.writestr(name, new)
    monkeypatch.setenv("EAK_DATABASE_URL", empty_url)
    assert eak("db", "restore", str(saved), on=tmp_path / "elsewhere").code == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_doctor_counts_files_and_what_belongs_to_nothing(eak: Eak, lived: Path) -> None:
    said = eak("doctor").out
    assert "2 file(s) of" in said
    stray = lived / "files" / "00" / ("0" * 32) / "960.webp"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x" * 12)
    assert "1 file(s) of 12 bytes belong to nothing" in eak("doctor").out


def problems(eak: Eak, instance: Path) -> set[str]:
    checks = eak("doctor", "--json", on=instance).json["checks"]
    return {check["about"] for check in checks if not check["ok"]}
