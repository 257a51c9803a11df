"""Workers killed with SIGKILL while they close and count a ballot, and several at once: its
receipts enter the log once, and it has one result."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from eak_core.events.models import EventLog
from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_voting.casting import receipts
from eak_voting.casting.votes import cast
from eak_voting.models import Ballot
from eak_voting.publishing import published, recount
from eak_voting.publishing.stored import file_of
from eak_voting.settings import Secrecy
from eak_voting.transparency import log
from tests import forked
from tests.reliability.test_killed_votes import opened

pytestmark = pytest.mark.reliability

VOTERS = 3
#: How far apart the statements are before which a worker dies, and before which it dies first: no
#: two kinds of ballots and databases die at the same ones.
STRIDE = 32
FIRST = {
    ("sqlite", "pseudonymous"): 1,
    ("sqlite", "secret"): 9,
    ("postgresql", "pseudonymous"): 17,
    ("postgresql", "secret"): 25,
}
MOST = 1_500

Closer = forked.Process


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_voting.plugin"]


@pytest.fixture
def start(site: Site) -> Iterator[Callable[[], Closer]]:
    """Starts processes that work, each killed when it is told."""
    started: list[Closer] = []

    def begin() -> Closer:
        closer = forked.run(
            # With the same keys to sign with: they are no part of the database.
            *("tests.reliability.killed_closer", site.url, site.app.instance_path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        started.append(closer)
        return closer

    yield begin
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def tell(closer: Closer, instant: datetime, last: int | str) -> None:
    assert closer.stdin is not None
    closer.stdin.write(f"{instant.isoformat()} {last}\n")
    closer.stdin.flush()


def said(closer: Closer) -> str:
    assert closer.stdout is not None
    return closer.stdout.readline().strip()


def voted(site: Site, voters: list[Actor], secrecy: Secrecy) -> Ballot:
    ballot = opened(site, secrecy)
    for voter in voters:
        with site.writing() as session:
            held = session.get_one(Ballot, ballot.id)
            key = receipts.new_form_key()
            cast(session, voter, site.service, held, "[1]", form_key=key)
    return ballot


def check_counted_once(site: Site, ballot: Ballot) -> None:
    with site.app.app_context(), site.reading() as session:
        held = session.get_one(Ballot, ballot.id)
        assert held.state == "counted"
        leaves = [json.loads(each.data) for each in log.leaves_of(session, ballot.id)]
        assert Counter(leaf["type"] for leaf in leaves) == {
            "ballot.opened": 1, "receipt": VOTERS, "ballot.counted": 1,
        }  # fmt: skip
        subject = f"voting.ballot:{ballot.id}"
        types = session.scalars(select(EventLog.type).where(EventLog.subject == subject)).all()
        assert types.count("voting.ballot_closed") == types.count("voting.ballot_counted") == 1
        file = published.read(published.write(file_of(session, site.service, held)))
    report = recount.recount(file)
    assert report.holds, report.line


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_a_worker_killed_while_it_closes_and_counts_leaves_one_result(
    site: Site, start: Callable[[], Closer], secrecy: Secrecy, database: Kind
) -> None:
    site.enable("voting")
    voters = [site.people.actor(site.people.add(f"Voter {each}")) for each in range(VOTERS)]
    late = datetime.now(UTC) + timedelta(days=1, minutes=1)
    closer = start()
    ballot = voted(site, voters, secrecy)
    tell(closer, late, "first")
    assert said(closer) == "done"
    check_counted_once(site, ballot)
    answer, kills = "killed", 0
    for last in range(FIRST[database, secrecy], MOST, STRIDE):
        ballot = voted(site, voters, secrecy)
        site.drain()
        tell(closer, late, last)
        answer = said(closer)
        if answer != "killed":
            break
        kills += 1
        # What a worker died of is tried again after a while.
        tell(closer, late + timedelta(hours=1), 0)
        assert said(closer) == "done"
        check_counted_once(site, ballot)
    assert answer == "done", "closing has more statements than were tried"
    assert kills > 5


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_three_workers_at_once_close_and_count_once(
    site: Site, start: Callable[[], Closer], secrecy: Secrecy
) -> None:
    site.enable("voting")
    voters = [site.people.actor(site.people.add(f"Voter {each}")) for each in range(VOTERS)]
    ballots = [voted(site, voters, secrecy) for _ in range(3)]
    closers = [start() for _ in range(3)]
    late = datetime.now(UTC) + timedelta(days=1, minutes=1)
    for closer in closers:
        tell(closer, late, 0)
    assert [said(closer) for closer in closers] == ["done"] * 3
    for ballot in ballots:
        check_counted_once(site, ballot)
