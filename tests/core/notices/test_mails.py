"""Mails that tell what is new: batched, in each one's rhythm, ended by one click, sent once."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, select, update

from eak_core.events.worker import Worker
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Sent, Site
from eak_core.letters.composing import compose
from eak_core.letters.message import Claimed
from eak_core.letters.models import OutboxMessage
from eak_core.letters.sending import OUTSIDER, Outbox
from eak_core.letters.suppression import lift, suppress
from eak_core.notices import following, inbox, mails
from eak_core.notices.models import Notice
from eak_core.notices.preferences import want
from eak_core.notices.rhythms import Rhythm, last_digest, mail_due
from eak_core.notices.together import Digest, due_digests, settle_digest, take_digest
from eak_core.people.accounts.personal_data import erase_person
from eak_core.people.models import Person
from eak_core.services.models import Service
from tests.core.events.test_death_at_a_commit import killed_at
from tests.core.notices.telling import follow, hide_idea, move
from tests.core.plugins.making import make

PARIS_8 = {
    "winter": datetime(2026, 3, 2, 7, tzinfo=UTC),
    "summer": datetime(2026, 6, 1, 6, tzinfo=UTC),
}


def rhythm(site: Site, person: Person, chosen: Rhythm, kind: str = "core.decisions") -> None:
    with site.writing() as session:
        want(session, person.id, kind, chosen)


def sent_to(site: Site, person: Person) -> list[Sent]:
    return [mail for mail in site.sent if mail.to == person.email]


def close(site: Site, service: Service) -> None:
    """Let a service be for agents alone."""
    with site.writing() as session:
        session.get_one(Service, service.id).audience = "internal"


def later(site: Site, clock: FrozenClock, **passed: float) -> None:
    site.drain()
    clock.advance(**passed)
    site.drain()


@pytest.mark.parametrize(
    ("chosen", "at", "due"),
    [
        (Rhythm.EACH, "2026-03-02T09:00", "2026-03-02T09:00"),
        (Rhythm.HOURLY, "2026-03-02T09:00", "2026-03-02T10:00"),
        (Rhythm.DAILY, "2026-03-02T09:00", "2026-03-03T07:00"),
        (Rhythm.DAILY, "2026-03-02T06:59", "2026-03-02T07:00"),
        # At the very instant, the next one.
        (Rhythm.DAILY, "2026-03-02T07:00", "2026-03-03T07:00"),
        # Clocks go forward on the 29th of March and back on the 25th of October.
        (Rhythm.DAILY, "2026-03-28T20:00", "2026-03-29T06:00"),
        (Rhythm.DAILY, "2026-03-28T06:30", "2026-03-28T07:00"),
        (Rhythm.DAILY, "2026-10-24T20:00", "2026-10-25T07:00"),
        (Rhythm.DAILY, "2026-10-24T05:30", "2026-10-24T06:00"),
        # A day has 23 hours, and one in Paris has begun before it has in UTC.
        (Rhythm.DAILY, "2026-03-28T23:30", "2026-03-29T06:00"),
        (Rhythm.DAILY, "2026-06-01T22:30", "2026-06-02T06:00"),
        (Rhythm.WEEKLY, "2026-03-02T06:59", "2026-03-02T07:00"),
        (Rhythm.WEEKLY, "2026-03-02T07:00", "2026-03-09T07:00"),
        (Rhythm.WEEKLY, "2026-03-24T12:00", "2026-03-30T06:00"),
        (Rhythm.WEEKLY, "2026-10-20T12:00", "2026-10-26T07:00"),
        (Rhythm.SITE, "2026-03-02T09:00", None),
        (Rhythm.NEVER, "2026-03-02T09:00", None),
    ],
)
def test_when_mails_are_due(chosen: Rhythm, at: str, due: str | None) -> None:
    found = mail_due(chosen, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == (due and datetime.fromisoformat(due).replace(tzinfo=UTC))


def test_digests_leave_once_each_day_across_a_year() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    days = set()
    for _day in range(365):
        due = mail_due(Rhythm.DAILY, at)
        assert due is not None
        assert timedelta(0) < due - at <= timedelta(hours=25)
        assert last_digest(Rhythm.DAILY, due) == due
        days.add(due)
        at = due
    assert len(days) == 365


def test_all_of_an_hour_is_one_mail_with_reason_link_and_ways_to_stop(
    site: Site, clock: FrozenClock
) -> None:
    citizen = site.people.citizen
    ideas = [site.submit(f"Idea {each}") for each in range(3)]
    for idea in ideas:
        move(site, idea)
        later(site, clock, minutes=15)
    assert site.sent == []
    later(site, clock, minutes=16)
    [mail] = sent_to(site, citizen)
    assert mail.subject.startswith("Décisions sur les idées\u202f: 3 nouvelles")
    for idea in ideas:
        assert f"http://localhost/culture/idees/{idea.id}-{idea.slug}\n" in mail.text
        assert f"« {idea.title} »" in mail.text.replace("\u202f", " ")
    assert "It fits." in mail.text
    assert "Vous suivez «\u202fIdea 0\u202f»." in mail.text
    assert "http://localhost/compte/nouveautes/preferences\n" in mail.text
    assert '<a href="http://localhost/culture/idees/' in mail.payload["html"]
    later(site, clock, days=8)
    assert len(site.sent) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_one_notice_is_the_subject_of_its_mail_in_the_language_of_its_reader(
    site: Site, clock: FrozenClock
) -> None:
    with site.writing() as session:
        session.get_one(Person, site.people.citizen.id).locale = "en"
    move(site, site.submit('Bees & "roofs" <b>'))
    later(site, clock, minutes=61)
    [mail] = site.sent
    assert mail.subject.startswith('“Bees & "roofs" <b>” is now in')
    assert "You follow “Bees" in mail.text
    assert "Bees &amp; &#34;roofs&#34; &lt;b&gt;" in mail.payload["html"]
    assert "<b>” is" not in mail.payload["html"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_its_headers_let_a_mail_program_end_it_by_one_click(site: Site, clock: FrozenClock) -> None:
    move(site, site.submit())
    later(site, clock, minutes=61)
    [mail] = site.sent
    claimed = Claimed(1, mail.key, "mail", mail.payload)
    read = message_from_bytes(
        compose(claimed, "EAK <eak@example.org>", "example.org").content, policy=default
    )
    assert read["List-Id"] == "<decisions.core.example.org>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = urlsplit(str(read["List-Unsubscribe"]).strip("<>")).path
    assert site.browser().get(path).status_code == 200
    # As mail programs send it: without a session and without a token.
    answer = site.browser().post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    move(site, site.submit("Another"))
    later(site, clock, days=1)
    assert len(site.sent) == 1
    with site.reading() as session:
        citizen = site.people.actor(site.people.citizen)
        assert inbox.unread(session, citizen) == 2
        rhythms = session.scalars(select(Notice.rhythm)).all()
    assert sorted(rhythms) == ["hourly", "site"]
    # Until they ask for it again.
    rhythm(site, site.people.citizen, Rhythm.EACH)
    move(site, site.submit("A third"))
    later(site, clock, minutes=1)
    assert len(site.sent) == 2


@pytest.mark.parametrize(
    ("chosen", "passes", "mails_sent"),
    [
        (Rhythm.EACH, {"minutes": 1}, 1),
        (Rhythm.DAILY, {"hours": 21, "minutes": 59}, 0),
        (Rhythm.DAILY, {"hours": 22, "minutes": 1}, 1),
        (Rhythm.WEEKLY, {"days": 6, "hours": 21}, 0),
        (Rhythm.WEEKLY, {"days": 6, "hours": 22, "minutes": 1}, 1),
        (Rhythm.SITE, {"days": 30}, 0),
        (Rhythm.NEVER, {"days": 30}, 0),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"])
def test_each_rhythm(
    site: Site, clock: FrozenClock, chosen: Rhythm, passes: dict[str, float], mails_sent: int
) -> None:
    rhythm(site, site.people.citizen, chosen)
    move(site, site.submit())
    later(site, clock, **passes)
    assert len(site.sent) == mails_sent
    with site.reading() as session:
        found = session.scalars(select(Notice.occasion_id)).all()
    assert len(found) == (0 if chosen == Rhythm.NEVER else 1)


def test_what_waits_follows_a_choice_that_is_changed(site: Site, clock: FrozenClock) -> None:
    citizen = site.people.citizen
    rhythm(site, citizen, Rhythm.WEEKLY)
    move(site, site.submit())
    site.drain()
    rhythm(site, citizen, Rhythm.EACH)
    later(site, clock, minutes=1)
    assert len(site.sent) == 1
    move(site, site.submit("Another"))
    rhythm(site, citizen, Rhythm.WEEKLY)
    site.drain()
    rhythm(site, citizen, Rhythm.SITE)
    later(site, clock, days=8)
    assert len(site.sent) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_read_on_the_site_is_in_no_mail(site: Site, clock: FrozenClock) -> None:
    move(site, site.submit())
    site.drain()
    with site.writing() as session:
        inbox.mark_read(session, site.people.citizen.id)
    later(site, clock, days=1)
    assert site.sent == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_may_not_be_seen_any_more_is_in_no_mail_and_no_mail_is_empty(
    site: Site, clock: FrozenClock
) -> None:
    people = site.people
    idea = site.submit("Secret title")
    follow(site, people.agent, f"idea:{idea.id}")
    move(site, idea)
    site.drain()
    hide_idea(site, idea)
    later(site, clock, minutes=61)
    assert sent_to(site, people.agent) == []
    # The author is written to once: by the statement of reasons, which is no notice.
    (statement,) = sent_to(site, people.citizen)
    assert "html" not in statement.payload
    assert "Secret title" not in f"{statement.subject}{statement.text}"
    with site.reading() as session:
        assert session.scalars(select(Notice).where(Notice.mail_due_at.is_not(None))).all() == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_who_left_before_the_mail_gets_it(site: Site, clock: FrozenClock) -> None:
    people = site.people
    follow(site, people.agent, f"service:{site.service.id}")
    move(site, site.submit())
    site.drain()
    administrator = people.actor(people.administrator)
    with site.writing() as session:
        erase_person(session, administrator, people.citizen.id)
        session.execute(update(Person).where(Person.id == people.agent.id).values(active=False))
    later(site, clock, minutes=61)
    assert [mail for mail in site.sent if mail.payload.get("list")] == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_service_that_was_closed_to_its_reader_is_in_no_mail(
    site: Site, clock: FrozenClock
) -> None:
    move(site, site.submit())
    site.drain()
    close(site, site.service)
    later(site, clock, minutes=61)
    assert site.sent == []


def test_a_mail_that_waits_leaves_without_what_it_says_of_a_service_that_was_closed(
    site: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    roads = site.add_service("routes", "Les routes")
    move(site, site.submit("Secret title"))
    move(site, site.submit("A bench", service=roads), service=roads)
    move(site, site.submit("Secret & second"))
    with monkeypatch.context() as outbox:
        outbox.setattr(Outbox, "send_due", lambda *_args, **_options: 0)
        later(site, clock, minutes=61)
    close(site, site.service)
    site.drain()
    [mail] = site.sent
    said = f"{mail.text}{mail.payload['html']}"
    assert "A bench" in mail.text
    assert "A bench" in mail.payload["html"]
    assert "Secret" not in said
    assert site.service.name not in said
    assert f"http://localhost/{site.service.slug}/" not in said
    # No number that the mail does not keep, and no hole where something was.
    assert mail.subject.startswith("Décisions sur les idées – ")
    assert "\n\n\n" not in mail.text
    assert mail.text.startswith("«\u202fA bench")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_mail_that_waits_does_not_leave_where_all_it_speaks_of_was_closed(
    site: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    roads = site.add_service("routes")
    for service in (site.service, roads):
        move(site, site.submit(service=service), service=service)
    with monkeypatch.context() as outbox:
        outbox.setattr(Outbox, "send_due", lambda *_args, **_options: 0)
        later(site, clock, minutes=61)
    for service in (site.service, roads):
        close(site, service)
    site.drain()
    assert site.sent == []
    with site.reading() as session:
        assert set(session.scalars(select(OutboxMessage.error))) == {OUTSIDER}


def test_what_is_changed_while_a_mail_is_written_is_in_none(
    site: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read on the site by somebody between the reading and the writing of the mail."""
    person = site.people.citizen
    move(site, site.submit())
    site.drain()
    written, done = mails._written, []

    def meanwhile(*arguments: Any) -> Any:
        drafts = list(written(*arguments))
        if not done:
            done.append(True)
            with site.writing() as session:
                inbox.mark_read(session, person.id)
        return drafts

    monkeypatch.setattr(mails, "_written", meanwhile)
    later(site, clock, minutes=61)
    assert done
    assert site.sent == []


