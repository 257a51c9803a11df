"""Mail to a person who is known by their id: to where they are reached when it leaves."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from eak_core.api import _l, clock, mail_to, on_schedule, schedule, send_mail
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.letters.models import OutboxMessage
from eak_core.people.accounts.closing import close_account
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.services.models import Service
from tests.core import gauge


@pytest.fixture
def plugins() -> list[Any]:
    return [gauge]


def send(site: Site, person: Person, key: str = "hello", text: Any = "Hello.") -> bool:
    with site.writing() as session:
        return send_mail(
            session, "gauge", person_id=person.id, subject="Hi", text=text, dedupe_key=key
        )


def rows(site: Site) -> list[OutboxMessage]:
    with site.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.mark.parametrize("database", ["sqlite"])
def test_it_goes_to_the_address_the_person_has_when_it_leaves(site: Site, people: People) -> None:
    assert send(site, people.citizen)
    with site.writing() as session:
        session.get_one(Person, people.citizen.id).email = "moved@example.org"
    site.drain()
    assert [(mail.to, mail.subject, mail.text) for mail in site.sent] == [
        ("moved@example.org", "Hi", "Hello.")
    ]


def test_what_waits_holds_no_address_and_nothing_once_it_has_left(
    site: Site, people: People
) -> None:
    send(site, people.citizen)
    (waiting,) = rows(site)
    assert json.loads(waiting.payload) == {
        "person_id": people.citizen.id,
        "subject": "Hi",
        "text": "Hello.",
    }
    assert waiting.dedupe_key == "gauge:hello"
    site.drain()
    (left,) = rows(site)
    assert (left.payload, left.error, left.done_at is not None) == ("", None, True)


def test_it_is_queued_once_per_key(site: Site, people: People) -> None:
    assert send(site, people.citizen)
    assert not send(site, people.citizen)
    assert send(site, people.citizen, "again")
    site.drain()
    assert len(site.sent) == 2


def _close(site: Site, person: Person) -> None:
    with site.writing() as session:
        close_account(session, Actor.system(), session.get_one(Person, person.id))


def _erase(site: Site, person: Person) -> None:
    with site.writing() as session:
        erase_person(session, Actor.system(), person.id)


def _doubt(site: Site, person: Person) -> None:
    with site.writing() as session:
        session.get_one(Person, person.id).confirmed_at = None


@pytest.mark.parametrize("leave", [_close, _doubt])
def test_nothing_is_sent_to_who_is_gone_or_not_confirmed(
    site: Site, people: People, leave: Callable[[Site, Person], None]
) -> None:
    send(site, people.citizen, text="Only for you.")
    leave(site, people.citizen)
    site.drain()
    assert [mail for mail in site.sent if mail.text == "Only for you."] == []
    row = rows(site)[0]
    assert (row.payload, row.done_at is not None) == ("", True)
    assert "Not sent" in (row.error or "")


def test_who_is_erased_leaves_nothing_in_the_outbox_not_even_what_was_given_up(
    site: Site, people: People
) -> None:
    for key, person in (("given-up", people.citizen), ("waiting", people.citizen)):
        send(site, person, key, text="Only for you.")
    send(site, people.manager, text=f'"person_id": {people.citizen.id}, not you')
    with site.writing() as session:
        given_up = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
        assert given_up is not None
        given_up.next_attempt_at, given_up.error = None, "refused"
    _erase(site, people.citizen)
    assert [row.payload for row in rows(site) if "Only for you." in row.payload] == []
    assert len([row for row in rows(site) if "not you" in row.payload]) == 1


def test_an_account_that_never_was_gets_nothing(site: Site) -> None:
    with site.writing() as session:
        send_mail(session, "gauge", person_id=404, subject="Hi", text="Hello.", dedupe_key="x")
    site.drain()
    assert not site.sent


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("locale", "said"), [("en", "Mail"), ("fr", "Courriels"), (None, "Courriels")]
)
def test_it_speaks_the_language_of_whoever_receives_it(
    site: Site, people: People, locale: str | None, said: str
) -> None:
    with site.writing() as session:
        session.get_one(Person, people.citizen.id).locale = locale
    send(site, people.citizen, text=_l("Mail"))
    send(site, people.citizen, key="rendered", text=lambda: str(_l("Mail")))
    site.drain()
    assert [mail.text for mail in site.sent] == [said, said]


def test_work_that_is_due_writes_once_however_often_it_is_tried(
    site: Site, people: People, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauge.plugin, "scheduled", dict(gauge.plugin.scheduled))
    tries: list[str] = []
    reader = people.citizen

    @on_schedule(gauge.plugin, "remind")
    def remind(session: Any, service: Service, name: str, due_at: datetime) -> None:
        for time in range(2):
            send_mail(
                session,
                "gauge",
                person_id=reader.id,
                subject=service.name,
                text=f"{time}",
                dedupe_key=name,
                service_id=service.id,
            )
        tries.append(name)

    core = site.app.extensions["eak_events"]
    monkeypatch.setitem(core.scheduled, "gauge", gauge.plugin.scheduled)
    site.enable("gauge")
    with site.writing() as session:
        schedule(session, "gauge", service.id, "remind:1", clock.now())
    site.drain()
    assert tries == ["remind:1"]
    assert [(mail.to, mail.subject, mail.text) for mail in site.sent] == [
        (reader.email, "Culture", "0")
    ]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_handler_may_send_what_is_written_in_the_persons_language(
    site: Site, people: People
) -> None:
    with site.writing() as session:
        letter = mail_to(session, people.citizen.id, subject=_l("Mail"), text="…")
    assert letter == {"person_id": people.citizen.id, "subject": "Courriels", "text": "…"}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_key_too_long_for_a_database_is_refused_on_both(site: Site, people: People) -> None:
    with pytest.raises(ValueError, match="200"):
        send(site, people.citizen, key="x" * 200)
