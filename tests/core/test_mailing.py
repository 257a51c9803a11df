"""Lists: mail that each reader ends with one click, and addresses that get nothing any more."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from eak_core.api import MailingList, _l, send_mail, send_mailing, want_again
from eak_core.db import Session
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.letters.message import Claimed, NoSuchMailbox
from eak_core.letters.models import Lane, OutboxMessage, Suppression
from eak_core.people.accounts.personal_data import erase_person, export_person
from eak_core.people.mail.letters import send_letter
from eak_core.people.models import Person
from eak_core.permissions import Actor
from tests.core import gauge

STOPPED: list[int] = []


@pytest.fixture
def plugins() -> list[Any]:
    return [gauge]


@pytest.fixture
def news() -> Iterator[MailingList]:
    def note(session: Session, person_id: int) -> None:
        STOPPED.append(person_id)

    yield MailingList(gauge.plugin, "news", _l("Mail"), on_stop=note)
    MailingList.known.pop("gauge.news")
    STOPPED.clear()


def send(site: Site, news: MailingList, *people: Person, key: str = "1") -> int:
    numbers = [person.id for person in people]
    with site.app.app_context(), site.writing() as session:
        return send_mailing(
            session,
            news,
            numbers,
            subject=lambda: f"{_l('Mail')} {key}",
            text="Hello.\n",
            dedupe_key=key,
        )


def path_in(text: str) -> str:
    [link] = [word for word in text.split() if "/arreter/" in word]
    assert link.startswith("http://localhost/compte/courriels/arreter/")
    return urlsplit(link).path


def test_a_mail_to_many_is_said_in_the_language_of_each_and_queued_once(
    site: Site, people: People, news: MailingList
) -> None:
    with site.writing() as session:
        session.get_one(Person, people.citizen.id).locale = "en"
    assert send(site, news, people.citizen, people.manager) == 2
    assert send(site, news, people.citizen, people.manager, people.agent) == 1
    with site.reading() as session:
        assert set(session.scalars(select(OutboxMessage.lane))) == {Lane.BULK}
    site.drain()
    said = {mail.to: mail for mail in site.sent}
    assert said[str(people.citizen.email)].subject == "Mail 1"
    assert said[str(people.manager.email)].subject == "Courriels 1"
    assert "au titre de la liste" in said[str(people.manager.email)].text
    paths = {path_in(mail.text) for mail in site.sent}
    assert len(paths) == 3
    for mail in site.sent:
        assert mail.payload["list"] == "gauge.news"
        assert mail.payload["stop"].endswith(path_in(mail.text))


def test_one_click_ends_a_list_for_one_reader_without_a_session_and_twice_is_once(
    site: Site, people: People, news: MailingList
) -> None:
    send(site, news, people.citizen, people.manager)
    site.drain()
    [mine] = [mail for mail in site.sent if mail.to == people.citizen.email]
    path, visitor = path_in(mine.text), site.browser()
    page = visitor.get(f"{path}?lang=en")
    assert "Send me no more of these" in page.text
    assert STOPPED == [], "a filter of mail that follows links ends nothing"
    for _time in range(2):
        answer = visitor.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert [people.citizen.id] * 2 == STOPPED
    site.sent.clear()
    send(site, news, people.citizen, people.manager, key="2")
    with site.writing() as session:
        send_mail(
            session, "gauge", person_id=people.citizen.id, subject="A", text="B", dedupe_key="x"
        )
    site.drain()
    assert {(mail.to, mail.subject) for mail in site.sent} == {
        (people.manager.email, "Courriels 2"),
        (people.citizen.email, "A"),
    }
    with site.reading() as session:
        left_out = session.scalars(
            select(OutboxMessage.error).where(OutboxMessage.error.is_not(None))
        ).all()
        assert ["Not sent: this address wants no mail" in str(each) for each in left_out] == [True]


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_asks_for_a_list_again_gets_it(
    site: Site, people: People, news: MailingList
) -> None:
    send(site, news, people.citizen)
    site.drain()
    site.browser().post(path_in(site.sent[-1].text))
    with site.writing() as session:
        want_again(session, news, people.citizen.id)
    send(site, news, people.citizen, key="2")
    site.drain()
    assert len(site.sent) == 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_wish_outlives_the_account_and_holds_no_address(
    site: Site, people: People, news: MailingList
) -> None:
    number, email = people.citizen.id, str(people.citizen.email)
    send(site, news, people.citizen)
    site.drain()
    path = path_in(site.sent[-1].text)
    site.browser().post(path)
    with site.reading() as session:
        copy = export_person(session, Actor.system(), number)
        assert [each["list"] for each in copy["mail_ended"]] == ["gauge.news"]
        kept = session.scalars(select(Suppression)).one()
        assert email not in kept.mark
        assert len(kept.mark) == 64
    with site.writing() as session:
        erase_person(session, Actor.system(), number)
    assert site.browser().post(path).status_code == 200, "there is nobody any more, and no trouble"
    with site.writing() as session:
        again = session.get_one(Person, people.manager.id)
        again.email = email
    send(site, news, people.manager, key="2")
    site.drain()
    assert [mail for mail in site.sent if mail.subject == "Courriels 2"] == []


def test_no_such_mailbox_gets_nothing_but_what_its_holder_asks_for_and_all_once_it_is_there_again(
    site: Site, people: People, news: MailingList
) -> None:
    def nobody(message: Claimed) -> None:
        raise NoSuchMailbox("RCPT TO: 550 5.1.1 no such user")

    email = str(people.citizen.email)
    kept = site.app.extensions["eak_transports"]["mail"]
    site.app.extensions["eak_transports"]["mail"] = nobody
    send(site, news, people.citizen)
    site.drain()
    site.app.extensions["eak_transports"]["mail"] = kept
    send(site, news, people.citizen, key="2")
    with site.writing() as session:
        send_mail(
            session, "gauge", person_id=people.citizen.id, subject="A", text="B", dedupe_key="x"
        )
    site.drain()
    assert site.sent == []
    with site.app.test_request_context(), site.writing() as session:
        send_letter(session, "change_notice", to=email, person=people.citizen)
    site.drain()
    assert [mail.to for mail in site.sent] == [email], "whoever asks may have a mailbox again"
    with site.reading() as session:
        assert session.scalars(select(Suppression)).all() == []
    send(site, news, people.citizen, key="3")
    site.drain()
    assert len(site.sent) == 2


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_link_of_two_years_ago_or_of_nobody_ends_nothing(
    site: Site, people: People, news: MailingList, clock: FrozenClock
) -> None:
    send(site, news, people.citizen)
    site.drain()
    path = path_in(site.sent[-1].text)
    clock.advance(days=731)
    assert site.browser().post(path).status_code == 410
    assert site.browser().post(path[:-3]).status_code == 410
    assert STOPPED == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_waits_of_a_list_holds_the_number_of_a_person_and_no_address(
    site: Site, people: People, news: MailingList
) -> None:
    send(site, news, people.citizen)
    with site.reading() as session:
        payload = json.loads(session.scalars(select(OutboxMessage.payload)).one())
    assert payload["person_id"] == people.citizen.id
    assert "to" not in payload
