"""From a vote that was cast to the file that confirms it: what a recount says of real ballots."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from eak_core.errors import NotFound
from eak_core.events.worker import Worker
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.transparency import merkle
from eak_voting.casting import bursts
from eak_voting.casting.exclusions import exclude
from eak_voting.casting.votes import withdraw
from eak_voting.models import Ballot
from eak_voting.publishing import published
from eak_voting.publishing.recount import Report, recount
from eak_voting.publishing.stored import file_of
from eak_voting.settings import BudgetRules, Secrecy
from eak_voting.transparency import log, recording
from eak_voting.transparency.recording import key_of
from eak_voting.transparency.records import CountedLeaf, ReceiptLeaf, ReplacedLeaf, decode, encode
from tests.plugins.voting.conftest import Polls

SAID: dict[str, list[Any]] = {
    "support": [[1], [1, 2], [], [3]],
    "approval": [[1], [1, 2], [], [3]],
    "majority": [{1: [7, 5]}, {1: [3, 3], 2: [5, 0]}, {}, {3: [1, 1]}],
    "budget": [[1], [1, 2], [], [3]],
    "points": [{1: 7, 2: 3}, {2: 10}, {}, {3: 1}],
}


def opened(polls: Polls, method: str, secrecy: Secrecy) -> Ballot:
    if method == "points":
        return polls.open("budget", secrecy, budget=BudgetRules(amount=100, ballot="points"))
    return polls.open(method, secrecy)


def voted(polls: Polls, method: str, secrecy: Secrecy) -> Ballot:
    """A ballot in which some voted, one changed a vote and one took theirs back."""
    ballot = opened(polls, method, secrecy)
    for number, said in enumerate(SAID[method]):
        polls.vote(ballot, said, polls.voter(number), form_key=f"{number:032}")
    other = SAID[method][1]
    polls.vote(ballot, other, polls.voter(0), form_key=f"{0:032}")
    leaving = polls.vote(ballot, other, polls.voter(9), form_key=f"{9:032}")
    with polls.site.writing() as session:
        row = session.get_one(Ballot, ballot.id)
        withdraw(session, polls.voter(9), polls.service, row, code=leaving.code)
    return ballot


def recounted(polls: Polls, ballot: Ballot) -> tuple[published.BallotFile, Report]:
    with polls.site.app.test_request_context(), polls.site.reading() as session:
        file = file_of(session, polls.service, session.get_one(Ballot, ballot.id))
        key = key_of(session, polls.service, log.signed_head(session, polls.service.id))
    return file, recount(published.read(published.write(file)), key)


@pytest.mark.parametrize(
    ("method", "secrecy"),
    [
        (method, secrecy)
        for method in SAID
        for secrecy in ("public", "pseudonymous", "secret")
        # One click that is taken back by one click is never secret.
        if (method, secrecy) != ("support", "secret")
    ],
)
@pytest.mark.parametrize("database", ["sqlite"])
def test_the_file_of_a_counted_ballot_is_confirmed(
    polls: Polls, method: str, secrecy: Secrecy
) -> None:
    ballot = polls.close(voted(polls, method, secrecy))
    file, report = recounted(polls, ballot)
    assert report.holds, report.line
    assert all(check.passed for check in report.checks)
    assert (file.result.voters, file.result.counted, file.result.blank) == (4, 4, 1)
    assert file.terms_hash == ballot.terms_hash
    assert file.ballots_hash == ballot.ballots_hash
    assert file.result_hash == ballot.result_hash


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_ballots_side_by_side_are_each_confirmed(polls: Polls, secrecy: Secrecy) -> None:
    first = voted(polls, "approval", secrecy)
    second = voted(polls, "majority", secrecy)
    polls.close(first)
    polls.close(second)
    for ballot in (first, second):
        assert recounted(polls, ballot)[1].holds


def test_the_file_stays_the_same_while_the_log_goes_on(polls: Polls) -> None:
    ballot = polls.close(voted(polls, "approval", "pseudonymous"))
    before, _report = recounted(polls, ballot)
    polls.close(voted(polls, "majority", "secret"))
    assert recounted(polls, ballot)[0] == before


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_name_and_no_person_stands_in_a_file(polls: Polls) -> None:
    ballot = polls.close(voted(polls, "approval", "public"))
    raw = published.write(recounted(polls, ballot)[0]).decode()
    with polls.site.reading() as session:
        people = session.query(Person).all()
    for person in people:
        assert person.name not in raw
        assert str(person.email) not in raw
    assert '"person' not in raw


def test_a_ballot_that_is_not_counted_has_no_file(polls: Polls) -> None:
    ballot = voted(polls, "approval", "pseudonymous")
    with pytest.raises(NotFound):
        recounted(polls, ballot)


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_receipt_of_a_voter_is_proved_to_stand_in_the_log(polls: Polls, site: Site) -> None:
    ballot = opened(polls, "approval", "secret")
    mine = polls.vote(ballot, [2])
    polls.close(ballot)
    leaf = encode(ReceiptLeaf(ballot=ballot.id, receipt=mine.receipt))
    with site.reading() as session:
        head = log.head(session, polls.service.id)
        (index,) = [each.index for each in log.leaves_of(session, ballot.id) if each.data == leaf]
        proof = log.inclusion(session, polls.service.id, index, head.size)
    assert merkle.verify_inclusion(merkle.leaf_hash(leaf), index, head.size, proof, head.root)


@pytest.mark.parametrize("database", ["sqlite"])
def test_excluded_votes_stand_in_the_file_as_far_as_they_are_still_in_the_box(
    polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eak_core.people.accounts.account.hash_password", lambda password: None)
    ballot = opened(polls, "approval", "pseudonymous")
    for number in range(bursts.LEAST):
        polls.vote(ballot, [1], polls.voter(number), source="192.0.2.0/24")
    polls.vote(ballot, [2], polls.voter(bursts.LEAST))
    with polls.site.writing() as session:
        row = session.get_one(Ballot, ballot.id)
        (burst,) = bursts.bursts_of(session, row)
        exclude(session, polls.manager, polls.service, row, burst.group, "One machine.")
    with polls.site.writing() as session:
        row = session.get_one(Ballot, ballot.id)
        withdraw(session, polls.voter(0), polls.service, row)
    file, report = recounted(polls, polls.close(ballot))
    assert report.holds, report.line
    assert [(each.number, each.votes) for each in file.exclusions] == [(1, bursts.LEAST - 1)]
    assert file.result.counted == 1


@pytest.fixture
def by_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two receipts at a time; what is drawn comes in the order of the receipts, from the last."""
    monkeypatch.setattr(recording, "PORTION", 2)
    monkeypatch.setattr(recording._draw, "shuffle", lambda found: found.sort(reverse=True))


