"""What somebody tries who does not mean well."""

from typing import Any

import pytest
from sqlalchemy import text

from eak_core.kit.testing.fixtures import FrozenClock
from eak_voting.casting import receipts
from eak_voting.casting.votes import change_with_code, withdraw
from eak_voting.models import Ballot
from tests.plugins.voting.conftest import Polls


@pytest.mark.parametrize("secrecy", ["secret", "pseudonymous"])
def test_a_form_that_is_kept_votes_again_after_its_vote_was_taken_back(
    polls: Polls, secrecy: Any
) -> None:
    ballot = polls.open("approval", secrecy)
    key, given = receipts.new_form_key(), set()
    for _again in range(3):
        done = polls.vote(ballot, [1], form_key=key)
        given.add(done.receipt)
        with polls.site.writing() as session:
            stored = session.get_one(Ballot, ballot.id)
            withdraw(session, polls.voter(), polls.service, stored, code=done.code)
    assert len(given) == 3


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("secrecy", ["secret", "pseudonymous"])
def test_no_change_leads_to_a_receipt_that_was_given_before(polls: Polls, secrecy: Any) -> None:
    ballot = polls.open("approval", secrecy)
    key, given = receipts.new_form_key(), []
    for _again in range(2):
        given.append(polls.vote(ballot, [2], form_key=key).receipt)
        done = polls.vote(ballot, [1], form_key=key)
        given.append(done.receipt)
        with polls.site.writing() as session:
            stored = session.get_one(Ballot, ballot.id)
            withdraw(session, polls.voter(), polls.service, stored, code=done.code)
    assert len(set(given)) == len(given)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_secret_vote_that_was_changed_is_written_anew_with_the_next_group(
    polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open("approval", "secret")
    cast = {number: polls.vote(ballot, [1], polls.voter(number)) for number in range(1, 11)}
    clock.advance(hours=1)
    polls.site.drain()
    for number, done in cast.items():
        with polls.site.writing() as session:
            stored, voter = session.get_one(Ballot, ballot.id), polls.voter(number)
            change_with_code(session, voter, polls.service, stored, done.code or "", "[2]")
    assert len(_transactions(polls)) == 10
    clock.advance(hours=1)
    polls.site.drain()
    assert len(_transactions(polls)) == 1


def _transactions(polls: Polls) -> set[str]:
    with polls.site.reading() as session:
        return set(session.scalars(text("SELECT xmin::text FROM voting_paper")))
