"""An instance is for its owner alone from the start, and the doctor finds what makes it unsafe."""

import json
import os
import stat
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from eak_core.cli.hardening import known_faults
from eak_core.config import load
from eak_core.errors import Misconfigured
from eak_core.letters.mail import FileTransport
from eak_core.letters.message import Claimed
from tests.core.cli.conftest import Eak

pytestmark = pytest.mark.usefixtures("no_plugins")
PASSWORD = "a long enough password"


@pytest.fixture
def careless() -> Iterator[None]:
    """The account of the server gives everybody everything."""
    before = os.umask(0)
    yield
    os.umask(before)


def problems(eak: Eak, *words: str) -> dict[str, str]:
    ran = eak("doctor", "--json", *words)
    return {each["about"]: each["sentence"] for each in ran.json["checks"] if not each["ok"]}


def test_nobody_else_reads_an_instance_whatever_the_umask(
    eak: Eak, instance: Path, careless: None
) -> None:
    assert eak("db", "upgrade").code == 0
    eak("person", "create", "a@demo.example", "Ada", "--password-stdin", given=PASSWORD)
    config = load(instance)
    transport = FileTransport(config.mail_folder, config.mail_sender, "x.example")
    transport(Claimed(1, "k", "mail", {"to": "a@demo.example", "subject": "S", "text": "T"}, 1))
    everything = [instance, *instance.rglob("*")]
    assert {"eak.sqlite", "secret_key", "00000001.eml", "security"} <= {
        each.name for each in everything
    }
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) & 0o077 for each in everything}
    assert set(modes.values()) == {0}, modes
    assert "modes" not in problems(eak)


@pytest.mark.parametrize("name", [".", "secret_key", "eak.sqlite", "mail", "security"])
def test_the_doctor_finds_what_others_can_read(eak: Eak, site: Path, name: str) -> None:
    eak("person", "create", "a@demo.example", "Ada", "--password-stdin", given=PASSWORD)
    (site / "mail").mkdir(mode=0o700, exist_ok=True)
    assert "modes" not in problems(eak)
    file = load(site).sqlite_path if name == "eak.sqlite" else site / name
    assert file is not None
    file.chmod(file.stat().st_mode | 0o044)
    assert str(file.resolve()) in problems(eak)["modes"]


@pytest.mark.parametrize(
    ("setting", "value", "about"),
    [
        ("EAK_SECRET_KEY", "change-me-please-now", "key"),
        ("EAK_SECRET_KEY", "a" * 64, "key"),
        ("EAK_DEMO", "true", "demo"),
        ("EAK_BASE_URL", "http://participer.example.fr", "https"),
        ("EAK_BASE_URL", "http://192.0.2.1:8000", "https"),
        ("EAK_RATE_LIMITS", "false", "limits"),
    ],
)
def test_the_doctor_finds_settings_that_are_unsafe(
    eak: Eak, site: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, about: str
) -> None:
    monkeypatch.setenv(setting, value)
    assert list(problems(eak)) == [about]


@pytest.mark.parametrize("address", ["https://participer.example.fr", "http://[::1]:8000"])
def test_an_encrypted_address_and_this_machine_are_well(
    eak: Eak, site: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("EAK_BASE_URL", address)
    assert problems(eak) == {}


def record(name: str, *events: dict[str, str], **more: object) -> dict[str, object]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    affected = {"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges}
    return {"id": "PYSEC-1", "summary": "Bad.", "affected": [affected], **more}


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([{"introduced": "0"}], True),
        ([{"introduced": "0"}, {"fixed": "0.1"}], False),
        ([{"introduced": "0"}, {"fixed": "9999"}], True),
        ([{"introduced": "9999"}], False),
        ([{"introduced": "0"}, {"fixed": "0.1"}, {"introduced": "0.2"}], True),
        ([{"introduced": "0"}, {"last_affected": "0.1"}], False),
    ],
)
def test_a_package_with_a_known_fault_is_found_by_its_version(
    tmp_path: Path, events: list[dict[str, str]], found: bool
) -> None:
    file = tmp_path / "faults.json"
    file.write_text(json.dumps([record("Flask", *events), record("nothing-such", *events)]))
    (look,) = known_faults(file)
    assert look[1] is not found
    if found:
        assert f"Flask {metadata.version('flask')}".lower() in look[2].lower()
        assert "PYSEC-1: Bad." in look[2]


def test_a_list_of_known_faults_may_be_a_zip_and_a_wrong_one_is_said(
    eak: Eak, site: Path, tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("1.json", json.dumps(record("flask", {"introduced": "0"})))
        archive.writestr(
            "2.json", json.dumps(record("jinja2", {"introduced": "0"}, withdrawn="2026"))
        )
    assert list(problems(eak, "--known-faults", str(file))) == ["packages"]
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{")
    with pytest.raises(Misconfigured):
        list(known_faults(wrong))
