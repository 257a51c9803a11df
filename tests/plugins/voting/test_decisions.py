"""After the count: ideas move on, with the result as the reason; until then they stay."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from eak_core.errors import Forbidden, Invalid, Refused
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea, StageChange
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_voting.ballots.decisions import STAY, Decision, decide, pending
from eak_voting.ballots.desk import waiting
from eak_voting.counting.outcome import Outcome
from eak_voting.models import Ballot, BallotOption
from eak_voting.pages.managing.decided_reasons import places, proposed_reasons
from eak_voting.publishing.stored import result_of
from eak_voting.settings import BudgetRules, Quorum
from tests.plugins.voting.conftest import Polls

DESK = "/culture/gestion/votes"
ON = frozenset({"voting"})


@pytest.fixture
def ideas(polls: Polls) -> list[Idea]:
    """Two ideas in the stage of votes: numbers 1 and 2 of a ballot on them."""
    return [polls.in_stage("voting", "Un atelier"), polls.in_stage("voting", "Un verger")]


@pytest.fixture
def counted(polls: Polls, ideas: list[Idea]) -> Ballot:
    """A ballot that the second of them has won."""
    ballot = polls.open(ideas=ideas, title="Le [grand] vote")
    polls.vote(ballot, [2], polls.voter(1))
    polls.vote(ballot, [1, 2], polls.voter(2))
    return polls.close(ballot)


@pytest.fixture
def desk(client: Browser, people: People) -> Browser:
    """A manager's browser."""
    client.sign_in(people.manager)
    return client


def take(polls: Polls, ballot: Ballot, *decisions: Decision, by: Actor | None = None) -> int:
    manager = by or polls.manager
    with polls.site.writing() as session:
        found = session.get_one(Ballot, ballot.id)
        return decide(session, manager, polls.service, ON, found, decisions)


def move(polls: Polls, idea: Idea, to: str, by: Actor | None = None) -> None:
    manager = by or polls.manager
    with polls.site.writing() as session:
        found = session.get_one(Idea, idea.id)
        change_stage(session, manager, polls.service, ON, found, to, "Because.")


def stage(site: Site, idea: Idea) -> str:
    with site.reading() as session:
        return session.get_one(Idea, idea.id).stage


def reasons(site: Site, idea: Idea) -> list[str]:
    with site.reading() as session:
        query = select(StageChange.reason).where(StageChange.idea_id == idea.id)
        return list(session.scalars(query.order_by(StageChange.id)))


def decided(site: Site, ballot: Ballot) -> list[bool]:
    with site.reading() as session:
        query = select(BallotOption).where(BallotOption.ballot_id == ballot.id)
        options = session.scalars(query.order_by(BallotOption.number))
        return [option.decided_at is not None for option in options]


def outcome_of(polls: Polls, ballot: Ballot) -> Outcome:
    with polls.site.reading() as session:
        return result_of(session.get_one(Ballot, ballot.id))


def to_reject(number: int, reason: str = "Not now.", seen: str = "voting") -> Decision:
    return Decision(number=number, to="rejected", reason=reason, seen=seen)


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_result_is_the_reason_of_the_decision(
    desk: Browser, site: Site, polls: Polls, ideas: list[Idea], counted: Ballot
) -> None:
    path = f"{DESK}/{counted.id}/decisions"
    page = desk.get(path).text
    assert page.index("Un verger") < page.index("Un atelier")
    answer = desk.submit(path, "decisions", to_2="rejected")
    assert answer.location == path
    assert stage(site, ideas[1]) == "rejected"
    assert stage(site, ideas[0]) == "voting"
    assert decided(site, counted) == [False, True]
    [*_before, reason] = reasons(site, ideas[1])
    assert "nº\u00a01 sur 2\u00a0: 2 voix sur 2" in reason
    shown = site.browser().get(f"/culture/idees/{ideas[1].id}-{ideas[1].slug}").text
    link = f'<a href="/culture/votes/{counted.id}-{counted.slug}"'
    assert link in shown
    assert "Le [grand] vote" in shown
    # One decision was partial: the other one still waits.
    assert "1 idée en attente de décision" in desk.get(f"{DESK}/").text
    desk.submit(path, "decisions", to_1=STAY)
    assert decided(site, counted) == [True, True]
    assert stage(site, ideas[0]) == "voting"
    assert "Rien n’attend de décision." in desk.get(path).text


