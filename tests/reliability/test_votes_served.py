"""Votes over HTTP on a served site: many at once of one person, and many people at the close."""

import copy
import http.cookiejar
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eak_core.api import schedule
from eak_core.events.models import EventLog
from eak_core.kit.testing.browser import PASSWORD
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.site import Site, open_app
from eak_core.people.models import Person
from eak_core.services.models import Service
from eak_voting.ballots import timetable
from eak_voting.ballots.preparing import Draft, prepare
from eak_voting.casting.opening import announce
from eak_voting.manifest import plugin
from eak_voting.models import Ballot, Paper, Receipt, RegisterEntry
from eak_voting.publishing.stored import result_of
from eak_voting.settings import ApprovalRules, Secrecy, Settings
from tests.reliability.test_killed_workers import until
from tests.served import Instance, migrated
from tests.visitor import Visitor

pytestmark = pytest.mark.reliability

VOTERS = 60
PER_SECOND = 50
#: From when on people vote, before the close; the last of them come after it.
BEFORE = VOTERS / PER_SECOND * 0.6


@dataclass
class Poll:
    """A served site with a service in which people vote, and the same database at hand."""

    instance: Instance
    site: Site

    def open(self, secrecy: Secrecy, lasts: timedelta) -> Ballot:
        """A ballot that takes votes from now on."""
        with self.site.reading() as session:
            service = session.scalars(select(Service)).one()
        manager = self.site.people.actor(self.site.people.administrator)
        ideas = [self.site.submit(f"Idea {number}", service=service) for number in range(3)]
        now = datetime.now(UTC)
        draft = Draft(
            title="What comes first?",
            text="",
            settings=Settings(method="approval", secrecy=secrecy, approval=ApprovalRules()),
            opens_at=now,
            closes_at=now + lasts,
            ideas=[idea.id for idea in ideas],
        )
        with self.site.writing() as session:
            ballot = prepare(session, manager, service, draft)
        with self.site.writing() as session:
            announce(session, manager, service, session.get_one(Ballot, ballot.id))
        return ballot

    def now(self, ballot: Ballot) -> Ballot:
        with self.site.reading() as session:
            return session.get_one(Ballot, ballot.id)

    def counts(self, ballot: Ballot) -> tuple[int, ...]:
        """Entries, papers, receipts and events of votes in ``ballot``."""
        with self.site.reading() as session:
            rows = [
                session.scalar(
                    select(func.count()).select_from(table).where(table.ballot_id == ballot.id)
                )
                for table in (RegisterEntry, Paper, Receipt)
            ]
            events = session.scalar(
                select(func.count())
                .select_from(EventLog)
                .where(EventLog.type == "voting.vote_cast")
            )
        return (*(row or 0 for row in rows), events or 0)

    def add_people(self, count: int) -> list[str]:
        """Accounts with one password, hashed once."""
        first = self.site.people.add("Voter 0")
        with self.site.writing() as session:
            password = session.get_one(Person, first.id).password
            session.add_all(
                Person(
                    email=f"voter.{number}@example.org",
                    name=f"Voter {number}",
                    password=password,
                    confirmed_at=datetime.now(UTC),
                )
                for number in range(1, count)
            )
        return [f"voter.{number}@example.org" for number in range(count)]


def move_the_close(poll: Poll, ballot: Ballot, closes_at: datetime) -> None:
    """Let an open ballot close at ``closes_at``: how long people take to sign in is not known."""
    with poll.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        held.closes_at = closes_at
        timetable.plan(session, held, timedelta(hours=1))


def close_for_good(poll: Poll, ballot: Ballot) -> None:
    """Close ``ballot`` now that everybody has an answer: what is given to those who wait for
    theirs, half a minute, has done its work."""
    assert poll.now(ballot).state == "open", "it was closed while votes were on their way"
    with poll.site.writing() as session:
        schedule(session, plugin.name, ballot.service_id, f"close:{ballot.id}", datetime.now(UTC))


