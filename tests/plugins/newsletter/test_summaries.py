"""Summaries by a reader's rhythm and interests, from the stories that letters tell; and one letter
with the digest of what they follow."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from eak_core.api import Claimed, Dropped, Labels, Undeliverable
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Sent, Site
from eak_core.notices import following
from eak_core.notices.preferences import want
from eak_core.notices.rhythms import Rhythm
from eak_core.people.models import Person
from eak_newsletter.deliveries.selecting import chosen
from eak_newsletter.issues.content import Told
from eak_newsletter.issues.summaries import due_by
from eak_newsletter.readers import subscribing
from eak_newsletter.readers.subscribing import Wishes
from tests.core.notices.telling import move
from tests.plugins.newsletter.conftest import Letters, Readers


def test_what_is_for_whom() -> None:
    stories = [
        Told("a", "1", "For all"), Told("a", "2", "Roofs", idea_id=2),
        Told("a", "3", "In Malakoff", idea_id=3),
    ]  # fmt: skip
    labels = {
        2: Labels(frozenset({"toits-verts"}), frozenset()),
        3: Labels(frozenset(), frozenset({"92046"})),
    }
    assert chosen(stories, labels, [], []) == (0, 1, 2)
    assert chosen(stories, labels, ["toits-verts"], []) == (0, 1)
    assert chosen(stories, labels, ["fab-labs"], ["92046"]) == (0, 2)
    assert chosen(stories[1:], labels, ["fab-labs"], []) == ()


@pytest.mark.parametrize(
    ("now", "weekly", "monthly"),
    [
        ("2026-03-02T06:59", "2026-02-23T07:00", "2026-02-02T07:00"),
        ("2026-03-02T07:00", "2026-03-02T07:00", "2026-03-02T07:00"),
        ("2026-03-29T23:00", "2026-03-23T07:00", "2026-03-02T07:00"),
        # At eight by the clocks of summer, and the month began on a Sunday.
        ("2026-03-30T06:00", "2026-03-30T06:00", "2026-03-02T07:00"),
        ("2026-11-01T12:00", "2026-10-26T07:00", "2026-10-05T06:00"),
        ("2026-11-02T07:00", "2026-11-02T07:00", "2026-11-02T07:00"),
    ],
)
def test_when_summaries_are_due(now: str, weekly: str, monthly: str) -> None:
    at, *due = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, weekly, monthly))
    assert [due_by("weekly", at), due_by("monthly", at)] == due


def letters_of(site: Site) -> list[Sent]:
    return [mail for mail in site.sent if mail.payload.get("list") == "newsletter.culture"]


def notices_of(site: Site) -> list[Sent]:
    return [mail for mail in site.sent if mail.payload.get("list") == "core.decisions"]


def monday(clock: FrozenClock, week: int = 1) -> None:
    """Let it be just after eight in Paris on a Monday; the tests begin on one, at ten."""
    clock.set(datetime(2026, 3, 2, 7, 0, 1, tzinfo=UTC) + timedelta(weeks=week))


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_reader_gets_what_they_chose_in_their_rhythm_and_no_empty_letter(
    site: Site, letters: Letters, readers: Readers, clock: FrozenClock
) -> None:
    readers.take("all@example.org", Wishes("weekly"))
    readers.take("roofs@example.org", Wishes("weekly", ["toits-verts"]))
    readers.take("each@example.org", Wishes("issue"))
    readers.take("month@example.org", Wishes("monthly"))
    site.drain()
    monday(clock)
    site.drain()
    assert letters_of(site) == [], "nothing has happened"
    letters.accept("A tool library")
    clock.advance(days=5)
    site.drain()
    assert letters_of(site) == [], "it is no Monday"
    monday(clock, 2)
    site.drain()
    assert [mail.to for mail in letters_of(site)] == ["all@example.org"]
    body = letters_of(site)[0].payload["body"].decode()
    assert "A tool library" in body
    letters.accept("A night bus")
    monday(clock, 3)
    site.drain()
    assert [mail.to for mail in letters_of(site)[1:]] == ["all@example.org"]
    body = letters_of(site)[-1].payload["body"].decode()
    assert "A night bus" in body
    assert "A tool library" not in body
    clock.set(datetime(2026, 4, 6, 6, 0, 1, tzinfo=UTC))
    site.drain()
    assert [mail.to for mail in letters_of(site)[2:]] == ["month@example.org"]
    body = letters_of(site)[-1].payload["body"].decode()
    assert "A night bus" in body
    assert "A tool library" in body
    assert "lettre/1" not in site.browser().get("/culture/lettre/").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_first_reader_of_summaries_gets_none_of_a_morning_long_past(
    site: Site, letters: Letters, readers: Readers, clock: FrozenClock
) -> None:
    letters.accept("A tool library")
    monday(clock)
    clock.advance(days=3)
    readers.take("ada@example.org", Wishes("weekly"))
    letters.accept("A night bus")
    site.drain()
    assert letters_of(site) == []
    monday(clock, 2)
    site.drain()
    [mail] = letters_of(site)
    assert "A night bus" in mail.payload["body"].decode()


class Both:
    """The citizen, who gets a summary and a digest of what they follow each week."""

    def __init__(self, site: Site, letters: Letters, readers: Readers, clock: FrozenClock) -> None:
        self.site, self.letters, self.clock = site, letters, clock
        self.address = str(site.people.citizen.email)
        self.reader = readers.take(self.address, Wishes("weekly"))
        with site.writing() as session:
            for person in (site.people.citizen, site.people.agent):
                want(session, person.id, "core.decisions", Rhythm.WEEKLY)
        site.drain()
        site.sent.clear()

    def happens(self, title: str = "A tool library") -> None:
        """The citizen hears of their idea, and so does everybody in the summary."""
        self.letters.accept(title)
        self.site.drain()

    def wants(self, wishes: Wishes) -> None:
        """The citizen changes what they get of the letter."""
        with self.site.app.test_request_context(), self.site.writing() as session:
            assert subscribing.change(session, self.site.service, self.reader, wishes)

    def got(self) -> list[tuple[str, str]]:
        """The mails to the citizen since the last look: which list, and what it says."""
        found = [mail for mail in self.site.sent if mail.to == self.address]
        self.site.sent.clear()
        return [(mail.payload["list"], _words(mail)) for mail in found]


def _words(mail: Sent) -> str:
    if "body" not in mail.payload:
        return mail.text
    read = message_from_bytes(mail.payload["body"], policy=default)
    assert isinstance(read, EmailMessage)
    parts = [read.get_body((kind,)) for kind in ("plain", "html")]
    return "\n".join(str(part.get_content()) for part in parts if part is not None)


@pytest.fixture
def both(site: Site, letters: Letters, readers: Readers, clock: FrozenClock) -> Both:
    return Both(site, letters, readers, clock)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_digest_and_a_summary_of_one_morning_are_one_letter(both: Both) -> None:
    site, clock = both.site, both.clock
    agent, subject = site.people.agent, f"service:{site.service.id}"
    with site.writing() as session:
        following.follow(session, site.people.actor(agent), site.service, frozenset(), subject)
    both.happens()
    monday(clock)
    site.drain()
    # Who gets no letter has their digest at eight.
    assert [mail.to for mail in notices_of(site)] == [agent.email]
    clock.advance(minutes=40)
    site.drain()
    [(name, said)] = both.got()
    assert name == "newsletter.culture"
    assert "Lire cette lettre sur le site" not in said, "no page has what is written for one reader"
    assert said.count("Ce que vous suivez") == 2, "in both forms"
    assert said.count("est maintenant à l’étape") == 4, "two notices in each"
    assert "Choisir comment on me prévient" in said
    assert "http://localhost/compte/nouveautes/preferences" in said
    clock.advance(days=6)
    site.drain()
    assert both.got() == []
    # Ending the letter ends the letter alone.
    stop = re.findall(r"http://localhost(/culture/lettre/desabonner/\S+)", said)[0]
    site.browser().post(stop, data={"List-Unsubscribe": "One-Click"})
    both.happens("A night bus")
    monday(clock, 2)
    site.drain()
    [(name, said)] = both.got()
    assert name == "core.decisions"
    assert "A night bus" in said


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "because", ["nothing for them", "another address", "a quiet week", "refused", "unknown"]
)
def test_a_digest_leaves_by_itself_where_its_letter_does_not(both: Both, because: str) -> None:
    site, clock = both.site, both.clock
    if because != "a quiet week":
        both.happens()
    error: Exception = Undeliverable("550 no")
    match because:
        case "nothing for them":
            both.wants(Wishes("weekly", ["toits-verts"]))
        case "another address":
            with site.writing() as session:
                session.get_one(Person, site.people.citizen.id).email = "new@example.org"
        case "a quiet week":
            for each in range(2):
                move(site, site.submit(f"Idea {each}"))
            site.drain()
        case "unknown":
            error = Dropped("silence", may_have_it=True)
    keep = site.app.extensions["eak_transports"]["mail"]

    def refuse(claimed: Claimed) -> None:
        if because in ("refused", "unknown") and "body" in claimed.payload:
            raise error
        keep(claimed)

    site.app.extensions["eak_transports"]["mail"] = refuse
    monday(clock)
    site.drain()
    waits = [] if because in ("a quiet week", "another address") else ["for the letter"]
    assert len(notices_of(site)) == 1 - len(waits)
    for _look in range(6):
        clock.advance(minutes=7)
        site.drain()
    [mail] = notices_of(site)
    assert mail.to == ("new@example.org" if because == "another address" else both.address)
    assert mail.text.count("est maintenant à l’étape") == 2
    assert not any("l’étape" in said for name, said in both.got() if name != "core.decisions")
    clock.advance(days=3)
    site.drain()
    assert both.got() == []


def test_building_anew_and_switching_on_late_send_nothing(
    site: Site, letters: Letters, readers: Readers, clock: FrozenClock
) -> None:
    readers.take("all@example.org", Wishes("weekly"))
    letters.accept("A tool library")
    monday(clock)
    site.drain()
    sent = len(letters_of(site))
    assert sent == 1
    site.replay("newsletter")
    site.disable("newsletter")
    site.enable("newsletter")
    site.drain()
    assert len(letters_of(site)) == sent