@pytest.mark.parametrize("database", ["sqlite"])
def test_nothing_is_decided_where_nothing_was_chosen(
    desk: Browser, site: Site, counted: Ballot
) -> None:
    answer = desk.submit(f"{DESK}/{counted.id}/decisions", "decisions")
    assert answer.status_code == 422
    assert "Choisissez une décision" in answer.text
    assert decided(site, counted) == [False, False]


@pytest.mark.parametrize("database", ["sqlite"])
def test_of_two_managers_the_second_keeps_what_they_typed(
    desk: Browser, site: Site, polls: Polls, ideas: list[Idea], counted: Ballot
) -> None:
    path = f"{DESK}/{counted.id}/decisions"
    form = desk.read(path).form("decisions")
    take(polls, counted, to_reject(1))
    sent = form.filled({"to_1": "rejected", "to_2": "rejected", "reason_2": "Mes mots."})
    answer = desk.post(path, data=sent)
    assert answer.status_code == 422
    assert "décidé du sort de «\u00a0Un atelier\u00a0» entre-temps" in answer.text
    assert "Mes mots." in answer.text
    assert stage(site, ideas[1]) == "voting"
    assert len(reasons(site, ideas[0])) == 4
    again = Page(answer.text).form("decisions")
    assert desk.post(path, data=again.filled({})).status_code == 302
    assert stage(site, ideas[1]) == "rejected"
    assert reasons(site, ideas[1])[-1] == "Mes mots."


def test_of_two_decisions_at_once_the_first_stands(
    site: Site, polls: Polls, ideas: list[Idea], counted: Ballot
) -> None:
    assert take(polls, counted, to_reject(1)) == 1
    for seen in ("voting", "rejected"):
        again = Decision(number=1, to="screening", reason="No, later.", seen=seen)
        with pytest.raises(Invalid) as refusal:
            take(polls, counted, again)
        assert set(refusal.value.fields) == {"to_1"}
    assert stage(site, ideas[0]) == "rejected"


