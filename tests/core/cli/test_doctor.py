"""The doctor: every problem is a sentence and exit code 1."""

import os
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from eak_core.cli import doctor
from eak_core.config import load
from tests.core.cli.conftest import Eak

pytestmark = pytest.mark.usefixtures("no_plugins")


def abouts(document: object, ok: bool) -> list[str]:
    assert isinstance(document, dict)
    return [check["about"] for check in document["checks"] if check["ok"] is ok]


def test_a_site_in_order_has_no_problem(eak: Eak, site: Path) -> None:
    ran = eak("doctor", "--json")
    assert ran.code == 0, ran.out
    assert ran.json["ok"] is True
    assert abouts(ran.json, ok=False) == []
    expected = {
        "config", "instance", "disk", "mail", "migrations", "logs", "clock", "parked", "outbox"
    }  # fmt: skip
    assert expected <= set(abouts(ran.json, ok=True))


def test_missing_migrations_are_a_problem(eak: Eak, instance: Path) -> None:
    ran = eak("doctor", "--json")
    assert ran.code == 1
    assert abouts(ran.json, ok=False) == ["migrations"]


def test_a_wrong_setting_is_a_problem_and_no_traceback(eak: Eak, instance: Path) -> None:
    instance.mkdir()
    (instance / "eak.toml").write_text("trusted_proxies = -1\n")
    ran = eak("doctor")
    assert ran.code == 1
    assert ran.out.startswith("PROBLEM")
    assert "trusted_proxies" in ran.out


def test_a_database_that_does_not_answer_is_a_problem(
    eak: Eak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAK_DATABASE_URL", "postgresql://eak@127.0.0.1:1/eak")
    ran = eak("doctor", "--json")
    assert ran.code == 1
    assert abouts(ran.json, ok=False) == ["database"]


def test_a_mail_server_that_does_not_answer_is_a_problem(
    eak: Eak, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAK_MAIL_URL", "smtp://127.0.0.1:1")
    ran = eak("doctor", "--json")
    assert ran.code == 1
    assert abouts(ran.json, ok=False) == ["mail"]


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("smtp://mail.example", 587),
        ("smtps://mail.example", 465),
        ("smtp://mail.example:25?tls=none", 25),
    ],
)
def test_the_mail_server_is_asked_on_the_port_that_mail_leaves_by(
    url: str, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(doctor, "_answers", lambda host, port: not asked.append((host, port)))
    assert doctor._mail(load(tmp_path, mail_url=url)).ok
    assert asked == [("mail.example", port)]


STUCK = {
    "parked": (
        "INSERT INTO parked_event (plugin, service_id, position, subject, error, attempts,"
        " parked_at) VALUES ('applause', 1, 1, 'idea:1', 'ValueError', 8, '2026-01-01')"
    ),
    "outbox": (
        "INSERT INTO outbox (plugin, service_id, dedupe_key, kind, payload, created_at, attempts)"
        " VALUES ('core', 0, 'k', 'mail', '', '2026-01-01', 10)"
    ),
    "outbox ": (
        "INSERT INTO transport_pause (kind, since, until, failures, error)"
        " VALUES ('mail', '2026-01-01', '2026-01-01', 1, 'nobody there')"
    ),
    "writers": (
        "INSERT INTO health_long_writer (what, times, longest, last_seconds, last_at)"
        " VALUES ('count of voting in service 1', 1, 20.0, 20.0, datetime('now'))"
    ),
    "held": "INSERT INTO site_hold (id, since) VALUES (1, '2026-01-01')",
    "scheduled": (
        "INSERT INTO scheduled_work (plugin, service_id, name, due_at, next_attempt_at, attempts,"
        " error) VALUES ('applause', 1, 'clap', '2026-01-01', '2026-01-01', 1, 'ValueError')"
    ),
    "logs": "UPDATE log_head SET position = 7 WHERE service_id = 1",
}


@pytest.mark.parametrize("about", STUCK)
def test_what_is_stuck_is_a_problem(eak: Eak, site: Path, about: str) -> None:
    assert eak("service", "create", "culture", "Culture").code == 0
    subscribed = (
        "INSERT INTO subscription (plugin, service_id, position, live_from, careful_until, enabled,"
        " tries, failures, handled, handling_ms) VALUES ('applause', 1, 1, 0, 0, 1, 0, 0, 0, 0)"
    )
    with sqlite3.connect(os.environ["EAK_DATABASE_URL"].removeprefix("sqlite:///")) as connection:
        connection.execute(subscribed)
        connection.execute(STUCK[about])
    ran = eak("doctor", "--json")
    assert ran.code == 1
    assert set(abouts(ran.json, ok=False)) == {about.strip()}


def test_the_record_of_each_key_that_signs_mail_is_told(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "dkim.pem").write_bytes(pem)
    config = load(tmp_path, mail_dkim=["s1:dkim.pem"], mail_sender="A <a@b.example>")
    [found] = doctor._believed(config)
    assert found.ok
    assert "s1._domainkey.b.example is: v=DKIM1; k=ed25519; p=" in found.sentence
    [missing] = doctor._believed(load(tmp_path, mail_dkim=["s1:gone.pem"]))
    assert not missing.ok
    assert list(doctor._believed(load(tmp_path))) == []


def test_what_the_dns_lacks_is_a_problem_with_what_to_ask_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eak_core.letters.dns.resolving", lambda: lambda _name, _kind: [])
    config = load(tmp_path, mail_url="smtp://127.0.0.1:9", mail_sender="A <a@ville-a.fr>")
    found = {each.about: each for each in doctor._believed(config)}
    assert {about: each.ok for about, each in found.items()} == {
        "spf": False, "dkim": True, "dmarc": False,
    }  # fmt: skip
    assert "Ask for: ville-a.fr TXT v=spf1 include:… -all" in found["spf"].sentence
