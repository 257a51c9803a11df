"""One person, one vote: cast, changed, taken back, sent twice, too early and too late."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eak_core.clock import ARRIVED
from eak_core.errors import Forbidden
from eak_core.events.models import EventLog
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.permissions import Actor, SignInRequired
from eak_voting.casting import receipts
from eak_voting.casting.box import CodeNeeded, WrongCode
from eak_voting.casting.holding import TooEarly, TooLate
from eak_voting.casting.votes import cast, change_with_code, has_voted, own_choices, withdraw
from eak_voting.models import Ballot, Paper, Receipt, RegisterEntry
from eak_voting.settings import Electorate, Secrecy
from tests.plugins.voting.conftest import Polls

KEY = "0123456789abcdef0123456789abcdef"


def rows(polls: Polls, table: type) -> int:
    with polls.site.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def happened(polls: Polls) -> list[tuple[str, dict[str, object], int | None]]:
    with polls.site.reading() as session:
        found = session.execute(
            select(EventLog.type, EventLog.data, EventLog.actor_id)
            .where(EventLog.type.like("voting.vote%"))
            .order_by(EventLog.position)
        )
        return [(row.type, json.loads(row.data), row.actor_id) for row in found]


def papers(polls: Polls) -> list[Paper]:
    with polls.site.reading() as session:
        return list(session.scalars(select(Paper)))


@pytest.mark.parametrize("secrecy", ["public", "pseudonymous", "secret"])
def test_a_vote_is_one_entry_one_paper_one_receipt_and_one_event(
    polls: Polls, secrecy: Secrecy
) -> None:
    ballot = polls.open(secrecy=secrecy)
    done = polls.vote(ballot, [1, 3], polls.voter())
    assert (rows(polls, RegisterEntry), rows(polls, Paper), rows(polls, Receipt)) == (1, 1, 1)
    [(kind, data, _actor)] = happened(polls)
    assert kind == "voting.vote_cast"
    assert set(data) == {"ballot_id", "person_id"}
    assert (done.code is not None) == (secrecy == "secret")
    with polls.site.reading() as session:
        assert session.scalar(select(Receipt.receipt)) == done.receipt


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_secret_vote_shares_nothing_with_the_register_and_its_event_names_nobody(
    polls: Polls, clock: FrozenClock
) -> None:
    voter = polls.voter()
    ballot = polls.open(secrecy="secret")
    clock.advance(minutes=17, seconds=23)
    done = polls.vote(ballot, [2], voter)
    [paper] = papers(polls)
    assert voter.person_id is not None
    key = receipts.voter_key(ballot.key, voter.person_id)
    assert key not in (paper.mark, paper.salt, paper.receipt, paper.source)
    assert (paper.salt, paper.receipt, paper.person_id, paper.source) == (None,) * 4
    assert done.receipt not in repr(vars(paper))
    [(_kind, data, actor_id)] = happened(polls)
    assert (data["person_id"], actor_id) == (None, None)
    with polls.site.reading() as session:
        entry = session.scalars(select(RegisterEntry)).one()
        at = session.scalar(select(EventLog.occurred_at).where(EventLog.type == "voting.vote_cast"))
    assert entry.hour == at == clock.now.replace(minute=0, second=0, microsecond=0)
    with polls.site.reading() as session:
        assert own_choices(session, voter, session.get_one(Ballot, ballot.id)) is None
        assert has_voted(session, voter, session.get_one(Ballot, ballot.id))


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_the_same_form_again_gets_the_same_receipt_and_writes_nothing(
    polls: Polls, secrecy: Secrecy
) -> None:
    ballot, voter = polls.open(secrecy=secrecy), polls.voter()
    first = polls.vote(ballot, [1], voter, form_key=KEY)
    again = polls.vote(ballot, [1], voter, form_key=KEY)
    assert (again.receipt, again.code) == (first.receipt, first.code)
    assert again.repeated
    assert len(happened(polls)) == rows(polls, Receipt) == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_an_answer_that_was_lost_is_given_again_after_the_close(
    polls: Polls, clock: FrozenClock, secrecy: Secrecy
) -> None:
    ballot, voter = polls.open(secrecy=secrecy), polls.voter()
    first = polls.vote(ballot, [1], voter, form_key=KEY)
    clock.set(ballot.closes_at)
    assert polls.vote(ballot, [1], voter, form_key=KEY).receipt == first.receipt
    with pytest.raises(TooLate):
        polls.vote(ballot, [2], voter, form_key=KEY)
    with pytest.raises(TooLate):
        polls.vote(ballot, [1], polls.voter(2), form_key=KEY[::-1])


def test_a_vote_counts_by_when_it_arrived_however_long_it_waited_for_its_turn(
    polls: Polls, clock: FrozenClock
) -> None:
    """Nine seconds before the close, one arrives and waits for a thread, then for the writers."""
    ballot = polls.open(secrecy="secret")
    clock.set(ballot.closes_at + timedelta(seconds=24))
    with polls.site.writing() as session:
        session.arrived_at = ballot.closes_at - timedelta(seconds=9)
        polls.cast_in(session, ballot, [1], polls.voter(1))
    with polls.site.writing() as session:
        session.arrived_at = ballot.closes_at
        with pytest.raises(TooLate):
            polls.cast_in(session, ballot, [1], polls.voter(2))
    assert rows(polls, Paper) == 1
    polls.close(ballot)
    with polls.site.writing() as session:
        session.arrived_at = ballot.closes_at - timedelta(seconds=9)
        with pytest.raises(TooLate):
            polls.cast_in(session, ballot, [1], polls.voter(3))


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_vote_of_a_page_that_waited_for_a_thread_across_the_close_is_recorded(
    polls: Polls, client: Browser, clock: FrozenClock, database: str
) -> None:
    ballot = polls.open("support", ideas=1, lasts=timedelta(hours=1))
    client.sign_in(polls.site.people.citizen)
    page = f"/culture/votes/{ballot.id}/voter"
    form = client.read(page).form("/soutenir").filled({"on": "1"})
    clock.set(ballot.closes_at + timedelta(seconds=8))
    answer = client.post(
        f"/culture/votes/{ballot.id}/soutenir",
        data=form,
        environ_overrides={ARRIVED: ballot.closes_at - timedelta(seconds=2)},
    )
    assert answer.status_code == 303
    assert rows(polls, Paper) == 1


def test_an_open_vote_is_changed_by_voting_again_and_the_last_one_counts(polls: Polls) -> None:
    ballot, voter = polls.open(), polls.voter()
    first = polls.vote(ballot, [1], voter)
    second = polls.vote(ballot, [2, 3], voter)
    assert second.changed
    assert second.receipt != first.receipt
    assert [paper.choices for paper in papers(polls)] == ["[2,3]"]
    assert [kind for kind, _data, _actor in happened(polls)] == [
        "voting.vote_cast",
        "voting.vote_changed",
    ]
    with polls.site.reading() as session:
        replaced = {row.receipt: row.replaced for row in session.scalars(select(Receipt))}
        assert own_choices(session, voter, session.get_one(Ballot, ballot.id)) == "[2,3]"
    assert replaced == {first.receipt: True, second.receipt: False}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_vote_changed_and_changed_back_has_three_receipts(polls: Polls) -> None:
    ballot, voter = polls.open(), polls.voter()
    given = {polls.vote(ballot, said, voter, form_key=KEY).receipt for said in ([1], [2], [1])}
    assert len(given) == 3


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_secret_vote_is_changed_with_its_code_alone(polls: Polls) -> None:
    ballot, voter = polls.open(secrecy="secret"), polls.voter()
    done = polls.vote(ballot, [1], voter)
    assert done.code is not None
    with pytest.raises(CodeNeeded):
        polls.vote(ballot, [2], voter)
    typed = receipts.in_groups(done.code).lower()
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        changed = change_with_code(session, voter, polls.service, held, typed, "[2]")
    assert changed.receipt != done.receipt
    assert [paper.choices for paper in papers(polls)] == ["[2]"]
    assert happened(polls)[-1] == (
        "voting.vote_changed", {"ballot_id": ballot.id, "person_id": None}, None,
    )  # fmt: skip
    with polls.site.writing() as session, pytest.raises(WrongCode):
        held = session.get_one(Ballot, ballot.id)
        change_with_code(session, voter, polls.service, held, "A" * 26, "[2]")


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_a_vote_taken_back_leaves_no_paper_and_can_be_cast_again(
    polls: Polls, secrecy: Secrecy
) -> None:
    ballot, voter = polls.open(secrecy=secrecy), polls.voter()
    done = polls.vote(ballot, [1], voter)
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        withdraw(session, voter, polls.service, held, code=done.code)
    assert (rows(polls, RegisterEntry), rows(polls, Paper)) == (0, 0)
    assert happened(polls)[-1][0] == "voting.vote_withdrawn"
    with polls.site.writing() as session:  # a second click
        held = session.get_one(Ballot, ballot.id)
        withdraw(session, voter, polls.service, held, code=done.code)
    assert len(happened(polls)) == 2
    polls.vote(ballot, [3], voter)
    assert [paper.choices for paper in papers(polls)] == ["[3]"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_secret_vote_is_not_taken_back_with_a_wrong_code(polls: Polls) -> None:
    ballot, voter = polls.open(secrecy="secret"), polls.voter()
    polls.vote(ballot, [1], voter)
    with pytest.raises(WrongCode), polls.site.writing() as session:
        withdraw(session, voter, polls.service, session.get_one(Ballot, ballot.id), code="wrong")
    assert (rows(polls, RegisterEntry), rows(polls, Paper)) == (1, 1)


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_votes_before_the_opening_nor_from_the_close_on(
    polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open(opens_in=timedelta(hours=1), lasts=timedelta(hours=1))
    with pytest.raises(TooEarly):
        polls.vote(ballot, [1])
    clock.set(ballot.opens_at)
    polls.vote(ballot, [1])  # though no worker was there to open it
    assert polls.now(ballot).state == "open"
    clock.set(ballot.closes_at - timedelta(microseconds=1))
    polls.vote(ballot, [1], polls.voter(2))
    clock.set(ballot.closes_at)
    with pytest.raises(TooLate):
        polls.vote(ballot, [1], polls.voter(3))
    assert rows(polls, Paper) == 2


def test_what_counts_is_when_the_transaction_was_asked_for(
    polls: Polls, clock: FrozenClock
) -> None:
    ballot, voter = polls.open(), polls.voter()
    clock.set(ballot.closes_at - timedelta(seconds=1))
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        clock.set(ballot.closes_at + timedelta(seconds=5))
        cast(session, voter, polls.service, held, "[1]", form_key=KEY)
    assert rows(polls, Paper) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_the_electorate_votes(polls: Polls) -> None:
    ballot = polls.open(electorate=Electorate(who="agents"))
    with pytest.raises(Forbidden):
        polls.vote(ballot, [1])
    with pytest.raises(SignInRequired):
        polls.vote(ballot, [1], Actor.visitor())
    polls.vote(ballot, [1], polls.site.people.actor(polls.site.people.agent))
    assert rows(polls, Paper) == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "said", ["[4]", "[0]", "[1,1]", "[2,1]", "[ 1]", "{}", "[[1,2]]", "", "[1"]
)
def test_a_vote_that_the_terms_do_not_know_or_written_otherwise_is_refused(
    polls: Polls, said: str
) -> None:
    ballot, voter = polls.open(), polls.voter()
    with polls.site.writing() as session, pytest.raises(ValueError):  # noqa: PT011 - many words
        held = session.get_one(Ballot, ballot.id)
        cast(session, voter, polls.service, held, said, form_key=KEY)
    assert rows(polls, Paper) == 0