def leaves_of(polls: Polls, ballot: Ballot) -> list[Any]:
    with polls.site.reading() as session:
        return [decode(each.data) for each in log.leaves_of(session, ballot.id)]


@pytest.mark.usefixtures("by_portions")
@pytest.mark.parametrize("secrecy", ["secret", "pseudonymous"])
def test_receipts_of_a_large_ballot_enter_by_portions_drawn_from_all_and_the_result_last(
    polls: Polls, secrecy: Secrecy
) -> None:
    ballot = voted(polls, "approval", secrecy)
    polls.clock.set(ballot.closes_at + timedelta(seconds=31))
    sizes = [len(leaves_of(polls, ballot))]
    manager = polls.site.browser()
    manager.sign_in(polls.site.people.manager)
    page = f"/culture/gestion/votes/{ballot.id}"
    told = []
    while polls.now(ballot).state != "counted":
        told.append(manager.get(f"{page}/depouillement.json?lang=en").json)
        assert Worker(polls.site.app).perform_due(), "whoever comes next goes on"
        sizes.append(len(leaves_of(polls, ballot)))
    assert [(each["done"], each["total"]) for each in told][:4] == [(0, 0), (2, 8), (4, 8), (6, 8)]
    assert not any(each["ended"] for each in told)
    assert manager.get(f"{page}/depouillement.json").json["ended"]
    _opened, *leaves, counted = leaves_of(polls, ballot)
    assert [after - before for before, after in pairwise(sizes) if after > before] == [
        2,
        2,
        2,
        2,
        1,
    ]
    assert isinstance(counted, CountedLeaf)
    new = [each.receipt for each in leaves if isinstance(each, ReceiptLeaf)]
    gone = [each.receipt for each in leaves if isinstance(each, ReplacedLeaf)]
    assert new == sorted(new, reverse=True)
    assert (len(new), len(gone), len(set(new))) == (6, 2, 6)
    _file, report = recounted(polls, ballot)
    assert report.confirmed, report.line
