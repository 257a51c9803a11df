"""A count keeps nobody from writing, however long it takes, and what moves meanwhile is counted."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from eak_core import clock
from eak_core.events.models import EventLog
from eak_voting.casting import exclusions, mixing
from eak_voting.casting.bursts import LEAST
from eak_voting.casting.opening import cancel
from eak_voting.counting import tally
from eak_voting.counting.live import FEWEST
from eak_voting.counting.outcome import Outcome
from eak_voting.counting.result import read_closed
from eak_voting.models import Ballot, Exclusion, Live, Paper
from eak_voting.personal_data import erase_person
from eak_voting.publishing import published, recount
from eak_voting.publishing.stored import file_of, result_of
from tests.plugins.voting.conftest import Polls

SECONDS = 20.0


class SlowCount:
    """The counting function, which waits until a test lets it go on."""

    def __init__(self, count: Callable[..., Outcome]) -> None:
        self._count = count
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.times = 0

    def __call__(self, *given: Any, **named: Any) -> Outcome:
        self.times += 1
        self.begun.set()
        assert self.go_on.wait(SECONDS)
        return self._count(*given, **named)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowCount:
    slow = SlowCount(tally.outcome)  # type: ignore[attr-defined]
    monkeypatch.setattr(tally, "outcome", slow)
    return slow


@contextmanager
def counting(polls: Polls, slow: SlowCount) -> Iterator[None]:
    """Inside, a worker is counting what is due; at the end it has done so."""

    now = polls.clock.now  # another thread has a clock of its own

    def work() -> None:
        with clock.freeze(now):
            polls.site.drain()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert slow.begun.wait(SECONDS)
        yield
    finally:
        slow.go_on.set()
        worker.join(SECONDS)
    assert not worker.is_alive()


def past_the_close(polls: Polls, ballot: Ballot) -> None:
    polls.clock.set(ballot.closes_at)
    polls.clock.advance(minutes=1)


def kinds(polls: Polls, ballot: Ballot) -> list[str]:
    with polls.site.reading() as session:
        query = select(EventLog.type).where(EventLog.subject == f"voting.ballot:{ballot.id}")
        return list(session.scalars(query))


def recounted(polls: Polls, ballot: Ballot) -> recount.Report:
    with polls.site.app.app_context(), polls.site.reading() as session:
        file = file_of(session, polls.service, session.get_one(Ballot, ballot.id))
    return recount.recount(published.read(published.write(file)))


def test_others_write_while_votes_are_counted(polls: Polls, slow: SlowCount) -> None:
    ballot, other = polls.open(), polls.open(lasts=timedelta(days=30))
    for number in range(1, 4):
        polls.vote(ballot, [1], polls.voter(number))
    past_the_close(polls, ballot)
    with counting(polls, slow):
        polls.vote(other, [2], polls.voter(1))
        polls.site.submit("Written meanwhile")
        assert polls.now(ballot).state == "closed"
    assert polls.now(ballot).state == "counted"
    assert slow.times == 1
    assert kinds(polls, ballot).count("voting.ballot_counted") == 1
    report = recounted(polls, ballot)
    assert report.holds, report.line


def test_others_write_while_a_provisional_result_is_counted(polls: Polls, slow: SlowCount) -> None:
    ballot = polls.open(publication="live")
    for number in range(FEWEST):
        polls.vote(ballot, [1], polls.voter(number))
    read_at = polls.clock.now
    polls.clock.advance(minutes=1)
    with counting(polls, slow):
        polls.vote(ballot, [2], polls.voter(FEWEST))
    with polls.site.reading() as session:
        kept = session.get_one(Live, ballot.id)
    assert kept.at > read_at
    assert f'"counted":{FEWEST}' in kept.result, "it says what was counted, and when"


def test_votes_that_are_excluded_while_they_are_counted_are_not_counted(
    polls: Polls, slow: SlowCount
) -> None:
    ballot = polls.open()
    for number in range(LEAST):
        polls.vote(ballot, [1], polls.voter(number), source="192.0.2.0/24")
    polls.vote(ballot, [2], polls.voter(LEAST))
    past_the_close(polls, ballot)
    with counting(polls, slow), polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        (burst,) = exclusions.bursts_of(session, held)  # type: ignore[attr-defined]
        exclusions.exclude(session, polls.manager, polls.service, held, burst.group, "One robot.")
    assert slow.times == 2
    with polls.site.reading() as session:
        result = result_of(session.get_one(Ballot, ballot.id))
        assert session.scalars(select(Exclusion.votes)).all() == [LEAST]
    assert (result.counted, result.excluded) == (1, LEAST)
    report = recounted(polls, ballot)
    assert report.holds, report.line


def test_a_ballot_that_is_cancelled_while_it_is_counted_has_no_result(
    polls: Polls, slow: SlowCount
) -> None:
    ballot = polls.open()
    polls.vote(ballot, [1])
    past_the_close(polls, ballot)
    with counting(polls, slow), polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        cancel(session, polls.manager, polls.service, held, "The wrong question.")
    ballot = polls.now(ballot)
    assert (ballot.state, ballot.result_hash) == ("cancelled", None)
    assert "voting.ballot_counted" not in kinds(polls, ballot)


def test_somebody_erased_while_votes_are_counted_changes_nothing_of_the_count(
    polls: Polls, slow: SlowCount
) -> None:
    ballot = polls.open()
    voters = [polls.voter(number) for number in range(3)]
    for voter in voters:
        polls.vote(ballot, [1], voter)
    past_the_close(polls, ballot)
    with counting(polls, slow), polls.site.writing() as session:
        assert voters[0].person_id is not None
        erase_person(session, voters[0].person_id)
    assert slow.times == 1
    assert recounted(polls, ballot).holds


def test_a_vote_that_changed_since_it_was_read_is_never_left_out_of_the_count(
    polls: Polls,
) -> None:
    """No way leads there through the plugin's own functions: it is the database that is asked."""
    ballot = polls.open()
    polls.vote(ballot, [1], polls.voter(1))
    polls.vote(ballot, [2], polls.voter(2))
    counted: list[Any] = []
    read = tally.read_box

    def changed_after(session: Any, service: Any, held: Ballot) -> tally.Box:
        box = read(session, service, held)
        counted.append(box)
        if len(counted) == 1:
            with polls.site.writing() as other:
                other.execute(
                    update(Paper).where(Paper.choices == "[1]").values(choices="[3]", version=2)
                )
        return box

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eak_voting.counting.result.read_box", changed_after)
        past_the_close(polls, ballot)
        polls.site.drain()
    assert len(counted) == 4, "read, found moved, read anew, found as it was"
    with polls.site.reading() as session:
        result = result_of(session.get_one(Ballot, ballot.id))
    assert {each.option: each.votes for each in result.ranking} == {1: 0, 2: 1, 3: 1}


