"""What each method asks of voters, and how it is refused when it does not fit."""

import random
import re

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_voting.ballots.preparing import MOST_OPTIONS
from eak_voting.settings import ApprovalRules, BudgetRules, Criterion, MajorityRules
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.voting_pages import (
    choose,
    papers,
    path,
    send,
    vote,
    voters,
)

# The rows behind these pages are tested on both databases where they are written, and every page is
# opened on both by the conformance tests and by those of hidden choices.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BOULOGNE, ISSY = "92012", "92040"


def test_approval_keeps_its_limits_and_says_how_to_respect_them(
    client: Browser, people: People, polls: Polls
) -> None:
    rules = ApprovalRules(at_least=2, at_most=3)
    ballot = polls.open("approval", ideas=5, approval=rules)
    client.sign_in(people.citizen)
    assert "de 2 à 3" in client.get(path(ballot)).text
    for chosen, said in (([1], "au moins 2"), ([1, 2, 3, 4], "retirez-en 1")):
        answer = choose(client, ballot, option=chosen)
        assert answer.status_code == 422
        assert said in answer.text
        form = Page(answer.text).form("voter")
        assert form.filled({}).get("option") is not None
        assert sorted(map(int, form.filled({})["option"])) == chosen, "the choice is kept"
    vote(client, ballot, option=[1, 5])
    assert papers(polls, ballot) == ["[1,5]"]


def test_each_idea_is_graded_on_each_criterion(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.open("majority")
    client.sign_in(people.citizen)
    page = client.get(path(ballot))
    assert page.text.count("<fieldset") == 6
    assert page.text.count('type="radio"') == 6 * 8
    check = choose(client, ballot, **{"grade-1-0": 7, "grade-1-1": 0, "grade-3-1": 1})
    text = client.get(check.location).text
    assert "Excellent" in text
    assert "À rejeter" in text
    assert "1 autre idée" in text
    send(client, ballot)
    assert papers(polls, ballot) == ["[[1,[7,0]],[3,[0,1]]]"]


def test_points_are_whole_and_no_more_than_there_are(
    client: Browser, people: People, polls: Polls
) -> None:
    budget = BudgetRules(amount=100, ballot="points", points=10)
    ballot = polls.open("budget", budget=budget, costs=[40, 30, 20])
    client.sign_in(people.citizen)
    for typed, said in (("8", "reprenez-en 1"), ("1,5", "nombre entier"), ("-1", "nombre entier")):
        answer = choose(client, ballot, **{"points-1": 3, "points-2": typed})
        assert answer.status_code == 422, typed
        assert said in answer.text
    vote(client, ballot, **{"points-1": 3, "points-2": 7, "points-3": ""})
    assert papers(polls, ballot) == ["[[1,3],[2,7]]"]


def test_a_basket_never_costs_more_than_the_budget(
    client: Browser, people: People, polls: Polls
) -> None:
    budget = BudgetRules(amount=100, ballot="basket")
    ballot = polls.open("budget", budget=budget, costs=[40, 50, 20])
    client.sign_in(people.citizen)
    answer = choose(client, ballot, option=[1, 2, 3])
    assert answer.status_code == 422
    assert "110" in answer.text
    check = client.get(choose(client, ballot, option=[1, 2]).location).text
    assert re.search(r"En tout\s: 90\s€ sur 100\s€", check)
    send(client, ballot)
    assert papers(polls, ballot) == ["[1,2]"]


def test_support_is_saved_at_each_click(client: Browser, people: People, polls: Polls) -> None:
    ballot = polls.open("support", "public")
    client.sign_in(people.citizen)

    def click(number: int, on: int) -> None:
        page = client.read(path(ballot))
        [form] = [
            each
            for each in page.forms
            if {"option": [str(number)]}.items() <= each.filled({}).items()
        ]
        answer = client.post(form.action, data={**form.filled({}), "on": on})
        assert answer.location.endswith(f"#option-{number}")

    click(1, 1)
    click(3, 1)
    click(3, 1)
    assert papers(polls, ballot) == ["[1,3]"]
    click(1, 0)
    assert papers(polls, ballot) == ["[3]"]
    click(3, 0)
    assert papers(polls, ballot) == []
    assert voters(polls, ballot) == 0, "nobody voted who supports nothing"


def test_a_vote_that_no_cookie_can_hold_is_cast_all_the_same(
    client: Browser, people: People, polls: Polls
) -> None:
    criteria = tuple(Criterion(code=f"c{each}", name=f"Side {each}") for each in range(5))
    rules = MajorityRules(criteria=criteria)
    ballot = polls.open("majority", ideas=MOST_OPTIONS, majority=rules)
    drawn = random.Random(7)
    grades = {
        f"grade-{option}-{criterion}": drawn.randint(1, 7)
        for option in range(1, MOST_OPTIONS + 1)
        for criterion in range(5)
    }
    refused = choose(client, ballot, **grades)
    assert refused.status_code == 422
    assert "trop long" in refused.text
    kept = Page(refused.text).form("voter")
    assert kept.filled({})["grade-7-3"] == [str(grades["grade-7-3"])]
    client.sign_in(people.citizen)
    page = choose(client, ballot, **grades)
    assert page.status_code == 200
    form = Page(page.text).form("verifier")
    answer = client.post(form.action, data=form.filled({}))
    assert answer.status_code == 303
    assert all(len(each) < 4_000 for each in answer.headers.getlist("Set-Cookie"))
    assert len(papers(polls, ballot)) == 1
