"""The log of security: what it says, and what it keeps to itself."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from eak_core.api import plugin_secret
from eak_core.events.core import get_event_core
from eak_core.events.scheduling import begin_all
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.people.rights import roles
from eak_core.permissions import Actor
from eak_core.security_log import MOST_A_MINUTE, SecurityLog
from eak_core.services.models import Service
from tests.core.accounts import last_letter, link_in, register, sign_in

COMPUTER = "198.51.100.77"


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """The log is a file, whatever the database."""
    return str(request.param)


def folder(site: Site) -> Path:
    return Path(site.app.instance_path) / "security"


def lines(site: Site) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for file in sorted(folder(site).glob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]


def events(site: Site) -> list[str]:
    return [line["event"] for line in lines(site)]


def test_sign_ins_failures_and_sign_outs_are_noted_without_a_name_or_an_address(
    site: Site, people: People, client: Browser
) -> None:
    email = str(people.citizen.email)
    noted = len(lines(site))
    client.environ_base["REMOTE_ADDR"] = COMPUTER
    sign_in(client, email, "not the password")
    sign_in(client, "nobody@example.org", "not the password")
    sign_in(client, "nobody@example.org", "not the password")
    client.sign_in(people.citizen)
    client.sign_out()
    found = lines(site)[noted:]
    assert [(each["event"], each.get("person")) for each in found] == [
        ("sign_in_failed", people.citizen.id),
        ("sign_in_failed", None),
        ("sign_in_failed", None),
        ("sign_in", people.citizen.id),
        ("sign_out", people.citizen.id),
    ]
    assert found[1]["address"] == found[2]["address"]
    assert len({each["from"] for each in found}) == 1
    written = "".join(file.read_text() for file in folder(site).iterdir())
    for secret in (email, "nobody", COMPUTER, people.citizen.name, "password", PASSWORD):
        assert secret not in written


def test_the_way_through_mail_is_noted_and_no_token_with_it(site: Site, client: Browser) -> None:
    register(client)
    path = link_in(last_letter(site))
    client.submit(path, path, password="a wrong guess")
    client.submit(path, path, password=PASSWORD)
    client.sign_out()
    client.submit("/compte/mot-de-passe", "/mot-de-passe", email="zoe@example.org")
    reset = link_in(last_letter(site))
    new = "another good sentence"
    client.submit(reset, reset, password=new, password_confirm=new)
    assert events(site) == [
        "wrong_password",
        "address_confirmed",
        "sign_in",
        "sign_out",
        "link_sent",
        "password_changed",
        "link_used",
    ]
    written = "".join(file.read_text() for file in folder(site).iterdir())
    assert path.rpartition("/")[2] not in written
    assert reset.rpartition("/")[2] not in written


def test_rights_and_accounts_are_noted_once_they_hold(
    site: Site, service: Service, people: People, administrator: Actor
) -> None:
    citizen = people.citizen.id
    noted = len(lines(site))
    with pytest.raises(RuntimeError), site.writing() as session:
        known = session.get_one(Person, citizen)
        roles.grant_administrator(session, administrator, known)
        raise RuntimeError("taken back")
    assert lines(site)[noted:] == []
    with site.writing() as session:
        known, place = session.get_one(Person, citizen), session.get_one(Service, service.id)
        for _time in range(2):
            roles.grant_role(session, administrator, known, place, "manager")
        roles.revoke_role(session, administrator, known, place, "manager")
        erase_person(session, administrator, citizen)
    assert [
        (each["event"], each["person"], each.get("in_service")) for each in lines(site)[noted:]
    ] == [
        ("role_granted", citizen, service.id),
        ("role_revoked", citizen, service.id),
        ("account_erased", citizen, None),
    ]


def test_refusals_and_limits_are_noted(sites: Sites) -> None:
    site = sites.make((), rate_limits=True)
    client = site.browser()
    client.sign_in(site.people.citizen)
    assert client.get("/admin/").status_code == 403
    assert client.post("/compte/profil").status_code == 400
    other = site.browser()
    for _time in range(12):
        sign_in(other, password="not the password")
    found = [(each["event"], each.get("status"), each.get("limit")) for each in lines(site)]
    assert found[found.index(("sign_in", None, None)) + 1 :] == [
        ("refused", 403, None),
        ("refused", 400, None),
        *[("sign_in_failed", None, None)] * 9,
        *[("limit_reached", None, "sign-in")] * 3,
    ]


def test_the_secrets_of_plugins_are_noted_when_made_and_first_used(site: Site) -> None:
    with site.app.app_context():
        for _time in range(3):
            plugin_secret("voting", "key")
    found = [(each["event"], each["plugin"], each["secret"]) for each in lines(site)]
    assert found == [("secret_made", "voting", "key")]
    site.app.extensions["eak_used_secrets"].clear()
    with site.app.app_context():
        plugin_secret("voting", "key")
    assert events(site) == ["secret_made", "secret_used"]


def test_a_flood_of_one_kind_fills_no_disk_and_hides_no_other_kind(tmp_path: Path) -> None:
    log = SecurityLog(tmp_path, "key", lambda: None)
    for _time in range(5 * MOST_A_MINUTE):
        log.write("limit_reached", {})
    log.write("sign_in", {"person": 1})
    log._minute -= 1
    log.write("sign_out", {"person": 1})
    (file,) = (tmp_path / "security").iterdir()
    found = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(found) == MOST_A_MINUTE + 3
    assert [each["event"] for each in found[-3:]] == ["sign_in", "left_out", "sign_out"]
    assert found[-2]["lines"] == 4 * MOST_A_MINUTE


def test_the_log_is_for_its_owner_alone_and_its_days_are_deleted_when_they_are_over(
    site: Site, people: People, client: Browser, clock: FrozenClock
) -> None:
    with site.writing() as session:
        begin_all(session, get_event_core(site.app))
    client.sign_in(people.citizen)
    (file,) = folder(site).iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder(site).stat().st_mode) == 0o700
    clock.advance(days=180)
    site.drain()
    assert file.exists()
    clock.advance(days=1, seconds=2)
    site.drain()
    assert not file.exists()


def test_a_log_that_cannot_be_written_keeps_nobody_out(
    site: Site, people: People, client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    folder(site).write_text("in the way")
    client.sign_in(people.citizen)
    assert '"event": "sign_in"' in caplog.text