def test_reading_for_a_count_does_nothing_where_there_is_nothing_to_count(polls: Polls) -> None:
    ballot = polls.open()
    with polls.site.reading() as session:
        for name in (f"count:{ballot.id}", "count:999"):
            assert read_closed(session, polls.service, name, polls.clock.now) is None


def test_whoever_waits_has_a_turn_between_the_close_of_a_secret_ballot_and_its_mixing(
    polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes seconds with a hundred thousand votes; a worker that dies between mixes later."""
    ballot = polls.open(secrecy="secret")
    polls.vote(ballot, [1])
    past_the_close(polls, ballot)
    seen: list[str] = []
    mix = mixing.mix

    def noted(session: Any, ballot_id: int) -> None:
        with polls.site.reading() as other:
            seen.append(other.get_one(Ballot, ballot_id).state)
        if len(seen) == 1:
            raise OSError("the machine was switched off")
        mix(session, ballot_id)

    monkeypatch.setattr(mixing, "mix", noted)
    polls.site.drain()
    assert polls.now(ballot).state == "closed", "nothing is counted before it is mixed"
    polls.clock.advance(minutes=10)
    polls.site.drain()
    assert seen == ["closed", "closed"], "others see the close while it is mixed"
    assert polls.now(ballot).state == "counted"
    assert recounted(polls, ballot).holds
