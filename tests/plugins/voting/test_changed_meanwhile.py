"""A vote is read first and written later: what has changed in between counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from eak_core.db import Session
from eak_core.kit.testing.browser import Browser
from eak_core.people.accounts import personal_data
from eak_core.people.accounts.closing import close_account
from eak_core.people.models import Person
from eak_core.permissions import Actor, SignInRequired
from eak_voting.casting import reminders, support
from eak_voting.casting.electorate import declare
from eak_voting.casting.opening import cancel
from eak_voting.models import Ballot, Declaration, RegisterEntry, Reminder, Support
from eak_voting.pages.booth import declaring, views
from eak_voting.settings import Secrecy
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.test_personal_data import erase, key_of, rows
from tests.plugins.voting.test_votes_that_wait import SECONDS, wait_until_waiting
from tests.plugins.voting.voting_pages import choose, papers, path, voters


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Let something happen after a vote was read and before it is written."""

    def happen(change: Callable[[], None]) -> None:
        read = declaring.cast_form
        monkeypatch.setattr(views, "cast_form", lambda *given: (change(), read(*given))[1])

    return happen


def ready(polls: Polls, ballot: Ballot) -> tuple[Browser, Person]:
    """Somebody who has only the last step before them."""
    client, person = polls.site.browser(), polls.site.people.add("Person")
    client.sign_in(person)
    assert choose(client, ballot, option=["1"]).status_code == 303
    return client, person


@pytest.mark.parametrize("how", ["erased", "closed"])
@pytest.mark.parametrize("secrecy", ["public", "secret"])
def test_a_vote_of_an_account_that_ends_while_it_is_read_leaves_nothing(
    polls: Polls, meanwhile: Any, secrecy: Secrecy, how: str
) -> None:
    ballot = polls.open(secrecy=secrecy)
    client, person = ready(polls, ballot)

    def end() -> None:
        with polls.site.writing() as session:
            if how == "erased":
                personal_data.erase_person(session, Actor.system(), person.id)
            else:
                close_account(session, Actor.system(), session.get_one(Person, person.id))

    meanwhile(end)
    answer = client.submit(path(ballot, "verifier"), "verifier")
    assert (papers(polls, ballot), voters(polls, ballot)) == ([], 0)
    assert answer.status_code == 403
    assert "Votre connexion a pris fin" in answer.text


def test_a_ballot_cancelled_while_a_vote_is_read_takes_it_no_more(
    polls: Polls, meanwhile: Any
) -> None:
    ballot = polls.open(secrecy="secret")
    client, _person = ready(polls, ballot)

    def end() -> None:
        with polls.site.writing() as session:
            held = session.get_one(Ballot, ballot.id)
            cancel(session, polls.manager, polls.service, held, "No budget.")

    meanwhile(end)
    answer = client.submit(path(ballot, "verifier"), "verifier")
    assert answer.status_code == 409
    assert (papers(polls, ballot), voters(polls, ballot)) == ([], 0)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_account_is_erased_only_once_the_vote_that_is_being_written_stands(
    polls: Polls, database: str
) -> None:
    ballot, voter = polls.open(secrecy="secret"), polls.voter()
    with ThreadPoolExecutor(1) as pool, polls.site.writing() as session:
        polls.cast_in(session, ballot, [1], voter)
        erased = pool.submit(erase, polls.site, voter)
        wait_until_waiting(polls, [], 1)
        session.commit()
        erased.result(SECONDS)
    assert voters(polls, ballot) == 1
    with polls.site.reading() as session:
        assert session.get(RegisterEntry, (ballot.id, key_of(ballot, voter))) is None


def test_nothing_is_kept_for_an_account_that_was_erased_since_its_request_was_read(
    polls: Polls,
) -> None:
    ballot, idea, voter = polls.open(), polls.in_stage("accepted"), polls.voter()
    later = polls.open(opens_in=timedelta(days=1))
    erase(polls.site, voter)
    acts: list[Callable[[Session], object]] = [
        lambda session: polls.cast_in(session, ballot, [1], voter),
        lambda session: declare(session, voter, polls.service, age=40),
        lambda session: support.give(session, voter, polls.service, idea),
        lambda session: reminders.ask(session, voter, polls.service, later),
    ]
    for act in acts:
        with pytest.raises(SignInRequired), polls.site.writing() as session:
            act(session)
    for table in (RegisterEntry, Declaration, Support, Reminder):
        assert rows(polls.site, table) == 0
