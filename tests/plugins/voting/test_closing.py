"""What happens to a ballot by itself: it opens, publishes receipts, closes and is counted."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from eak_core import clock
from eak_core.errors import Invalid
from eak_core.events.models import EventLog
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_voting.ballots.finding import settings_of
from eak_voting.casting import mixing
from eak_voting.casting.opening import cancel
from eak_voting.models import Activity, Ballot, Paper, Receipt, RegisterEntry
from eak_voting.publishing import published, recount
from eak_voting.publishing.stored import file_of, result_of
from eak_voting.settings import ApprovalRules, Secrecy, digest
from eak_voting.transparency import log
from eak_voting.transparency.recording import LEAST, publish_receipts
from tests.plugins.voting.conftest import Polls


def kinds(polls: Polls) -> list[str]:
    with polls.site.reading() as session:
        query = select(EventLog.type).where(EventLog.type.like("voting.ballot%"))
        return list(session.scalars(query.order_by(EventLog.position)))


def leaves(polls: Polls) -> list[dict[str, object]]:
    with polls.site.reading() as session:
        found = log.leaves(session, polls.service.id, 0, 1000)
        return [json.loads(each.data) for each in found]


def saved(polls: Polls, ballot: Ballot) -> bytes:
    with polls.site.app.app_context(), polls.site.reading() as session:
        held = session.get_one(Ballot, ballot.id)
        return published.write(file_of(session, polls.service, held))


def test_a_ballot_opens_at_its_instant_and_freezes_its_terms(
    polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open(opens_in=timedelta(hours=1))
    assert (ballot.state, ballot.terms_hash) == ("announced", None)
    clock.advance(hours=1)
    polls.site.drain()
    ballot = polls.now(ballot)
    assert ballot.state == "open"
    with polls.site.reading() as session:
        terms = session.get_one(Ballot, ballot.id).terms
    assert terms is not None
    assert digest(terms.encode()) == ballot.terms_hash
    assert leaves(polls) == [
        {"type": "ballot.opened", "ballot": ballot.id, "terms": ballot.terms_hash}
    ]
    assert kinds(polls) == ["voting.ballot_announced", "voting.ballot_opened"]


@pytest.mark.parametrize("secrecy", ["public", "pseudonymous", "secret"])
def test_a_ballot_closes_and_is_counted_by_itself_and_its_file_recounts(
    polls: Polls, secrecy: Secrecy
) -> None:
    ballot = polls.open(secrecy=secrecy)
    for number, said in enumerate(([1], [1, 2], [], [1, 3]), 1):
        polls.vote(ballot, said, polls.voter(number))
    ballot = polls.close(ballot)
    assert ballot.state == "counted"
    assert kinds(polls)[-2:] == ["voting.ballot_closed", "voting.ballot_counted"]
    with polls.site.reading() as session:
        result = result_of(session.get_one(Ballot, ballot.id))
    assert [(each.option, each.rank, each.votes) for each in result.ranking] == [
        (1, 1, 3), (2, 2, 1), (3, 2, 1),
    ]  # fmt: skip
    assert (result.voters, result.counted, result.blank) == (4, 4, 1)
    report = recount.recount(published.read(saved(polls, ballot)))
    assert report.holds, report.line


def test_a_ballot_is_not_closed_while_somebody_who_came_in_time_may_be_waiting(
    polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open()
    clock.set(ballot.closes_at + timedelta(seconds=29))
    polls.site.drain()
    assert polls.now(ballot).state == "open"
    clock.advance(seconds=1)
    polls.site.drain()
    assert polls.now(ballot).state == "counted"


def test_a_ballot_that_no_worker_saw_is_opened_closed_and_counted_late(polls: Polls) -> None:
    ballot = polls.open(opens_in=timedelta(hours=1))
    ballot = polls.close(ballot)
    assert ballot.state == "counted"
    assert kinds(polls) == [
        "voting.ballot_announced",
        "voting.ballot_opened",
        "voting.ballot_closed",
        "voting.ballot_counted",
    ]


@pytest.mark.parametrize("database", ["sqlite"])
def test_receipts_of_a_ballot_that_can_be_followed_enter_by_groups_and_replaced_ones_say_so(
    polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open(publication="live")
    voters = [polls.voter(number) for number in range(2 * LEAST)]
    first = [polls.vote(ballot, [1], voter).receipt for voter in voters[: LEAST - 1]]
    clock.advance(minutes=2)
    polls.site.drain()
    assert len(leaves(polls)) == 1, "too few: they would have their minute"
    first.append(polls.vote(ballot, [1], voters[LEAST - 1]).receipt)
    clock.advance(minutes=2)
    polls.site.drain()
    said = [leaf.get("receipt") for leaf in leaves(polls)]
    assert sorted(said[1:]) == sorted(first)
    second = [polls.vote(ballot, [2], voter).receipt for voter in voters[:LEAST]]
    clock.advance(minutes=2)
    polls.site.drain()
    polls.site.drain()
    later = [(leaf["type"], leaf["receipt"]) for leaf in leaves(polls)[LEAST + 1 :]]
    assert sorted(later[:LEAST]) == sorted(("receipt", each) for each in second)
    assert sorted(later[LEAST:]) == sorted(("receipt.replaced", each) for each in first)
    with polls.site.reading() as session:
        places = {row.leaf_index for row in session.scalars(select(Receipt))}
    assert places == {*range(1, 2 * LEAST + 1)}


@pytest.mark.parametrize("publication", ["after_close", "totals"])
@pytest.mark.parametrize("secrecy", ["public", "pseudonymous", "secret"])
@pytest.mark.parametrize("database", ["sqlite"])
def test_receipts_of_a_ballot_that_hides_its_results_enter_the_log_with_the_close_in_another_order(
    polls: Polls, clock: FrozenClock, secrecy: Secrecy, publication: str, database: str
) -> None:
    ballot = polls.open(secrecy=secrecy, publication=publication)
    given = []
    for number in range(LEAST + 5):
        given.append(polls.vote(ballot, [1], polls.voter(number)).receipt)
        clock.advance(minutes=7)
        polls.site.drain()
        assert len(leaves(polls)) == 1
    polls.close(ballot)
    logged = [leaf["receipt"] for leaf in leaves(polls)[1 : LEAST + 6]]
    assert sorted(map(str, logged)) == sorted(given)
    assert logged != given


def order_on_disk(polls: Polls, table: type, column: str) -> Sequence[str]:
    with polls.site.reading() as session:
        return list(session.scalars(select(getattr(table, column)).order_by()))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_after_a_group_nothing_in_the_tables_tells_who_cast_which_paper(
    polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open(secrecy="secret")
    for number in range(LEAST):
        polls.vote(ballot, [number % 3 + 1], polls.voter(number))

    def transactions(table: str) -> list[str]:
        with polls.site.reading() as session:
            return list(session.scalars(text(f"SELECT xmin::text FROM {table} ORDER BY ctid")))  # noqa: S608 - two names of this test

    # What it is about: before, the number of the transaction links the two.
    # (Where in the file, the database decides: it uses again what it tidied up by itself.)
    assert sorted(transactions("voting_register")) == sorted(transactions("voting_paper"))
    assert len(set(transactions("voting_paper"))) == LEAST
    clock.advance(hours=2)
    polls.site.drain()
    assert len({*transactions("voting_register"), *transactions("voting_paper")}) == 1
    # Those who come after it are linked until they are a crowd, and not for one of them more.
    for number in range(LEAST, 2 * LEAST):
        polls.vote(ballot, [number % 3 + 1], polls.voter(number))
        clock.advance(hours=1)
        polls.site.drain()
        late = 1 if number == 2 * LEAST - 1 else number - LEAST + 1
        assert len(set(transactions("voting_paper"))) == 1 + late
        assert len(set(transactions("voting_register"))) == 1 + late
    clock.set(ballot.closes_at)
    polls.close(ballot)
    assert len({*transactions("voting_register"), *transactions("voting_paper")}) == 1


def test_shuffling_keeps_every_entry_and_every_paper(polls: Polls) -> None:
    ballot = polls.open(secrecy="secret")
    codes = [polls.vote(ballot, [1], polls.voter(number)).code for number in range(LEAST)]
    before = {
        table: sorted(order_on_disk(polls, table, column))
        for table, column in ((RegisterEntry, "voter_key"), (Paper, "mark"))
    }
    with polls.site.app.app_context(), polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        assert publish_receipts(session, polls.service, held, last=True) == 0
        mixing.mix_late(session, held.id)
        mixing.mix(session, held.id)
    assert len(set(codes)) == LEAST
    for table, column in ((RegisterEntry, "voter_key"), (Paper, "mark")):
        assert sorted(order_on_disk(polls, table, column)) == before[table]


def test_a_cancelled_ballot_is_never_counted_and_says_why(polls: Polls) -> None:
    ballot = polls.open()
    polls.vote(ballot, [1])
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        cancel(session, polls.manager, polls.service, held, "The budget was withdrawn.")
    ballot = polls.close(ballot)
    assert (ballot.state, ballot.cancel_reason) == ("cancelled", "The budget was withdrawn.")
    assert kinds(polls)[-1] == "voting.ballot_cancelled"
    assert leaves(polls)[-1]["type"] == "ballot.cancelled"
    with polls.site.reading() as session:
        assert session.scalar(select(Paper.choices)) == "[1]"


def test_networks_are_forgotten_with_the_count(polls: Polls) -> None:
    ballot = polls.open()
    polls.vote(ballot, [1], source="192.0.2.0/24")
    with polls.site.reading() as session:
        assert session.scalar(select(Paper.source)) is not None
        assert session.scalar(select(Activity.votes)) == 1
    polls.close(ballot)
    with polls.site.reading() as session:
        assert session.scalar(select(Paper.source)) is None
        assert session.scalar(select(Activity.votes)) is None


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_that_went_away_is_left_out_at_the_opening(polls: Polls) -> None:
    ideas = polls.ideas(3)
    ballot = polls.open(ideas=ideas, opens_in=timedelta(hours=1))
    with polls.site.writing() as session:
        hide(session, Actor.system(), polls.service, f"idea:{ideas[0].id}", "Not an idea.")
    polls.clock.advance(hours=1)
    polls.site.drain()
    terms = polls.terms(ballot)
    assert [(each.number, each.idea) for each in terms.options] == [
        (1, ideas[1].id),
        (2, ideas[2].id),
    ]


@pytest.mark.parametrize("database", ["sqlite"])
def test_no_vote_has_to_name_more_ideas_than_the_opening_left(polls: Polls) -> None:
    ideas = polls.ideas(3)
    rules = ApprovalRules(at_least=3)
    ballot = polls.open(ideas=ideas, opens_in=timedelta(hours=1), approval=rules)
    with polls.site.writing() as session:
        hide(session, Actor.system(), polls.service, f"idea:{ideas[0].id}", "Not an idea.")
    polls.clock.advance(hours=1)
    polls.site.drain()
    polls.vote(ballot, [1, 2])
    assert settings_of(polls.now(ballot)) == polls.terms(ballot).settings


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_ballot_needs_a_title_and_a_reason_that_can_be_read(polls: Polls, database: str) -> None:
    with pytest.raises(Invalid):
        polls.draft(title="\u3164\u2800")
    ballot = polls.open()
    with pytest.raises(Invalid), polls.site.writing() as session:
        cancel(
            session,
            polls.manager,
            polls.service,
            session.get_one(Ballot, ballot.id),
            "\u2060\u200b",
        )


@pytest.mark.parametrize("hours", [1, -1])
def test_a_worker_whose_clock_is_wrong_closes_and_counts_nothing(polls: Polls, hours: int) -> None:
    ballot = polls.open(lasts=timedelta(minutes=30))
    polls.vote(ballot, [1])
    polls.clock.advance(minutes=29)
    if hours < 0:
        polls.clock.advance(hours=1.5)
    with clock.wrong(timedelta(hours=hours)):
        polls.site.drain()
    assert polls.now(ballot).state == "open"
    assert polls.close(ballot).state == "counted"
