"""The way of a vote as people go it: three pages, without any script."""

from typing import Any

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_voting.settings import ApprovalRules
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.voting_pages import (
    CODE,
    RECEIPT,
    choose,
    found,
    papers,
    path,
    send,
    vote,
    voters,
)

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BOULOGNE, ISSY = "92012", "92040"


def test_a_vote_takes_three_pages(client: Browser, people: People, polls: Polls) -> None:
    ballot = polls.open("approval", "secret")
    client.sign_in(people.citizen)
    answer = choose(client, ballot, option=[1, 3])
    assert answer.location.endswith(path(ballot, "verifier"))
    check = client.get(answer.location).text
    assert "Idea 1" in check
    assert "Idea 3" in check
    assert "Idea 2" not in check
    assert "votre code" in check, "the code is announced before anything is sent"
    assert papers(polls, ballot) == []
    answer = send(client, ballot)
    done = client.get(answer.location)
    assert papers(polls, ballot) == ["[1,3]"]
    assert len(found(CODE, done.text).replace(" ", "")) == 26
    assert found(RECEIPT, done.text)
    assert done.headers["Cache-Control"] == "no-store"


def test_what_was_chosen_before_signing_in_is_there_afterwards(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.open("approval")
    assert "Set-Cookie" not in client.get(f"/culture/votes/{ballot.id}-{ballot.slug}").headers
    check = client.get(choose(client, ballot, option=[2]).location).text
    assert "Idea 2" in check
    assert f"next=/culture/votes/{ballot.id}/verifier" in check
    assert not [form for form in Page(check).forms if "verifier" in form.action]
    client.sign_in(people.citizen)
    assert "Idea 2" in client.get(path(ballot, "verifier")).text
    send(client, ballot)
    assert papers(polls, ballot) == ["[2]"]


def test_a_vote_sent_after_the_sign_in_expired_is_kept(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.open("approval")
    client.sign_in(people.citizen)
    choose(client, ballot, option=[1, 2])
    form = client.read(path(ballot, "verifier")).form("verifier")
    with client.session_transaction() as session:
        del session["_user_id"]
    answer = client.post(form.action, data=form.filled({}))
    assert answer.status_code == 303
    assert papers(polls, ballot) == []
    page = client.get(answer.location).text
    assert "Votre connexion a pris fin" in page
    assert "Idea 1" in page
    client.sign_in(people.citizen)
    send(client, ballot)
    assert papers(polls, ballot) == ["[1,2]"]


@pytest.mark.parametrize("step", ["voter", "verifier"])
def test_what_was_chosen_survives_a_token_that_has_expired(
    client: Browser, people: People, polls: Polls, step: str
) -> None:
    ballot = polls.open("approval")
    client.sign_in(people.citizen)
    choose(client, ballot, option=[3])
    form = client.read(path(ballot, step)).form(step)
    with client.session_transaction() as session:
        session["csrf_token"] = "another one"
    sent = form.filled({} if step == "verifier" else {"option": [1]})
    answer = client.post(form.action, data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400
    again = Page(answer.text).form(step)
    answer = client.post(again.action, data=again.filled({}))
    assert answer.status_code == 303
    if step == "voter":
        send(client, ballot)
    assert papers(polls, ballot) == ["[1]" if step == "voter" else "[3]"]


def test_the_page_that_was_sent_counts_and_not_what_another_window_chose(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.open("approval")
    client.sign_in(people.citizen)
    choose(client, ballot, option=[1])
    form = client.read(path(ballot, "verifier")).form("verifier")
    choose(client, ballot, option=[2, 3])
    client.post(form.action, data=form.filled({}))
    assert papers(polls, ballot) == ["[1]"]


@pytest.mark.parametrize("secrecy", ["secret", "pseudonymous"])
def test_a_vote_sent_twice_answers_one_receipt(
    client: Browser, people: People, polls: Polls, secrecy: Any
) -> None:
    ballot = polls.open("approval", secrecy)
    client.sign_in(people.citizen)
    choose(client, ballot, option=[1])
    form = client.read(path(ballot, "verifier")).form("verifier")
    pages = []
    for _time in range(2):
        answer = client.post(form.action, data=form.filled({}))
        assert answer.status_code == 303
        pages.append(client.get(answer.location).text)
    assert found(RECEIPT, pages[0]) == found(RECEIPT, pages[1])
    if secrecy == "secret":
        assert found(CODE, pages[0]) == found(CODE, pages[1])
    assert papers(polls, ballot) == ["[1]"]
    assert voters(polls, ballot) == 1
    assert client.get(path(ballot, "verifier")).location.endswith("/recu")


def test_a_blank_vote_is_said_to_be_one(client: Browser, people: People, polls: Polls) -> None:
    ballot = polls.open("approval", approval=ApprovalRules(at_least=2))
    client.sign_in(people.citizen)
    answer = choose(client, ballot)
    assert "Votre vote est blanc." in client.get(answer.location).text
    send(client, ballot)
    assert papers(polls, ballot) == ["[]"]


def test_nobody_finds_a_key_or_a_receipt_of_whoever_was_here_before(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.open("approval", "secret")
    client.sign_in(people.citizen)
    code = found(CODE, vote(client, ballot, option=[1]))
    client.sign_out()
    client.sign_in(people.agent)
    answer = client.get(path(ballot, "recu"))
    assert answer.status_code == 302
    other = vote(client, ballot, option=[2])
    assert found(CODE, other) != code
    assert papers(polls, ballot) == ["[1]", "[2]"]


def test_receipt_and_code_are_forgotten_by_a_click_and_after_an_hour(
    client: Browser, people: People, polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open("approval", "secret")
    client.sign_in(people.citizen)
    address = f"/culture/votes/{ballot.id}-{ballot.slug}"
    vote(client, ballot, option=[1])
    assert path(ballot, "recu") in client.get(address).text
    assert client.get(path(ballot, "recu")).status_code == 200
    client.submit(path(ballot, "recu"), "oublier")
    assert client.get(path(ballot, "recu")).status_code == 302
    assert path(ballot, "recu") not in client.get(address).text
    client.sign_out()
    client.sign_in(people.agent)
    vote(client, ballot, option=[1])
    clock.advance(hours=1)
    assert client.get(path(ballot, "recu")).status_code == 302