def is_receipt(page: str) -> bool:
    """Whether a vote was confirmed; where not, the page says in words that it was not recorded."""
    confirmed = 'id="receipt-value"' in page
    assert confirmed or "Votre vote n’a pas été enregistré" in page, page
    return confirmed


@pytest.fixture
def poll(databases: Databases, database: Kind, tmp_path: Path) -> Iterator[Poll]:
    with migrated(databases, database, tmp_path / "instance") as instance:
        instance.eak("service", "create", "essai", "Service d’essai")
        instance.eak("plugin", "enable", "voting", "--service", "essai")
        site = Site(open_app(instance.url, tmp_path / "instance", ["eak_voting.plugin"]))
        instance.serve()
        yield Poll(instance, site)
        site.close()


class Voter:
    """Somebody signed in, who has chosen and looks at the last page before casting."""

    def __init__(self, poll: Poll, email: str, password: str, ballot: Ballot) -> None:
        self.visitor = Visitor(poll.instance.base)
        self.visitor.sign_in(email, password)
        base = f"/essai/votes/{ballot.id}"
        status, html = self.visitor.fill(f"{base}/voter", "voter", option=["1"])
        assert status == 200, html
        form = Page(html).form("verifier")
        self.path, self.fields = f"{base}/verifier", form.filled({})

    def cast(self) -> str:
        """Send the vote; the page that follows."""
        return self.visitor.post(self.path, self.fields)[1]

    def twin(self) -> "Voter":
        """The same browser once more, as it stands: a second click, another tab."""
        other = copy.copy(self)
        other.visitor = Visitor(self.visitor.base)
        jar: http.cookiejar.CookieJar = other.visitor.cookies
        for cookie in self.visitor.cookies:
            jar.set_cookie(copy.copy(cookie))
        return other


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_two_hundred_requests_of_one_person_are_one_vote(poll: Poll, secrecy: Secrecy) -> None:
    [email] = poll.add_people(1)
    ballot = poll.open(secrecy, timedelta(hours=1))
    voter = Voter(poll, email, PASSWORD, ballot)
    twins = [voter.twin() for _ in range(200)]
    with ThreadPoolExecutor(20) as pool:
        pages = list(pool.map(Voter.cast, twins))
    assert poll.counts(ballot) == (1, 1, 1, 1)
    with poll.site.reading() as session:
        [receipt] = session.scalars(select(Receipt.receipt))
    assert all(receipt in "".join(page.split()) for page in pages)


def test_no_vote_is_lost_while_fifty_people_a_second_vote_across_the_close(poll: Poll) -> None:
    addresses = poll.add_people(VOTERS)
    ballot = poll.open("pseudonymous", timedelta(minutes=10))
    with ThreadPoolExecutor(4) as pool:
        voters = list(pool.map(lambda email: Voter(poll, email, PASSWORD, ballot), addresses))
    closes_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=BEFORE + 2)
    move_the_close(poll, ballot, closes_at)
    start = closes_at.timestamp() - BEFORE
    answered: list[tuple[float, float, bool]] = []
    lock = threading.Lock()

    def vote(number: int) -> None:
        time.sleep(max(0.0, start + number / PER_SECOND - time.time()))
        asked = time.time()
        page = voters[number].cast()
        with lock:
            answered.append((asked, time.time(), is_receipt(page)))

    with ThreadPoolExecutor(VOTERS) as pool:
        list(pool.map(vote, range(VOTERS)))
    close_for_good(poll, ballot)
    until(lambda: poll.now(ballot).state == "counted", "the ballot was never counted")
    confirmed = [each for each in answered if each[2]]
    refused = [each for each in answered if not each[2]]
    assert confirmed, "nobody came in time"
    assert refused, "nobody came late"
    with poll.site.reading() as session:
        result = result_of(session.get_one(Ballot, ballot.id))
    assert result.counted == result.voters == len(confirmed)
    assert poll.counts(ballot) == (len(confirmed),) * 4
    end = closes_at.timestamp()
    assert all(asked < end for asked, _answered, _kept in confirmed), "a late vote was taken"
    assert all(at >= end for _asked, at, _kept in refused), "a vote was refused before the close"
