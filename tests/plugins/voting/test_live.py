"""What shows of a ballot while votes are cast: what its terms promised, and to nobody more."""

from datetime import timedelta
from typing import get_args

import pytest
from sqlalchemy import func, select

from eak_voting.counting.live import FEWEST, computation, refresh
from eak_voting.counting.outcome import Outcome
from eak_voting.counting.tally import Box
from eak_voting.models import Ballot, Live
from eak_voting.publishing.shown import Shown, shown
from eak_voting.settings import Publication, Secrecy
from tests.plugins.voting.conftest import Polls

MINUTE = timedelta(minutes=1)


pytestmark = pytest.mark.usefixtures("cheap_accounts")


def visible(polls: Polls, ballot: Ballot) -> Shown:
    with polls.site.reading() as session:
        return shown(session, polls.service, session.get_one(Ballot, ballot.id))


def crowd(polls: Polls, ballot: Ballot, people: range, said: object = (1,)) -> None:
    for number in people:
        polls.vote(ballot, list(said), polls.voter(number))  # type: ignore[call-overload]


def votes(seen: Shown) -> dict[int, int]:
    assert seen.outcome is not None
    return {each.option: each.votes for each in seen.outcome.ranking}


def test_a_provisional_result_follows_the_votes_by_the_minute(polls: Polls) -> None:
    ballot = polls.open(secrecy="public", publication="live")
    polls.vote(ballot, [1], polls.voter(1))
    polls.site.drain()
    assert visible(polls, ballot).outcome is None, "not before the first minute"
    polls.clock.advance(minutes=1)
    polls.site.drain()
    first = visible(polls, ballot)
    assert votes(first) == {1: 1, 2: 0, 3: 0}
    assert first.provisional_at == polls.clock.now
    polls.vote(ballot, [2], polls.voter(2))
    polls.clock.advance(seconds=59)
    polls.site.drain()
    assert visible(polls, ballot) == first, "once a minute at most"
    polls.clock.advance(seconds=1)
    polls.site.drain()
    assert votes(visible(polls, ballot)) == {1: 1, 2: 1, 3: 0}


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_result_takes_the_place_of_the_provisional_one(polls: Polls) -> None:
    ballot = polls.open(secrecy="public", publication="live")
    polls.vote(ballot, [1])
    polls.clock.advance(minutes=1)
    polls.site.drain()
    polls.clock.set(ballot.closes_at)
    assert visible(polls, ballot).outcome is None, "between the close and the count"
    counted = polls.close(ballot)
    assert visible(polls, counted).provisional_at is None
    assert votes(visible(polls, counted)) == {1: 1, 2: 0, 3: 0}
    with polls.site.reading() as session:
        assert session.scalar(select(func.count()).select_from(Live)) == 0


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("secrecy", get_args(Secrecy))
@pytest.mark.parametrize("publication", ["totals", "after_close"])
def test_nothing_is_counted_where_the_result_waits_for_the_close(
    polls: Polls, publication: Publication, secrecy: Secrecy
) -> None:
    ballot = polls.open(secrecy=secrecy, publication=publication)
    crowd(polls, ballot, range(1, FEWEST + 1))
    for _ in range(3):
        polls.clock.advance(hours=1)
        polls.site.drain()
    seen = visible(polls, ballot)
    assert seen.outcome is None
    assert seen.voters == (FEWEST if publication == "totals" else None)
    with polls.site.reading() as session:
        assert session.scalar(select(func.count()).select_from(Live)) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_provisional_result_of_a_few_shows_in_open_ballots_alone(polls: Polls) -> None:
    ballot = polls.open(secrecy="pseudonymous", publication="live")
    crowd(polls, ballot, range(1, FEWEST))
    polls.clock.advance(minutes=1)
    polls.site.drain()
    assert visible(polls, ballot).outcome is None
    crowd(polls, ballot, range(FEWEST, FEWEST + 1))
    polls.clock.advance(minutes=1)
    polls.site.drain()
    assert votes(visible(polls, ballot))[1] == FEWEST


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_secret_ballot_counts_nothing_early_whatever_its_settings_say(
    polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "eak_voting.ballots.preparing.checked", lambda session, service, draft: draft
    )
    ballot = polls.open(secrecy="secret", publication="live")
    crowd(polls, ballot, range(1, FEWEST + 1))
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        refresh(session, held, computation(session, polls.service, held)())
    polls.clock.advance(hours=1)
    polls.site.drain()
    assert visible(polls, ballot).outcome is None


def test_it_goes_on_after_the_worker_was_away(polls: Polls) -> None:
    ballot = polls.open(secrecy="public", publication="live")
    polls.vote(ballot, [1])
    polls.clock.advance(days=2)
    polls.site.drain()
    assert votes(visible(polls, ballot))[1] == 1
    polls.vote(ballot, [1, 2])
    polls.clock.advance(minutes=1)
    polls.site.drain()
    assert votes(visible(polls, ballot)) == {1: 1, 2: 1, 3: 0}


def test_counting_takes_a_small_part_of_a_workers_time_however_long_a_count_takes(
    polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = Box.count

    def count_for_ten_seconds(box: Box, seed: str) -> Outcome:
        polls.clock.advance(seconds=10)
        return count(box, seed)

    ballot = polls.open(secrecy="public", publication="live")
    polls.clock.advance(minutes=1)
    with monkeypatch.context() as slow:
        slow.setattr(Box, "count", count_for_ten_seconds)
        polls.site.drain()
    polls.vote(ballot, [1])
    polls.clock.advance(seconds=499)
    polls.site.drain()
    assert votes(visible(polls, ballot))[1] == 0
    polls.clock.advance(seconds=1)
    polls.site.drain()
    assert votes(visible(polls, ballot))[1] == 1
