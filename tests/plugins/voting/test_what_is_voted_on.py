"""What is voted on stays what it was at the opening, and nobody takes it away meanwhile."""

import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.errors import EakError, Refused
from eak_core.events.models import EventLog
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, edit_idea
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor
from eak_voting.casting import box, exclusions
from eak_voting.casting.box import WrongCode
from eak_voting.casting.bursts import bursts_of
from eak_voting.casting.opening import announce
from eak_voting.casting.receipts import new_form_key
from eak_voting.casting.votes import cast, has_voted, withdraw
from eak_voting.models import Ballot, BallotOption, Paper, Receipt, RegisterEntry
from eak_voting.settings import Secrecy
from tests.plugins.voting.conftest import Polls

ON = frozenset({"voting"})


def author(site: Site) -> Actor:
    return site.people.actor(site.people.citizen)


def edit(polls: Polls, idea: Idea, title: str, problem: str) -> None:
    proposal = Proposal(title=title, problem=problem, body="Another text altogether.")
    with polls.site.writing() as session:
        held = session.get_one(Idea, idea.id)
        edit_idea(session, author(polls.site), polls.service, held, proposal)


def pages(client: Browser, ballot: Ballot) -> Sequence[str]:
    found = f"/culture/votes/{ballot.id}-{ballot.slug}", f"/culture/votes/{ballot.id}/voter"
    return [client.get(f"{page}?lang=en").text for page in found]


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_paper_shows_what_stood_there_at_the_opening_and_says_that_it_was_edited(
    polls: Polls, client: Browser, database: str
) -> None:
    ideas = polls.ideas(2)
    edit(polls, ideas[0], "Idea 1", "The first wording of a problem.")
    ballot = polls.open(ideas=ideas)
    for page in pages(client, ballot):
        assert "The first wording of a problem." in page
        assert "has changed it since" not in page
    edit(polls, ideas[0], "Idea 1", "Something quite different.")
    for page in pages(client, ballot):
        assert "The first wording of a problem." in page
        assert "Something quite different." not in page
        assert page.count("has changed it since") == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_voted_on_can_be_read_whole_although_its_author_has_changed_it(
    polls: Polls, client: Browser
) -> None:
    ideas = polls.ideas(2)
    long = "A first wording. " * 30 + "Its very end."
    edit(polls, ideas[0], "Idea 1", long)
    ballot = polls.open(ideas=ideas)
    whole = f"/culture/votes/{ballot.id}/options/1"
    assert whole not in pages(client, ballot)[1], "nothing was changed: the idea says the same"
    edit(polls, ideas[0], "Idea 1, otherwise", "Something quite different.")
    for page in pages(client, ballot):
        assert "Its very end." not in page, "a paper shows the beginning"
        assert page.count(whole) == 1
    text = client.get(f"{whole}?lang=en").text
    assert "Its very end." in text
    assert "as it stood when the ballot opened" in text
    assert "Idea 1, otherwise" not in text
    assert "Something quite different." not in text
    for wrong in (3, 2**40):
        assert client.get(f"/culture/votes/{ballot.id}/options/{wrong}").status_code == 404


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_edit_of_what_it_takes_is_an_edit_too(polls: Polls, client: Browser) -> None:
    ideas = polls.ideas(2)
    ballot = polls.open(ideas=ideas)
    with polls.site.writing() as session:
        session.get_one(Idea, ideas[1].id).needs = "Ten million euros."
    assert pages(client, ballot)[1].count("has changed it since") == 1


def test_what_was_voted_on_is_not_read_once_it_is_hidden_nor_kept_once_its_author_is_erased(
    polls: Polls, client: Browser
) -> None:
    idea = polls.site.submit("Insults about somebody")
    edit(polls, idea, "Insults about somebody", "Their address, and worse.")
    ballot = polls.open(ideas=[idea, *polls.ideas(1)])
    edit(polls, idea, "Insults about somebody", "Sorry.")
    whole = f"/culture/votes/{ballot.id}/options/1"
    assert "Their address" in client.get(whole).text
    with polls.site.writing() as session:
        hide(session, Actor.system(), polls.service, f"idea:{idea.id}", "It insults somebody.")
    answer = client.get(whole)
    assert answer.status_code == 410
    assert "It insults somebody." in answer.text
    assert "Insults about" not in answer.text
    assert "Their address" not in answer.text
    with polls.site.writing() as session:
        erase_person(session, Actor.system(), polls.site.people.citizen.id)
    with polls.site.reading() as session:
        option = session.get_one(BallotOption, (ballot.id, 1))
        assert (option.summary, option.whole) == ("", None)
        kept = session.get_one(BallotOption, (ballot.id, 2))
        assert kept.whole is not None, "what is public stays part of what was voted on"


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_moderators_hide_has_no_title_on_the_ballot_but_their_reason(
    polls: Polls, client: Browser, database: str
) -> None:
    ideas = [polls.site.submit("Insults about somebody"), *polls.ideas(2)]
    ballot = polls.open(ideas=ideas)
    with polls.site.writing() as session:
        hide(session, Actor.system(), polls.service, f"idea:{ideas[0].id}", "It insults somebody.")
    for page in pages(client, ballot):
        assert "Insults about somebody" not in page
        assert "It insults somebody." in page
        assert "hidden by the moderators" in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_author_does_not_withdraw_what_people_vote_on_and_a_manager_may(polls: Polls) -> None:
    ideas = polls.ideas(2)
    polls.open(ideas=ideas)
    with polls.site.writing() as session:
        held = session.get_one(Idea, ideas[0].id)
        with pytest.raises(Refused):
            withdraw_idea(session, author(polls.site), polls.service, ON, held, "I am sorry.")
    with polls.site.writing() as session:
        held = session.get_one(Idea, ideas[0].id)
        change_stage(session, polls.manager, polls.service, ON, held, "rejected", "It cannot be.")


