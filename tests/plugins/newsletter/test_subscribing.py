"""Subscribing: whoever reads a mailbox decides, and nothing tells who is subscribed."""

import json
import re

import pytest
from sqlalchemy import select

from eak_core.events.models import EventLog
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from eak_core.letters.models import OutboxMessage
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor
from eak_newsletter.models import Consent, Subscriber, Wording
from eak_newsletter.readers import choosing, leaving, subscribing
from eak_newsletter.readers.ledger import acts_of, standing_of
from eak_newsletter.readers.letters import CONFIRM, PREFERENCES, STOP
from eak_newsletter.readers.subscribing import Wishes
from tests.plugins.newsletter.conftest import Readers

PAGE = "/culture/lettre/s-abonner"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"])


def test_where_somebody_stands_follows_from_the_ledger() -> None:
    assert standing_of([]) == "pending"
    assert standing_of(["asked", "asked"]) == "pending"
    assert standing_of(["asked", "confirmed", "changed"]) == "active"
    assert standing_of(["confirmed", "stopped", "asked"]) == "stopped"
    assert standing_of(["confirmed", "stopped", "asked", "confirmed"]) == "active"
    assert standing_of(["imported", "suspended"]) == "suspended"


@on_sqlite
def test_an_address_is_subscribed_by_the_button_behind_its_link_and_not_by_reading(
    site: Site, readers: Readers
) -> None:
    browser = site.browser()
    assert browser.submit(PAGE, PAGE, address=" Ada@Example.ORG ").status_code == 302
    assert readers.standing("ada@example.org") == "pending"
    link = readers.link("confirmer")
    scanner = site.browser()
    for _time in range(2):
        assert scanner.get(link).status_code == 200
    assert readers.standing("ada@example.org") == "pending"
    assert site.browser().post(link).status_code == 200
    assert readers.standing("ada@example.org") == "active"
    # Used up: it cannot undo what the reader decides later.
    stop = _stop_link(site, readers, "ada@example.org")
    assert site.browser().post(stop).status_code == 200
    assert site.browser().post(link).status_code == 410
    assert readers.standing("ada@example.org") == "stopped"


@on_sqlite
def test_what_was_shown_when_and_where_is_kept_with_the_agreement(
    site: Site, readers: Readers
) -> None:
    site.browser().submit(PAGE, PAGE, address="ada@example.org", rhythm="monthly")
    site.browser().post(readers.link("confirmer"))
    reader = readers.at("ada@example.org")
    assert reader is not None
    with site.reading() as session:
        acts = acts_of(session, reader.id)
        assert [(each.act, each.source) for each in acts] == [
            ("asked", "page"), ("confirmed", "link"),
        ]  # fmt: skip
        assert reader.standing == standing_of(each.act for each in acts)
        text = session.get_one(Wording, acts[0].wording).text
    assert "Je souhaite recevoir la lettre" in text
    assert text in site.browser().get(PAGE).text.replace("&#39;", "'")
    assert reader.rhythm == "monthly"


@pytest.mark.parametrize(
    "typed",
    ["", "ada", "a@b@example.org", "ada@example.org\r\nBcc: all@example.org", "a b@example.org",
     '"ada"@', "=?utf-8?q?b=40c.org?=@example.org", "x" * 260 + "@example.org"],
)  # fmt: skip
@on_sqlite
def test_what_is_no_address_is_refused_with_a_sentence(
    site: Site, readers: Readers, typed: str
) -> None:
    answer = site.browser().submit(PAGE, PAGE, address=typed)
    assert answer.status_code == 422
    site.drain()
    assert site.sent == []
    with site.reading() as session:
        assert session.scalar(select(Subscriber)) is None


@on_sqlite
def test_two_spellings_of_one_address_are_one_reader(site: Site, readers: Readers) -> None:
    first = readers.take("Ada+lettre@Bücher.Example")
    second = readers.take("ada+lettre@xn--bcher-kva.example")
    assert first == second
    assert readers.take("ada@example.org") != first


@on_sqlite
def test_nothing_tells_whether_an_address_is_known(site: Site, readers: Readers) -> None:
    readers.take("ada@example.org")
    pages = []
    for address in ("ada@example.org", "nobody@example.org"):
        answer = site.browser().submit(PAGE, PAGE, address=address)
        place = answer.headers["Location"]
        pages.append((answer.status_code, place, site.browser().get(place).text))
    assert pages[0] == pages[1]


def test_an_address_gets_one_letter_a_day_whatever_is_asked(
    site: Site, readers: Readers, clock: FrozenClock
) -> None:
    # However it is spelled: a hundred times in one transaction, so that the test is quick.
    with site.app.test_request_context(), site.writing() as session:
        for time in range(100):
            spelled = ("ada@example.org", "ADA@example.org", " Ada@EXAMPLE.org ")[time % 3]
            subscribing.ask(session, Actor.visitor(), site.service, spelled, Wishes(), "Yes.")
    site.drain()
    assert [mail.to for mail in site.sent] == ["ada@example.org"]
    # As a reader who is asked for again, too; and what is asked in vain leaves no trace.
    site.browser().post(readers.link("confirmer"))
    readers.ask("ada@example.org")
    site.drain()
    assert len(site.sent) == 1
    clock.advance(days=1)
    for _time in range(3):
        readers.ask("ada@example.org")
    site.drain()
    assert len(site.sent) == 2
    assert "vous la recevez déjà" in site.sent[-1].text.lower()
    with site.reading() as session:
        assert len(session.scalars(select(Consent)).all()) == 2


