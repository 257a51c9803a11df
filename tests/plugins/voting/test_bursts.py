"""Bursts are noticed and said, excluded only with a public reason, and say nothing of choices."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eak_core.errors import EakError, Forbidden, Invalid, NotFound, Refused
from eak_core.events.models import EventLog
from eak_core.permissions import Actor
from eak_voting.casting.bursts import (
    LEAST,
    TIMES,
    Burst,
    ballots_with_bursts,
    bursts_of,
    is_unusual,
)
from eak_voting.casting.exclusions import Standing, exclude, exclusions_of, reverse, standings
from eak_voting.counting.outcome import Outcome
from eak_voting.models import Activity, Ballot, Exclusion, Paper
from eak_voting.settings import Secrecy
from tests.plugins.voting.conftest import Polls

ROBOTS, HOME, LIBRARY = "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/48"


pytestmark = pytest.mark.usefixtures("cheap_accounts")


def crowd(polls: Polls, ballot: Ballot, source: str, people: range, said: object = (1,)) -> None:
    for number in people:
        polls.vote(ballot, list(said), polls.voter(number), source=source)  # type: ignore[call-overload]


def seen(polls: Polls, ballot: Ballot) -> list[Burst]:
    with polls.site.reading() as session:
        return bursts_of(session, session.get_one(Ballot, ballot.id))


def leave_out(polls: Polls, ballot: Ballot, group: str, reason: str = "Robots.") -> Exclusion:
    with polls.site.writing() as session:
        kept = session.get_one(Ballot, ballot.id)
        return exclude(session, polls.manager, polls.service, kept, group, reason)


def take_in(polls: Polls, ballot: Ballot, number: int, reason: str = "A library.") -> None:
    with polls.site.writing() as session:
        kept = session.get_one(Ballot, ballot.id)
        reverse(session, polls.manager, polls.service, kept, number, reason)


def result(polls: Polls, ballot: Ballot) -> Outcome:
    import msgspec

    with polls.site.reading() as session:
        text = session.get_one(Ballot, ballot.id).result
    assert text is not None
    return msgspec.json.decode(text, type=Outcome)


@pytest.mark.parametrize(
    ("votes", "young", "usual", "unusual"),
    [
        (LEAST - 1, LEAST - 1, 1, False),
        (LEAST, 0, LEAST // TIMES, True),
        (LEAST, 0, LEAST // TIMES + 1, False),
        (100, 49, 100, False),
        (100, 50, 100, True),
    ],
)
def test_the_rule_takes_many_votes_that_are_unusual_or_new(
    votes: int, young: int, usual: int, unusual: bool
) -> None:
    assert is_unusual(votes, young, usual) is unusual


def test_many_votes_of_one_network_in_one_hour_are_noticed_with_the_new_accounts_among_them(
    polls: Polls,
) -> None:
    ballot = polls.open(lasts=timedelta(days=9))
    for number in range(1, 12):
        polls.voter(number)
    polls.clock.advance(days=2)
    crowd(polls, ballot, HOME, range(100, 103))
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1))
    hour = polls.clock.now
    polls.clock.advance(hours=1)
    crowd(polls, ballot, ROBOTS, range(50, 55))
    [burst] = seen(polls, ballot)
    assert (burst.votes, burst.young, burst.hour) == (LEAST, LEAST - 11, hour)
    assert ROBOTS not in str(burst)


def test_what_is_usual_is_the_median_of_the_other_networks(polls: Polls) -> None:
    ballot = polls.open(lasts=timedelta(days=9))
    for number in range(1, 61):
        polls.voter(number)
    polls.clock.advance(days=2)
    crowd(polls, ballot, HOME, range(1, 21))
    assert [burst.votes for burst in seen(polls, ballot)] == [20], "nobody else votes so much"
    crowd(polls, ballot, LIBRARY, range(21, 41))
    crowd(polls, ballot, ROBOTS, range(41, 61))
    assert seen(polls, ballot) == [], "three networks alike are none of them unusual"


def test_votes_that_are_changed_or_sent_twice_are_no_burst(polls: Polls) -> None:
    ballot = polls.open()
    for said in ([1], [2], [1, 2]) * LEAST:
        polls.vote(ballot, said, polls.voter(), source=ROBOTS)
    with polls.site.reading() as session:
        assert session.scalar(select(func.sum(Activity.votes))) == 1


def test_a_vote_without_a_network_is_counted_nowhere(polls: Polls) -> None:
    polls.vote(polls.open(), [1])
    with polls.site.reading() as session:
        assert session.scalar(select(func.count()).select_from(Activity)) == 0
        assert session.scalars(select(Paper.source)).one() is None


@pytest.mark.parametrize("secrecy", ["public", "pseudonymous"])
def test_an_excluded_burst_is_left_out_of_the_count_with_its_number_and_reason(
    polls: Polls, secrecy: Secrecy
) -> None:
    ballot = polls.open(secrecy=secrecy)
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1), [1])
    crowd(polls, ballot, HOME, range(30, 33), [2])
    [burst] = seen(polls, ballot)
    exclusion = leave_out(polls, ballot, burst.group, "Twenty accounts of one minute.")
    assert (exclusion.number, exclusion.votes) == (1, LEAST)
    with polls.site.reading() as session:
        kept = session.get_one(Ballot, ballot.id)
        assert standings(session, kept, [burst]) == {burst.group: Standing(0, LEAST)}
    counted = polls.close(ballot)
    outcome = result(polls, counted)
    assert (outcome.voters, outcome.counted, outcome.excluded) == (LEAST + 3, 3, LEAST)
    assert outcome.ranking[0].option == 2
    with polls.site.reading() as session:
        [kept_exclusion] = exclusions_of(session, counted)
        assert kept_exclusion.reason == "Twenty accounts of one minute."
        assert session.scalar(select(func.count(Paper.exclusion_id))) == LEAST, "in the box still"


def test_an_exclusion_is_reversed_with_a_reason_and_everything_counts_again(polls: Polls) -> None:
    ballot = polls.open()
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1))
    [burst] = seen(polls, ballot)
    leave_out(polls, ballot, burst.group)
    with pytest.raises(Invalid):
        take_in(polls, ballot, 1, "  ")
    for none in (0, 2, 2**40):
        with pytest.raises(NotFound):
            take_in(polls, ballot, none)
    take_in(polls, ballot, 1)
    with pytest.raises(Refused):
        take_in(polls, ballot, 1)
    again = leave_out(polls, ballot, burst.group, "No library after all.")
    assert again.number == 2, "a number means one exclusion for good"
    take_in(polls, ballot, 2)
    assert result(polls, polls.close(ballot)).counted == LEAST
    with polls.site.reading() as session:
        told = session.scalars(
            select(EventLog.data)
            .where(EventLog.type == "voting.votes_excluded")
            .order_by(EventLog.position)
        ).all()
    assert [
        (each["number"], each["votes"], each["reversed"]) for each in map(json.loads, told)
    ] == [
        (1, LEAST, False),
        (1, LEAST, True),
        (2, LEAST, False),
        (2, LEAST, True),
    ]


def test_what_is_voted_later_in_an_excluded_group_counts_and_can_be_seen(polls: Polls) -> None:
    ballot = polls.open()
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1))
    [burst] = seen(polls, ballot)
    leave_out(polls, ballot, burst.group)
    polls.vote(ballot, [2], polls.voter(90), source=ROBOTS)
    [burst] = seen(polls, ballot)
    with polls.site.reading() as session:
        assert standings(session, ballot, [burst])[burst.group] == Standing(1, LEAST)
    assert leave_out(polls, ballot, burst.group, "One more.").votes == 1


def test_an_excluded_vote_taken_back_by_its_voter_is_no_longer_published_as_excluded(
    polls: Polls,
) -> None:
    from eak_voting.casting.votes import withdraw

    ballot = polls.open()
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1))
    leave_out(polls, ballot, seen(polls, ballot)[0].group)
    with polls.site.writing() as session:
        kept = session.get_one(Ballot, ballot.id)
        withdraw(session, polls.voter(1), polls.service, kept)
    counted = polls.close(ballot)
    assert result(polls, counted).excluded == LEAST - 1
    with polls.site.reading() as session:
        assert [each.votes for each in exclusions_of(session, counted)] == [LEAST - 1]


@pytest.mark.parametrize("database", ["sqlite"])
def test_in_a_secret_ballot_a_burst_is_said_and_nothing_can_be_excluded(polls: Polls) -> None:
    ballot = polls.open(secrecy="secret")
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1))
    [burst] = seen(polls, ballot)
    with pytest.raises(Refused, match="secret"):
        leave_out(polls, ballot, burst.group)
    with polls.site.reading() as session:
        assert session.scalars(select(Paper.source).distinct()).all() == [None]
    counted = polls.close(ballot)
    [published] = seen(polls, counted)
    assert (published.votes, published.young, published.hour) == (
        burst.votes,
        burst.young,
        burst.hour,
    )


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_the_count_deletes_what_names_networks_and_keeps_what_was_noticed(
    polls: Polls, secrecy: Secrecy
) -> None:
    ballot = polls.open(secrecy=secrecy)
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1))
    crowd(polls, ballot, HOME, range(30, 33))
    [before] = seen(polls, ballot)
    counted = polls.close(ballot)
    [after] = seen(polls, counted)
    assert after.group != before.group
    with polls.site.reading() as session:
        assert session.scalars(select(Activity.votes)).all() == [LEAST]
        assert session.scalar(select(func.count(Paper.source))) == 0
    with pytest.raises(Refused):
        leave_out(polls, ballot, after.group)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_cancelled_ballot_keeps_nothing_of_networks(polls: Polls) -> None:
    from eak_voting.casting.opening import cancel

    ballot = polls.open()
    crowd(polls, ballot, ROBOTS, range(1, 4))
    with polls.site.writing() as session:
        kept = session.get_one(Ballot, ballot.id)
        cancel(session, polls.manager, polls.service, kept, "Not enough ideas.")
        assert session.scalar(select(func.count()).select_from(Activity)) == 0
        assert session.scalar(select(func.count(Paper.source))) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_managers_exclude_and_only_bursts(polls: Polls, citizen: Actor) -> None:
    ballot = polls.open()
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1))
    crowd(polls, ballot, HOME, range(30, 33))
    [burst] = seen(polls, ballot)
    with polls.site.reading() as session:
        small = session.scalars(select(Paper.source).where(Paper.source != burst.group)).first()
    refused: list[tuple[Actor, str, str, type[EakError]]] = [
        (citizen, burst.group, "Robots.", Forbidden),
        (polls.manager, small or "", "They vote for the other one.", Refused),
        (polls.manager, burst.group, " \n\u3164\u200b", Invalid),
    ]
    for actor, group, reason, error in refused:
        with pytest.raises(error), polls.site.writing() as session:
            kept = session.get_one(Ballot, ballot.id)
            exclude(session, actor, polls.service, kept, group, reason)
    with polls.site.reading() as session:
        assert session.scalar(select(func.count(Paper.exclusion_id))) == 0


def test_a_ballot_with_a_burst_waits_for_its_managers_until_it_is_counted(polls: Polls) -> None:
    quiet, ballot = polls.open(title="A quiet one"), polls.open()
    polls.vote(quiet, [1], source=HOME)
    crowd(polls, ballot, ROBOTS, range(1, LEAST + 1))
    with polls.site.reading() as session:
        assert [each.id for each in ballots_with_bursts(session, polls.service)] == [ballot.id]
    polls.close(ballot)
    with polls.site.reading() as session:
        assert ballots_with_bursts(session, polls.service) == []