def test_who_holds_the_vote_may_withdraw_an_idea_of_theirs_and_the_paper_keeps_its_words(
    polls: Polls, client: Browser
) -> None:
    """An idea that no manager wrote leaves by their decision alone; its author only asks them."""
    own = polls.site.submit("An orchard", author=polls.manager)
    ballot = polls.open(ideas=[own, *polls.ideas(1)])
    with polls.site.writing() as session:
        held = session.get_one(Idea, own.id)
        withdraw_idea(session, polls.manager, polls.service, ON, held, "The land is sold.")
    for page in pages(client, ballot):
        assert "An orchard" in page
        assert page.count("Tools sleep in cellars.") == 2
        assert f"/culture/idees/{own.id}-" not in page


@pytest.mark.parametrize("first", ["announcing", "leaving"])
def test_of_a_ballot_that_is_announced_while_its_idea_leaves_one_gives_way(
    polls: Polls, first: str
) -> None:
    """Whoever comes first has not committed yet when the other one begins."""
    idea = polls.in_stage("voting")
    ballot = polls.draft(ideas=[idea, *polls.ideas(1)])
    refused: list[str] = []

    def announcing(session: Session) -> None:
        announce(session, polls.manager, polls.service, session.get_one(Ballot, ballot.id))

    def leaving(session: Session) -> None:
        held = session.get_one(Idea, idea.id)
        change_stage(session, polls.manager, polls.service, ON, held, "rejected", "Too dear.")

    acts = {"announcing": announcing, "leaving": leaving}

    def second() -> None:
        [other] = acts.keys() - {first}
        try:
            with polls.site.app.app_context(), polls.site.writing() as session:
                acts[other](session)
        except EakError as refusal:
            refused.append(str(refusal))

    behind = threading.Thread(target=second)
    with polls.site.app.app_context(), polls.site.writing() as session:
        acts[first](session)
        session.flush()
        behind.start()
        behind.join(0.3)
    behind.join()
    assert len(refused) == 1
    with polls.site.reading() as session:
        stands = session.get_one(Idea, idea.id).stage, session.get_one(Ballot, ballot.id).state
    assert stands == (("voting", "open") if first == "announcing" else ("rejected", "draft"))


def test_a_wrong_code_leaves_the_register_as_it_is_whatever_the_caller_does_next(
    polls: Polls,
) -> None:
    ballot, voter = polls.open(secrecy="secret"), polls.voter()
    polls.vote(ballot, [1], voter)
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        with pytest.raises(WrongCode):
            withdraw(session, voter, polls.service, held, code="AAAA")
        session.flush()
        assert has_voted(session, voter, held)
    with polls.site.reading() as session:
        assert session.scalar(select(func.count()).select_from(RegisterEntry)) == 1


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_a_vote_that_the_terms_refuse_leaves_no_row_whatever_the_caller_does_next(
    polls: Polls, secrecy: Secrecy
) -> None:
    ballot, voter = polls.open(secrecy=secrecy), polls.voter()
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        with pytest.raises(ValueError, match="99"):
            cast(session, voter, polls.service, held, "[99]", form_key=new_form_key())
    with polls.site.reading() as session:
        for table in (RegisterEntry, Paper, Receipt):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_an_exclusion_that_two_reverse_is_published_as_reversed_once(polls: Polls) -> None:
    ballot = polls.open()
    for number in range(1, 21):
        polls.vote(ballot, [1], polls.voter(number), source="192.0.2.0/24")
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        [burst] = bursts_of(session, held)
        exclusions.exclude(session, polls.manager, polls.service, held, burst.group, "A robot.")
    with polls.site.writing() as session:
        # What the page of the second one has read before the first one committed.
        held = session.get_one(Ballot, ballot.id)
        seen = exclusions.exclusion_of(session, held, 1)
        session.expunge(seen)
        session.rollback()
        with polls.site.app.app_context(), polls.site.writing() as other:
            stands = other.get_one(Ballot, ballot.id)
            exclusions.reverse(other, polls.manager, polls.service, stands, 1, "A library.")
        session.add(seen)
        assert seen.reversed_at is None
        with pytest.raises(Refused):
            exclusions.reverse(session, polls.manager, polls.service, held, 1, "A library.")
    with polls.site.reading() as session:
        told = select(func.count()).select_from(EventLog)
        assert session.scalar(told.where(EventLog.type == "voting.votes_excluded")) == 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_click_of_support_does_not_wait_for_those_of_others(
    polls: Polls, client: Browser
) -> None:
    ballot = polls.open("support", ideas=1)
    client.sign_in(polls.site.people.citizen)
    with polls.site.writing() as session:
        # Somebody else's click, which has not been committed yet.
        box.one_at_a_time(session, session.get_one(Ballot, ballot.id), 999_999)
        cast(
            session,
            polls.voter(7),
            polls.service,
            session.get_one(Ballot, ballot.id),
            "[1]",
            form_key="0123456789abcdef0123456789abcdef",
        )
        client.submit(
            f"/culture/votes/{ballot.id}/voter", f"/culture/votes/{ballot.id}/soutenir", on="1"
        )
        with polls.site.reading() as reading:
            assert reading.scalar(select(func.count()).select_from(Paper)) == 1
