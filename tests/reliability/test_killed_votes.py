"""A vote killed with SIGKILL before and after each of its statements: all of it is there, or
nothing; and sent again it is one vote, one event, one receipt."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from eak_core.events.models import EventLog
from eak_core.kit.testing.site import Site
from eak_voting.ballots.preparing import Draft, prepare
from eak_voting.casting.opening import announce
from eak_voting.casting.votes import cast
from eak_voting.models import Ballot, Paper, Receipt, RegisterEntry
from eak_voting.settings import ApprovalRules, Secrecy, Settings
from tests import forked
from tests.reliability.killed_voter import FORM_KEY

pytestmark = pytest.mark.reliability

#: More than a vote has statements, each counted twice.
MOST = 80


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_voting.plugin"]


@pytest.fixture
def voters(site: Site) -> Iterator[forked.Process]:
    """A process that casts votes and is killed in the middle of them."""
    process = forked.run(
        *("tests.reliability.killed_voter", site.url, site.app.instance_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)


def opened(site: Site, secrecy: Secrecy) -> Ballot:
    manager = site.people.actor(site.people.manager)
    idea = site.submit()
    now = datetime.now(UTC)
    draft = Draft(
        title="A vote",
        text="",
        settings=Settings(method="approval", secrecy=secrecy, approval=ApprovalRules()),
        opens_at=now,
        closes_at=now + timedelta(days=1),
        ideas=[idea.id],
    )
    with site.writing() as session:
        ballot = prepare(session, manager, site.service, draft)
    with site.writing() as session:
        announce(session, manager, site.service, session.get_one(Ballot, ballot.id))
    return ballot


def standing(site: Site, ballot: Ballot) -> tuple[int, ...]:
    with site.reading() as session:
        counts = [
            session.scalar(
                select(func.count()).select_from(table).where(table.ballot_id == ballot.id)
            )
            for table in (RegisterEntry, Paper, Receipt)
        ]
        events = session.scalar(
            select(func.count())
            .select_from(EventLog)
            .where(
                EventLog.type == "voting.vote_cast",
                EventLog.subject == f"voting.ballot:{ballot.id}",
            )
        )
    return (*(count or 0 for count in counts), events or 0)


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_a_vote_killed_between_any_two_statements_is_one_vote_when_it_is_sent_again(
    site: Site, voters: forked.Process, secrecy: Secrecy
) -> None:
    site.enable("voting")
    assert voters.stdin is not None
    assert voters.stdout is not None
    voter = site.people.actor(site.people.citizen)
    kills = 0
    for last in range(MOST):
        ballot = opened(site, secrecy)
        voters.stdin.write(f"{ballot.id} {voter.person_id} {last}\n")
        voters.stdin.flush()
        answer = voters.stdout.readline().strip()
        assert answer == "voted" if last == 0 else answer in ("killed", "voted")
        assert standing(site, ballot) in ((0, 0, 0, 0), (1, 1, 1, 1))
        if answer == "voted":
            assert standing(site, ballot) == (1, 1, 1, 1)
        with site.writing() as session:
            held = session.get_one(Ballot, ballot.id)
            again = cast(session, voter, site.service, held, "[1]", form_key=FORM_KEY)
        assert standing(site, ballot) == (1, 1, 1, 1)
        assert again.receipt
        if answer == "voted" and last:
            break
        kills += answer == "killed"
    assert answer == "voted", "a vote has more statements than were tried"
    assert kills > 10
