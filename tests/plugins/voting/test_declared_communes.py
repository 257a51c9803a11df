"""A declaration is fixed for the ballots that it opened, and a change is counted."""

import threading
from datetime import timedelta

import pytest

from eak_core.errors import EakError, Invalid
from eak_core.kit.testing.browser import Browser
from eak_core.permissions import Actor
from eak_voting.casting.electorate import changed_since, declare, declared
from eak_voting.models import Ballot
from eak_voting.schedule import close_due
from eak_voting.settings import Electorate
from tests.plugins.voting.conftest import Polls

BOULOGNE, ISSY = "92012", "92040"


def of(polls: Polls, commune: str) -> Ballot:
    return polls.open(
        secrecy="secret", electorate=Electorate(who="inhabitants", communes=(commune,))
    )


def say(polls: Polls, commune: str, by: Actor) -> None:
    with polls.site.writing() as session:
        declare(session, by, polls.service, commune=commune)


def commune_of(polls: Polls, person: Actor) -> str | None:
    with polls.site.reading() as session:
        return declared(session, person.person_id).commune


def test_nobody_votes_in_the_ballots_of_two_communes_by_declaring_anew(polls: Polls) -> None:
    here, there, voter = of(polls, BOULOGNE), of(polls, ISSY), polls.voter()
    say(polls, BOULOGNE, voter)
    polls.vote(here, [1], voter)
    with pytest.raises(Invalid):
        say(polls, ISSY, voter)
    assert commune_of(polls, voter) == BOULOGNE
    with pytest.raises(EakError):
        polls.vote(there, [1], voter)
    polls.close(here)
    say(polls, ISSY, voter)  # they may have moved


def test_a_declaration_stays_until_the_votes_that_it_opened_are_counted(polls: Polls) -> None:
    here, voter = of(polls, BOULOGNE), polls.voter()
    say(polls, BOULOGNE, voter)
    polls.vote(here, [1], voter)
    polls.clock.set(here.closes_at + timedelta(seconds=31))
    with polls.site.writing() as session:
        close_due(session, polls.service, f"close:{here.id}", here.closes_at)
    assert polls.now(here).state == "closed"
    with pytest.raises(Invalid):
        say(polls, ISSY, voter)
    polls.site.drain()
    assert polls.now(here).state == "counted"
    say(polls, ISSY, voter)


def test_a_change_is_counted_and_what_is_declared_for_the_first_time_or_again_is_none(
    polls: Polls, client: Browser
) -> None:
    ballot, voters = of(polls, BOULOGNE), [polls.voter(number) for number in (1, 2)]
    for voter in voters:
        say(polls, BOULOGNE, voter)
        say(polls, BOULOGNE, voter)
    with polls.site.reading() as session:
        assert changed_since(session, ballot.created_at) == 0
    say(polls, ISSY, voters[0])
    with polls.site.reading() as session:
        assert changed_since(session, ballot.created_at) == 1
    client.sign_in(polls.site.people.manager)
    page = client.get(f"/culture/gestion/votes/{ballot.id}?lang=en").text
    assert "1 person has declared another commune than before" in page


def test_whoever_declares_anew_while_the_vote_is_being_cast_is_told_of_it(polls: Polls) -> None:
    here, voter, refused = of(polls, BOULOGNE), polls.voter(), []
    say(polls, BOULOGNE, voter)

    def elsewhere() -> None:
        try:
            with polls.site.app.app_context():
                say(polls, ISSY, voter)
        except Invalid as refusal:
            refused.append(refusal)

    behind = threading.Thread(target=elsewhere)
    with polls.site.app.app_context():
        with polls.site.writing() as session:
            polls.cast_in(session, here, [1], voter)
            session.flush()
            behind.start()
            behind.join(0.3)
        behind.join()
    assert len(refused) == 1
    assert commune_of(polls, voter) == BOULOGNE
