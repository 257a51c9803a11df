"""Results as readers meet them."""

import csv
import io
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.people.accounts.personal_data import erase_person
from eak_core.permissions import Actor
from eak_voting.casting import bursts
from eak_voting.casting.exclusions import exclude
from eak_voting.casting.opening import cancel
from eak_voting.counting.outcome import Outcome
from eak_voting.counting.tally import read_box
from eak_voting.models import Ballot, Live
from eak_voting.settings import Quorum, canonical
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.results import DRAWINGS, METHODS, at, counted, said

# The rows behind these pages are tested on both databases where they are written, and every page is
# opened on both by the conformance tests and by those of hidden choices.
pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("cheap_accounts"),
]
HOSTILE = '=<script>alert("1")</script>'


# What is shown, and when ------------------------------------------------------------------------


@pytest.mark.parametrize("publication", ["after_close", "totals"])
def test_nobody_reads_a_result_before_the_close_and_managers_neither(
    client: Browser, people: People, polls: Polls, publication: Any
) -> None:
    ballot = polls.open(publication=publication)
    for number in (1, 2, 3):
        polls.vote(ballot, [2], polls.voter(number))
    polls.site.drain()
    polls.clock.advance(hours=3)
    polls.site.drain()
    with polls.site.writing() as session:
        # Nothing is counted before the close; were it counted, it would not show either.
        result = canonical(read_box(session, polls.service, ballot).count("5eed")).decode()
        session.add(Live(ballot_id=ballot.id, at=polls.clock.now, result=result))
    for signed_in in (False, True):
        if signed_in:
            client.sign_in(people.manager)
        page = client.get(at(ballot))
        assert page.status_code == 200
        assert '<svg class="eak-chart__bar"' not in page.text
        assert ("3 personnes ont voté" in page.text) == (publication == "totals")
        for rest in ("resultats.csv", "resultats.json", "resultats/votes.svg", "scrutin.json",
                     "resultats/integrer", "votes"):  # fmt: skip
            assert client.get(at(ballot, rest)).status_code == 404, rest


def test_a_provisional_result_says_that_it_is_one_and_of_when(
    client: Browser, polls: Polls
) -> None:
    ballot = polls.open(secrecy="public", publication="live")
    polls.vote(ballot, [1], polls.voter(1))
    polls.clock.advance(minutes=1)
    polls.site.drain()
    answer = client.get(at(ballot))
    assert "Provisoire" in answer.text
    assert "voici ce qui était compté le 2 mars 2026 à 10:01" in answer.text
    assert "arrive en tête" in answer.text
    for rest in ("resultats.csv", "resultats.json", "resultats/votes.svg", "scrutin.json",
                 "resultats/integrer", "votes"):  # fmt: skip
        assert client.get(at(ballot, rest)).status_code == 404, rest
        assert at(ballot, rest) not in answer.text
    # The next count leaves no event, so the page says itself until when it may be kept.
    [deadline] = re.findall(r'-(\d+)"$', answer.headers["ETag"])
    assert int(deadline) <= polls.clock.now.timestamp() + 60