@pytest.mark.parametrize("database", ["sqlite"])
def test_decisions_are_all_taken_or_none(
    site: Site, polls: Polls, ideas: list[Idea], counted: Ballot
) -> None:
    with pytest.raises(Invalid) as refusal:
        take(polls, counted, to_reject(1), to_reject(2, reason=" "))
    assert set(refusal.value.fields) == {"reason_2"}
    with pytest.raises(Invalid) as refusal:
        take(polls, counted, to_reject(1), to_reject(2, seen="accepted"))
    assert set(refusal.value.fields) == {"to_2"}
    with pytest.raises(Invalid):
        take(polls, counted, to_reject(1), to_reject(3))
    assert decided(site, counted) == [False, False]
    assert [stage(site, idea) for idea in ideas] == ["voting", "voting"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_managers_decide_and_only_after_the_count(
    polls: Polls, ideas: list[Idea], citizen: Actor
) -> None:
    ballot = polls.open(ideas=ideas)
    with pytest.raises(Refused):
        take(polls, ballot, to_reject(1))
    polls.close(ballot)
    with pytest.raises(Forbidden):
        take(polls, ballot, to_reject(1), by=citizen)


def test_an_idea_on_a_ballot_stays_in_its_stage_until_the_count(
    desk: Browser, site: Site, polls: Polls, ideas: list[Idea]
) -> None:
    free = polls.in_stage("voting", "Une fontaine")
    draft = polls.draft(ideas=ideas, title="Le budget")
    move(polls, free, "rejected")
    desk.submit(f"{DESK}/{draft.id}/annoncer", "annoncer")
    idea = ideas[0]
    for actor in (polls.manager, Actor.system()):
        with pytest.raises(Refused, match="Le budget"):
            move(polls, idea, "rejected", by=actor)
    author = site.people.actor(site.people.citizen)
    with pytest.raises(Refused, match="Le budget"), site.writing() as session:
        found = session.get_one(Idea, idea.id)
        withdraw_idea(session, author, polls.service, ON, found, "I changed my mind.")
    path = f"/culture/idees/{idea.id}-{idea.slug}"
    answer = desk.submit(path, "etape", to="rejected", reason="Not now.")
    assert answer.status_code == 409
    assert "Cette idée figure dans le scrutin" in answer.text
    polls.clock.set(draft.closes_at)
    with pytest.raises(Refused, match="Le budget"):
        move(polls, idea, "rejected")
    with site.writing() as session:
        session.get_one(Ballot, draft.id).state = "closed"
    with pytest.raises(Refused, match="Le budget"):
        move(polls, idea, "rejected")
    assert stage(site, idea) == "voting"
    with site.writing() as session:
        session.get_one(Ballot, draft.id).state = "counted"
    move(polls, idea, "rejected")
    assert stage(site, idea) == "rejected"


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_announced_ballot_says_that_it_can_be_taken_back(
    polls: Polls, ideas: list[Idea]
) -> None:
    polls.open(ideas=ideas, opens_in=timedelta(days=2))
    with pytest.raises(Refused, match="annoncé"):
        move(polls, ideas[0], "rejected")


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_cancelled_ballot_holds_no_idea_back(
    desk: Browser, site: Site, polls: Polls, ideas: list[Idea]
) -> None:
    ballot = polls.open(ideas=ideas)
    desk.submit(f"{DESK}/{ballot.id}/annuler", "annuler", reason="A mistake.")
    move(polls, ideas[0], "rejected")
    assert stage(site, ideas[0]) == "rejected"


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_idea_chosen_in_another_stage_can_move(polls: Polls, site: Site) -> None:
    accepted = polls.in_stage("accepted")
    polls.open(ideas=[accepted])
    move(polls, accepted, "voting")
    assert stage(site, accepted) == "voting"
    with pytest.raises(Refused):
        move(polls, accepted, "rejected")


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_is_no_longer_public_waits_for_nothing(
    desk: Browser, site: Site, polls: Polls, ideas: list[Idea], counted: Ballot
) -> None:
    manager = polls.manager
    with site.writing() as session:
        hide(session, manager, polls.service, f"idea:{ideas[0].id}", "An insult.")
    page = desk.get(f"{DESK}/{counted.id}/decisions").text
    assert "n’est plus publique" in page
    assert "to_1" not in page
    move(polls, ideas[1], "rejected")
    with site.reading() as session:
        assert waiting(session, polls.service) == (0, 0)
        # A rejected idea can be looked at again, which the ballot may lead to.
        entries = pending(session, manager, polls.service, ON, counted)
        assert [each.idea is None for each in entries] == [True, False]


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_method_gives_its_reason(polls: Polls) -> None:
    ideas = polls.ideas(2)
    graded = polls.open("majority", ideas=ideas, quorum=Quorum(voters=3))
    polls.vote(graded, {1: [6, 6]}, polls.voter(1))
    judged = polls.close(graded)
    said = proposed_reasons("A *vote*", outcome_of(polls, judged), "/x")
    assert said[1].startswith(
        "After the vote, this idea is number 1 of 2, with the grade “Very good”."
    )
    assert "inconclusive" in said[1]
    assert said[1].endswith("[All results of the ballot “A \\*vote\\*”](/x)")
    rules = BudgetRules(amount=100, rule="greedy")
    spent = polls.open("budget", ideas=ideas, costs=(90, 60), budget=rules)
    polls.vote(spent, [2], polls.voter(1))
    funded = outcome_of(polls, polls.close(spent))
    assert places(funded) == {2: 1, 1: 2}
    said = proposed_reasons("Budget", funded, "/x")
    assert said[2].startswith("The vote funds this project: 1 voter asked for it.")
    assert said[1].startswith("The vote does not fund this project: 0 voters asked for it.")
