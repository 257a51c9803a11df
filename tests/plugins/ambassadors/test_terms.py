"""Terms go on, end, and are revoked; appeals are heard by others."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import g

from eak_ambassadors.badges.faults import Fault
from eak_ambassadors.badges.issuers import read_issuer
from eak_ambassadors.badges.verifying import verify
from eak_ambassadors.commands import COMMANDS
from eak_ambassadors.commands import verify as verify_module
from eak_ambassadors.models import Revocation
from eak_ambassadors.recognition import renewing, resigning, revoking, signing, terms
from eak_core import clock as platform_clock
from eak_core.db import current_session
from eak_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from eak_core.keys.ending import revoke as revoke_key
from eak_core.keys.inspection import elsewhere
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from tests.plugins.ambassadors.badges import Issuing
from tests.plugins.ambassadors.process import Process

FOREIGN = Issuing()

#: What these steps write is proved on both databases in the tests of the process.
pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def process(site: Site, clock: FrozenClock) -> Process:
    made = Process(site)
    made.recognised()
    clock.advance(hours=4)
    return made


def reason_of(process: Process, token: str) -> str | None:
    """Why a badge is refused now; None where it is valid."""
    with process.site.reading() as session:
        issuer = signing.issuer(session, process.site.service)
    try:
        verify(token.encode(), issuer, platform_clock.now())
    except Fault as fault:
        return fault.reason
    return None


def revoke(process: Process, ambassador_id: int, reason: str = "She was *not* there.") -> int:
    manager = process.actor(process.site.people.manager)
    with process.site.writing() as session:
        found = revoking.current_of(session, process.site.service, ambassador_id)
        return revoking.revoke(session, manager, process.site.service, found, reason)


def appeal(process: Process, number: int) -> None:
    agent = process.actor(process.site.people.agent)
    with process.site.writing() as session:
        revoking.appeal(session, agent, process.site.service, number, "I *was* there.")


def hear(process: Process, number: int, *, by: str = "administrator", upheld: bool = True) -> None:
    actor = process.actor(getattr(process.site.people, by))
    with process.site.writing() as session:
        revoking.hear(
            session, actor, process.site.service, session.get_one(Revocation, number),
            upheld=upheld, answer="The *minutes* say so.",
        )  # fmt: skip


def test_a_revocation_has_a_reason_and_ends_the_badge(process: Process) -> None:
    badge = process.badge(1)
    with pytest.raises(Invalid):
        revoke(process, 1, " ")
    assert reason_of(process, badge.token) is None
    revoke(process, 1)
    assert reason_of(process, badge.token) == "revoked"
    process.site.drain()
    assert process.site.people.agent.email in {mail.to for mail in process.site.sent}
    with pytest.raises(Conflict, match="ended already"):
        revoke(process, 1)


def test_an_appeal_is_heard_by_somebody_else(process: Process) -> None:
    number, first = revoke(process, 1), process.badge(1).token
    with pytest.raises(Conflict):
        hear(process, number)
    appeal(process, number)
    with pytest.raises(Refused):
        appeal(process, number)
    with pytest.raises(Forbidden, match="else"):
        hear(process, number, by="manager")
    hear(process, number)
    assert process.ambassador(1).ended_at is None
    assert reason_of(process, process.badge(1).token) is None
    assert first == ""


def test_an_appeal_that_is_not_upheld_leaves_all_as_it_is(
    process: Process, clock: FrozenClock
) -> None:
    number = revoke(process, 1)
    clock.advance(days=29)
    appeal(process, number)
    hear(process, number, upheld=False)
    assert process.ambassador(1).ended_as == "revoked"


def test_after_thirty_days_nobody_appeals(process: Process, clock: FrozenClock) -> None:
    number = revoke(process, 1)
    clock.advance(days=30)
    with pytest.raises(Refused):
        appeal(process, number)


def test_who_comes_late_to_a_term_that_has_ended_is_told_so(process: Process) -> None:
    with process.site.reading() as session, pytest.raises(NotFound):
        revoking.current_of(session, process.site.service, 99)
    revoke(process, 1)
    desk = process.site.browser()
    desk.sign_in(process.site.people.manager)
    answer = desk.get("/culture/gestion/ambassadeurs/ambassadeurs/1/revoquer")
    assert answer.status_code == 409
    assert "Ce mandat" in answer.text


def test_a_term_goes_on_where_the_ambassador_asks(process: Process, clock: FrozenClock) -> None:
    site, agent = process.site, process.actor(process.site.people.agent)
    manager, first = process.actor(process.site.people.manager), process.badge(1)
    with site.writing() as session, pytest.raises(Refused):
        renewing.ask(session, agent, site.service)
    clock.set(first.until - terms.BEFORE + timedelta(minutes=1))
    site.drain()
    assert "mandat" in " ".join(mail.subject for mail in site.sent)
    with site.writing() as session:
        found = revoking.current_of(session, site.service, 1)
        with pytest.raises(Conflict):
            renewing.renew(session, manager, site.service, found)
        renewing.ask(session, agent, site.service)
        renewing.renew(session, manager, site.service, found)
    renewed = process.badge(1)
    assert (renewed.until.year - first.until.year, renewed.id != first.id) == (2, True)
    assert reason_of(process, first.token) is None
    assert reason_of(process, renewed.token) is None
    clock.set(first.until)
    assert reason_of(process, first.token) == "expired"
    assert reason_of(process, renewed.token) is None


def test_a_term_that_nobody_renews_ends_by_itself(process: Process, clock: FrozenClock) -> None:
    process.show()
    site, badge = process.site, process.badge(1)
    name = site.people.agent.name
    clock.set(badge.until - timedelta(seconds=1))
    assert name in site.browser().get("/culture/ambassadeurs/").text
    clock.set(badge.until)
    assert name not in site.browser().get("/culture/ambassadeurs/").text
    site.drain()
    clock.advance(days=1, minutes=1)
    site.drain()
    assert process.ambassador(1).ended_as == "expired"
    assert reason_of(process, badge.token) == "expired"


def test_keys_change_and_old_badges_stay_valid(process: Process) -> None:
    site, badge = process.site, process.badge(1)
    browser, page = site.browser(), "/culture/ambassadeurs/did.json"
    before = browser.get(page)
    with site.writing() as session:
        made, again = resigning.rotate(session, site.service)
    # No page changes with a key but these, which therefore nobody keeps.
    tag = {"If-None-Match": before.headers.get("ETag", "")}
    assert made.kid in browser.get(page, headers=tag).text
    assert made.kid not in before.text
    assert again == 0
    assert reason_of(process, badge.token) is None
    with site.reading() as session:
        keys = signing.keys_of(session, site.service)
    assert keys[0].kid == made.kid
    assert len(keys) == 2


def test_what_a_key_in_other_hands_signed_is_signed_anew(process: Process) -> None:
    site, badge = process.site, process.badge(1)
    with site.writing() as session:
        [key] = signing.keys_of(session, site.service)
        revoke_key(session, key.kid, platform_clock.now() - timedelta(days=1), "A *theft*.")
    assert reason_of(process, badge.token) == "key-revoked"
    with site.writing() as session:
        _made, again = resigning.rotate(session, site.service)
    assert again == 1
    assert reason_of(process, badge.token) == "key-revoked"
    fresh = process.badge(1)
    assert reason_of(process, fresh.token) is None
    assert reason_of(process, fresh.document) is None
    assert json.loads(fresh.document)["id"] == json.loads(badge.document)["id"]


def test_badges_are_signed_anew_where_the_site_has_moved(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, badge, address_of = process.site, process.badge(1), signing.address_of

    def moved(*args: Any, **values: Any) -> str:
        return address_of(*args, **values).replace("//localhost", "//new.example")

    with site.reading() as session:
        assert elsewhere(session, "http://localhost") == []
    monkeypatch.setattr(signing, "address_of", moved)
    assert reason_of(process, badge.token) == "other-issuer"
    assert "une adresse que ce service avait auparavant" in check(site, text=badge.token)
    with site.reading() as session:
        [sentence] = elsewhere(session, "http://new.example")
        assert "did:web:localhost" in sentence
    with site.writing() as session:
        _made, again = resigning.rotate(session, site.service)
    assert again == 1
    fresh = process.badge(1)
    assert reason_of(process, fresh.token) is None
    assert reason_of(process, fresh.document) is None
    assert "localhost" not in json.dumps({**json.loads(fresh.document), "evidence": []})
    with site.reading() as session:
        assert elsewhere(session, "http://new.example") == []
        assert resigning.sign_again(session, site.service) == 0


def check(site: Site, **sent: object) -> str:
    browser = site.browser()
    page = "/culture/ambassadeurs/verifier"
    return browser.submit(page, page, **sent).text


def test_anybody_verifies_a_badge_on_its_page(process: Process) -> None:
    site, badge = process.site, process.badge(1)
    assert "Ce badge est valable" in check(site, text=badge.token)
    assert "Ce badge est valable" in check(site, text=badge.document)
    assert "signature ne correspond pas" in check(site, text=badge.token[:-9] + "AAAAAAAAA")
    assert "pas un badge" in check(site, text="Je suis ambassadeur.")
    assert "Choisissez un fichier" in check(site, text=" ")
    browser = site.browser()
    page = "/culture/ambassadeurs/verifier"
    address = f"http://localhost/culture/ambassadeurs/badges/{badge.id}"
    answer = browser.submit(page, page, text=address)
    assert answer.location.endswith(f"/badges/{badge.id}")
    elsewhere = browser.submit(page, page, text=f"http://elsewhere.example/x/badges/{badge.id}")
    assert elsewhere.status_code == 200


def test_the_commands_write_what_verifies(
    process: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way by the terminal alone; the last step knows no site."""
    commands = {each.name: each for each in COMMANDS}
    site, badge = process.site, process.badge(1)
    issuer = tmp_path / "issuer.json"

    def run(name: str, *arguments: str) -> Result:
        with site.app.app_context():
            session = current_session()
            session.writes = True
            g.service, g.actor = site.service, process.actor(site.people.administrator)
            result = CliRunner().invoke(commands[name], arguments, standalone_mode=False)
            session.commit()
        return result

    assert run("issuer", "--output", str(issuer)).exit_code == 0
    read_issuer(issuer.read_bytes())
    for ending in ("png", "svg", "jwt", "json"):
        for number in ("1", badge.id):
            file = tmp_path / f"badge.{ending}"
            assert run("badge", number, "--format", ending, "--output", str(file)).exit_code == 0
            result = CliRunner().invoke(
                commands["verify"], [str(file), "--issuer", str(issuer)], standalone_mode=False
            )
            assert result.return_value == 0, result.output
    with monkeypatch.context() as patched:
        patched.setattr(verify_module, "open_site", site.reading)
        assert run("verify", str(tmp_path / "badge.svg")).return_value == 0
        (tmp_path / "other.jwt").write_text(FOREIGN.token(FOREIGN.badge()))
        foreign = run("verify", str(tmp_path / "other.jwt"))
        assert (foreign.return_value, "other-issuer" in foreign.output) == (1, True)
    for wrong in ("x", "99", "00000000-0000-4000-8000-000000000009"):
        result = run("badge", wrong, "--format", "png", "--output", str(tmp_path / "no"))
        assert isinstance(result.exception, NotFound)
    listed = json.loads(run("list", "--json").output)
    known = {"id": 1, "state": "current", "service": "culture"}
    assert [{**each, "since": ""} for each in listed] == [{**known, "since": ""}]
    process.show()
    assert json.loads(run("list", "--json").output)[0]["name"] == site.people.agent.name
    assert "signs from now on" in run("keys", "rotate").output
    process.leave()
    [left] = json.loads(run("list", "--json").output)
    assert (left["state"], "name" in left) == ("left", False)