def test_many_mails_are_written_some_at_a_time_and_a_death_anywhere_loses_and_doubles_none(
    site: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "AT_ONCE", 2)
    people = [site.people.add(f"Person {each}") for each in range(3)]
    for death in range(1, 40):
        idea = site.submit()
        with site.writing() as session:
            for person in people:
                following.follow_by_default(session, site.service.id, f"idea:{idea.id}", person.id)
        move(site, idea)
        site.drain()
        clock.advance(minutes=61)
        with killed_at(site.app, death) as come_to:
            while Worker(site.app).perform_due():
                pass
        clock.advance(seconds=30)
        site.drain()
        for person in [*people, site.people.citizen]:
            assert len(sent_to(site, person)) == death
        with site.writing() as session:
            session.execute(delete(OutboxMessage))
        if len(come_to) < death:
            break
    assert death > 4


def taken(site: Site) -> Digest | None:
    """The citizen's digest, by whoever writes a letter to them."""
    address = str(site.people.citizen.email)
    with site.app.test_request_context(), site.writing() as session:
        return take_digest(session, address, "en")


def test_a_letter_tells_a_digest_once_and_what_it_does_not_tell_leaves_by_a_mail(
    site: Site, clock: FrozenClock
) -> None:
    citizen, address = site.people.citizen, str(site.people.citizen.email)
    told: list[bool | None] = [True, False, None]  # None: whoever was to tell it died
    for week, outcome in enumerate(told, 1):
        rhythm(site, citizen, Rhythm.DAILY)
        move(site, site.submit("Bees"))
        rhythm(site, citizen, Rhythm.WEEKLY)
        site.drain()
        assert taken(site) is None, "it is not due"
        clock.set(PARIS_8["winter"] + timedelta(weeks=week))
        with site.reading() as session:
            assert due_digests(session, [address, "no@example.org"]) == {address}
        digest = taken(site)
        assert digest is not None
        assert [each.because for each in digest.told] == ["You follow “Bees”."]
        assert taken(site) is None, "another letter has it"
        site.drain()
        if outcome is not None:
            with site.writing() as session:
                settle_digest(session, digest, told=outcome)
        later(site, clock, minutes=31)
        assert len(sent_to(site, citizen)) == week - 1
        later(site, clock, days=2)
        assert len(sent_to(site, citizen)) == week - 1
    # Who has ended a kind by its link hears of it in no letter either.
    move(site, site.submit())
    site.drain()
    clock.set(PARIS_8["winter"] + timedelta(weeks=4))
    with site.writing() as session:
        suppress(session, address, "core.decisions")
    assert taken(site) is None
    with site.writing() as session:
        lift(session, address, "core.decisions")
    assert taken(site) is not None


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("plugins", [[make("keen", digest_letters=lambda addresses: addresses)]])
def test_a_digest_does_not_wait_for_a_letter_for_ever(site: Site, clock: FrozenClock) -> None:
    citizen = site.people.citizen
    rhythm(site, citizen, Rhythm.DAILY)
    for on, hours in ((True, 6), (False, 0)):
        (site.enable if on else site.disable)("keen")
        move(site, site.submit())
        site.drain()
        clock.set(PARIS_8["winter"] + timedelta(days=1 + 2 * (not on)))
        site.sent.clear()
        for hour in range(hours + 1):
            assert sent_to(site, citizen) == [], hour
            later(site, clock, minutes=30)
            later(site, clock, minutes=30)
        assert len(sent_to(site, citizen)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_people_choose_on_one_page(site: Site) -> None:
    browser, citizen = site.browser(), site.people.citizen
    idea = site.submit("Bees")
    browser.sign_in(citizen)
    page = browser.read("/compte/nouveautes/preferences")
    assert page.form("preferences").filled({})["core_decisions"] == ["hourly"]
    assert not page.unlabelled()
    answer = browser.submit(
        "/compte/nouveautes/preferences", "preferences", core_decisions="daily", core_ideas="never"
    )
    assert answer.status_code == 302
    page = browser.read("/compte/nouveautes/preferences")
    assert page.form("preferences").filled({})["core_decisions"] == ["daily"]
    assert "Bees" in page.text
    answer = browser.submit("/compte/nouveautes/preferences", f"idea:{idea.id}/arreter")
    assert answer.location == "/compte/nouveautes/preferences"
    assert "Bees" not in browser.read("/compte/nouveautes/preferences").text
    assert "Suivre<span" in browser.read(f"/culture/idees/{idea.id}").text
    wrong = browser.submit("/compte/nouveautes/preferences", "preferences", core_ideas="hourly!")
    assert wrong.status_code == 422