@pytest.mark.parametrize("method", METHODS)
def test_a_result_is_told_drawn_and_tabled(client: Browser, polls: Polls, method: str) -> None:
    ballot = counted(polls, method)
    answer = client.get(at(ballot))
    page = Page(answer.text)
    assert page.inline == []
    assert page.unlabelled() == []
    assert "Set-Cookie" not in answer.headers
    bars = re.findall(r'<svg class="eak-chart__bar"[^>]*aria-hidden="true".*?</svg>', answer.text)
    assert len(bars) >= 3
    assert answer.text.count("<table") >= 1
    assert str(ballot.result_hash) in answer.text
    assert str(ballot.terms_hash) in answer.text
    assert str(ballot.seed) in answer.text
    ids = re.findall(r'\sid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))
    references = re.findall(r'aria-labelledby="([^"]+)"', answer.text)
    assert set(references) <= page.ids
    assert "%(" not in answer.text


@pytest.mark.parametrize("method", METHODS)
def test_a_ballot_without_any_vote_has_a_page_too(
    client: Browser, polls: Polls, method: str
) -> None:
    ballot = polls.close(polls.open(method))
    assert "Personne n’a voté" in client.get(at(ballot)).text
    for rest in ("resultats.csv", "resultats.json", "scrutin.json", "resultats/integrer"):
        assert client.get(at(ballot, rest)).status_code == 200, rest
    assert client.get(at(ballot, f"resultats/{DRAWINGS[method][0]}.svg")).status_code == 404


def test_below_the_quorum_a_result_is_published_and_not_conclusive(
    client: Browser, polls: Polls
) -> None:
    ballot = counted(polls, quorum=Quorum(voters=5))
    page = client.get(at(ballot)).text
    assert "Non concluant" in page
    assert "il fallait 5 votants" in page
    assert "arrive en tête" in page


def test_exclusions_stand_with_their_number_and_reason(client: Browser, polls: Polls) -> None:
    ballot = polls.open()
    for number in range(bursts.LEAST):
        polls.vote(ballot, [1], polls.voter(number), source="192.0.2.0/24")
    polls.vote(ballot, [2], polls.voter(bursts.LEAST))
    with polls.site.writing() as session:
        row = session.get_one(Ballot, ballot.id)
        (burst,) = bursts.bursts_of(session, row)
        exclude(session, polls.manager, polls.service, row, burst.group, "One **machine**.")
    page = client.get(at(polls.close(ballot))).text
    assert f"<strong>{bursts.LEAST} votes</strong>" in page
    assert "One <strong>machine</strong>." in page
    assert "«\N{NO-BREAK SPACE}Idea 2\N{NO-BREAK SPACE}» arrive en tête" in page


def test_a_cancelled_ballot_says_why_it_has_no_result(client: Browser, polls: Polls) -> None:
    ballot = polls.open()
    with polls.site.writing() as session:
        held = session.get_one(Ballot, ballot.id)
        cancel(session, polls.manager, polls.service, held, "The budget was withdrawn.")
    page = client.get(at(ballot)).text
    assert "The budget was withdrawn." in page
    assert client.get(at(ballot, "resultats.json")).status_code == 404


def test_a_draft_has_no_page_of_results(client: Browser, polls: Polls) -> None:
    assert client.get(at(polls.draft())).status_code == 404


def test_titles_are_escaped_wherever_they_stand(client: Browser, polls: Polls) -> None:
    ideas = [polls.site.submit(HOSTILE), polls.site.submit("Trees")]
    ballot = polls.open("approval", ideas=ideas, title=HOSTILE)
    polls.vote(ballot, [1])
    ballot = polls.close(ballot)
    for rest in ("resultats", "resultats/integrer", "resultats/votes.svg"):
        assert "<script>alert" not in client.get(at(ballot, rest)).text, rest
    assert "<script>alert" not in client.get("/culture/votes/resultats.atom").text
    rows = list(csv.DictReader(io.StringIO(client.get(at(ballot, "resultats.csv")).text)))
    assert rows[0]["title"] == f"'{HOSTILE}", "no spreadsheet runs it"


# What it costs ----------------------------------------------------------------------------------


def grown(value: Any, factor: int) -> Any:
    """A result of ``factor`` times as many votes."""
    counts = ("voters", "counted", "blank", "votes", "above", "below")
    if isinstance(value, dict):
        return {
            key: each * factor if key in counts and isinstance(each, int) else
            [count * factor for count in each] if key in ("tally", "given") else
            grown(each, factor)
            for key, each in value.items()
        }  # fmt: skip
    return [grown(each, factor) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("method", METHODS)
def test_the_page_costs_the_same_for_a_million_votes(
    client: Browser,
    polls: Polls,
    query_count: Callable[[], AbstractContextManager[Queries]],
    method: str,
) -> None:
    ballot = counted(polls, method)

    def cost() -> tuple[list[str], int]:
        with query_count() as queries:
            page = client.get(at(ballot))
        assert page.status_code == 200
        return queries.statements, len(page.data)

    client.get(at(ballot))
    few, small = cost()
    assert not [each for each in few if "voting_paper" in each or "voting_register" in each]
    with polls.site.writing() as session:
        row = session.get_one(Ballot, ballot.id)
        assert row.result is not None
        large = msgspec.convert(grown(json.loads(row.result), 250_000), Outcome)
        assert large.counted == 1_000_000
        row.result = canonical(large).decode()
    many, length = cost()
    assert many == few
    # Only the digits of the figures are more.
    assert length < small * 1.1


def test_open_choices_are_read_with_their_names_after_the_count(
    client: Browser, polls: Polls
) -> None:
    ballot = counted(polls, "majority", secrecy="public")
    found = dict(said(client.get(at(ballot, "votes")).text))
    [only] = found["Voter 1"]
    assert only.replace("\N{NO-BREAK SPACE}", " ") == (
        "Idea 1 : Economic « Excellent », Social « Bien »"
    )
    assert found["Voter 3"] == ["Vote blanc"]
    assert at(ballot, "votes") in client.get(at(ballot)).text


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_no_other_ballot_has_such_a_page(client: Browser, polls: Polls, secrecy: Any) -> None:
    ballot = counted(polls, secrecy=secrecy)
    assert client.get(at(ballot, "votes")).status_code == 404
    assert at(ballot, "votes") not in client.get(at(ballot)).text
    assert "Voter" not in client.get(at(ballot, "scrutin.json")).text


def test_an_erased_person_has_no_name_there(client: Browser, polls: Polls) -> None:
    ballot = counted(polls, secrecy="public")
    erased = polls.voter(2).person_id
    assert erased is not None
    with polls.site.writing() as session:
        erase_person(session, Actor.system(), erased)
    found = list(said(client.get(at(ballot, "votes")).text))
    assert ("Une personne qui a quitté le site", ["Idea 1", "Idea 2"]) in found
    assert len(found) == 4


def test_the_list_of_names_costs_the_same_for_many(
    client: Browser,
    polls: Polls,
    query_count: Callable[[], AbstractContextManager[Queries]],
) -> None:
    few, many = polls.open(secrecy="public"), polls.open(secrecy="public")
    for number in range(60):
        polls.vote(many, [1], polls.voter(number))
        if number < 2:
            polls.vote(few, [1], polls.voter(number))
    counts = []
    for ballot in (few, many):
        polls.close(ballot)
        client.get(at(ballot, "votes"))
        with query_count() as queries:
            page = client.get(at(ballot, "votes"))
        counts.append(queries.count)
    assert counts[0] == counts[1]
    assert len(list(said(page.text))) == 50
    assert len(list(said(client.get(at(many, "votes?page=2")).text))) == 10