@on_sqlite
def test_one_computer_asks_for_few_addresses(sites: Sites) -> None:
    site = sites.make(["eak_newsletter.plugin"], rate_limits=True)
    site.enable("newsletter")
    browser = site.browser()
    answers = [
        browser.submit(PAGE, PAGE, address=f"victim{number}@example.org").status_code
        for number in range(7)
    ]
    assert answers == [302] * 5 + [429] * 2


@on_sqlite
def test_no_address_stands_in_an_event_a_link_or_a_log(
    site: Site, readers: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    number = readers.take("ada@example.org")
    stop = _stop_link(site, readers, "ada@example.org")
    site.browser().post(stop, data={"List-Unsubscribe": "One-Click"})
    with site.reading() as session:
        log = [(row.type, row.data) for row in session.scalars(select(EventLog))]
    happened = {name: json.loads(payload) for name, payload in log if name[:11] == "newsletter."}
    assert happened["newsletter.subscribed"] == {"subscriber_id": number, "source": "link"}
    assert happened["newsletter.unsubscribed"]["source"] == "one_click"
    said = " ".join(str(payload) for _name, payload in log) + stop + caplog.text
    assert "ada" not in said


@on_sqlite
def test_a_mail_program_unsubscribes_without_cookie_token_or_page(
    site: Site, readers: Readers
) -> None:
    readers.take("ada@example.org")
    stop = _stop_link(site, readers, "ada@example.org")
    for _scan in range(3):
        answer = site.browser().get(stop)
        assert answer.status_code == 200
    assert readers.standing("ada@example.org") == "active"
    answer = site.browser().post(stop, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert readers.standing("ada@example.org") == "stopped"
    assert site.browser().post(stop).status_code == 200  # twice is once


@on_sqlite
def test_altered_foreign_and_expired_links_change_nothing(
    site: Site, readers: Readers, clock: FrozenClock
) -> None:
    kinds = {"confirmer": CONFIRM, "preferences": PREFERENCES, "desabonner": STOP}
    for address in ("ada@example.org", "bob@example.org"):
        readers.take(address)
    ada, bob = (readers.at(f"{name}@example.org") for name in ("ada", "bob"))
    assert ada is not None
    assert bob is not None
    with site.app.test_request_context():
        tokens = {
            (kind, each.id): link.token(str(each.id))
            for kind, link in kinds.items()
            for each in (ada, bob)
        }
    sent = {"rhythm": "monthly"}
    for (kind, reader), token in tokens.items():
        body, _dot, signature = token.rpartition(".")
        theirs = tokens[kind, bob.id if reader == ada.id else ada.id].rpartition(".")[0]
        other_end = "AA" if token[-2:] != "AA" else "BB"
        other_body = body[:8] + ("x" if body[8] != "x" else "y") + body[9:]
        wrong = [
            f"{token[:-2]}{other_end}", f"{token}=", body, signature, f"{other_body}.{signature}",
            f"{theirs}.{signature}",
            *(tokens[other, reader] for other in kinds if other != kind),
        ]  # fmt: skip
        for each in wrong:
            answer = site.browser().post(f"/culture/lettre/{kind}/{each}", data=sent)
            assert answer.status_code == 410, each
    clock.advance(days=3 * 365 + 1)
    for (kind, _reader), token in tokens.items():
        assert site.browser().post(f"/culture/lettre/{kind}/{token}", data=sent).status_code == 410
    for found in (readers.at("ada@example.org"), readers.at("bob@example.org")):
        assert found is not None
        assert (found.standing, found.rhythm) == ("active", "issue")


@on_sqlite
def test_a_link_of_one_service_does_nothing_in_another(site: Site, readers: Readers) -> None:
    other = site.add_service("routes", "Routes")
    site.enable("newsletter", service=other)
    number = readers.take("ada@example.org", Wishes("monthly"))
    readers.ask("bob@example.org")
    confirm = readers.link("confirmer").replace("/culture/", "/routes/")
    assert site.browser().post(confirm).status_code == 200
    assert readers.standing("bob@example.org") == "pending"
    for kind in ("stop", "preferences"):
        link = _stop_link(site, readers, "ada@example.org", kind).replace("/culture/", "/routes/")
        assert 'value="monthly"' not in site.browser().get(link).text
        site.browser().post(link, data={"rhythm": "weekly"})
    found = readers.at("ada@example.org")
    assert found is not None
    assert (found.id, found.standing, found.rhythm) == (number, "active", "monthly")


@on_sqlite
def test_a_reader_chooses_by_link_and_wrong_choices_are_refused(
    site: Site, readers: Readers
) -> None:
    readers.take("ada@example.org")
    link = _stop_link(site, readers, "ada@example.org", kind="preferences")
    page = site.browser().read(link)
    sent = page.form("").filled({"rhythm": "weekly", "subjects": ["toits-verts"]})
    assert site.browser().post(link, data=sent).status_code == 200
    reader = readers.at("ada@example.org")
    assert reader is not None
    assert reader.rhythm == "weekly"
    wrong = site.browser().post(link, data={"rhythm": "hourly"})
    assert wrong.status_code == 422
    assert 'value="toits-verts" checked' in " ".join(site.browser().get(link).text.split()) or (
        "checked" in site.browser().get(link).text
    )


@on_sqlite
def test_a_link_leads_to_the_page_of_all_that_is_written_and_says_of_nobody_that_they_have_one(
    site: Site, readers: Readers
) -> None:
    shown = []
    for address in (str(site.people.citizen.email), "nobody@example.org"):
        readers.take(address)
        page = site.browser().get(_stop_link(site, readers, address, kind="preferences")).text
        assert 'href="/compte/nouveautes/preferences"' in page
        assert address not in page
        shown.append(re.sub(r"(desabonner|preferences)/[\w.-]+", "", page))
    # Letters are passed on, with their links.
    assert shown[0] == shown[1]


def test_those_who_never_answer_are_forgotten_after_a_week(
    site: Site, readers: Readers, clock: FrozenClock
) -> None:
    readers.ask("ada@example.org")
    readers.take("bob@example.org")
    link = readers.link("confirmer")
    clock.advance(days=6)
    site.drain()
    assert readers.standing("ada@example.org") == "pending"
    clock.advance(days=2)
    site.drain()
    assert readers.standing("ada@example.org") == "nobody"
    assert readers.standing("bob@example.org") == "active"
    assert site.browser().post(link).status_code == 410


def test_an_account_subscribes_at_once_and_its_erasure_takes_the_address_from_every_table(
    site: Site, readers: Readers
) -> None:
    citizen = site.people.citizen
    address = str(citizen.email)
    browser = site.browser()
    browser.sign_in(citizen)
    browser.submit("/culture/lettre/mon-abonnement", "mon-abonnement", rhythm="weekly")
    assert readers.standing(address) == "active"
    page = "/compte/nouveautes/preferences"
    assert browser.read(page).form("preferences").filled({})["letter_0"] == ["weekly"]
    browser.submit(page, "preferences", letter_0="monthly")
    copy = _copy(site)
    assert copy["subscriptions"][0]["rhythm"] == "monthly"
    browser.submit(page, "preferences", letter_0="never")
    assert readers.standing(address) == "stopped"
    assert "letter_0" not in browser.read(page).form("preferences").filled({})
    browser.submit("/culture/lettre/mon-abonnement", "mon-abonnement", rhythm="weekly")
    reader = readers.at(address)
    assert reader is not None
    with site.app.test_request_context(), site.writing() as session:
        [choice] = choosing.choices_of(session, site.people.actor(citizen))
        leaving.stop(session, site.service, reader.id, "link")
        choice.keep("monthly")  # as a page does that was opened before
    assert readers.standing(address) == "stopped"
    browser.submit("/culture/lettre/mon-abonnement", "mon-abonnement", rhythm="weekly")
    other = site.add_service("routes", "Routes")
    site.enable("newsletter", service=other)
    with site.app.test_request_context(), site.writing() as session:
        subscribing.ask(session, Actor.visitor(), other, address, Wishes(), "Yes.")
        assert session.scalar(select(OutboxMessage).where(OutboxMessage.payload.contains(address)))
    with site.app.test_request_context(), site.writing() as session:
        erase_person(session, site.people.actor(site.people.administrator), citizen.id)
    with site.reading() as session:
        assert session.scalars(select(Subscriber)).all() == []
        kept = [each.payload for each in session.scalars(select(OutboxMessage))]
        assert not any("newsletter" in text and address in text for text in kept)
        # What was agreed to stays proved, of a number that names nobody any more.
        assert [each.act for each in session.scalars(select(Consent).order_by(Consent.id))] == [
            "confirmed", "changed", "stopped", "confirmed", "stopped", "confirmed", "asked",
            "erased", "erased",
        ]  # fmt: skip


def _copy(site: Site) -> dict[str, object]:
    from eak_newsletter.readers.personal_data import export_person

    with site.reading() as session:
        return dict(export_person(session, site.people.citizen.id))


def _stop_link(site: Site, readers: Readers, address: str, kind: str = "stop") -> str:
    from urllib.parse import urlsplit

    from eak_newsletter.readers.letters import links_of

    reader = readers.at(address)
    assert reader is not None
    with site.app.test_request_context():
        return urlsplit(links_of(site.service, reader.id)[kind]).path
