"""Changing a vote and taking it back; who may vote, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eak_core.ideas.describing.territory import ensure_communes
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.sites import Sites
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_voting.casting.opening import cancel
from eak_voting.casting.votes import withdraw
from eak_voting.models import Ballot
from eak_voting.settings import Electorate
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

# The rows behind these pages are tested on both databases where they are written, and every page is
# opened on both by the conformance tests and by those of hidden choices.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BOULOGNE, ISSY = "92012", "92040"


def test_an_open_vote_is_changed_by_voting_again(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.open("approval", "public")
    client.sign_in(people.citizen)
    first = found(RECEIPT, vote(client, ballot, option=[1]))
    assert client.read(path(ballot)).form("voter").filled({})["option"] == ["1"]
    again = vote(client, ballot, option=[2])
    assert "Votre vote est modifié" in again
    assert found(RECEIPT, again) != first
    assert papers(polls, ballot) == ["[2]"]


def test_a_secret_vote_is_changed_with_its_code_and_not_without(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.open("approval", "secret")
    client.sign_in(people.citizen)
    paper = client.read(path(ballot)).form("voter")
    code = found(CODE, vote(client, ballot, option=[1]))
    client.submit(path(ballot, "recu"), "oublier")
    assert "Vous avez déjà voté" in client.get(path(ballot)).text
    client.post(paper.action, data=paper.filled({"option": [3]}))
    answer = send(client, ballot)
    assert answer.status_code == 409
    assert papers(polls, ballot) == ["[1]"]
    wrong = client.submit(path(ballot, "changer"), "changer", code="AAAA")
    assert wrong.status_code == 422
    assert "Aucun vote de ce scrutin n’a ce code" in wrong.text
    typed = code.lower().replace(" ", "-").replace("o", "0").replace("b", "8")
    answer = client.submit(path(ballot, "changer"), "changer", code=typed)
    assert answer.location.endswith(path(ballot))
    assert client.read(path(ballot)).form("voter").filled({})["option"] == ["1"]
    page = vote(client, ballot, option=[2, 3])
    assert found(CODE, page) == code
    assert papers(polls, ballot) == ["[2,3]"]
    assert voters(polls, ballot) == 1


@pytest.mark.parametrize("secrecy", ["secret", "public"])
def test_a_vote_is_taken_back_and_cast_anew(
    client: Browser, people: People, polls: Polls, secrecy: Any
) -> None:
    ballot = polls.open("approval", secrecy)
    client.sign_in(people.citizen)
    page = vote(client, ballot, option=[1])
    values: dict[str, object] = {}
    if secrecy == "secret":
        wrong = client.submit(path(ballot, "retirer"), "retirer", code="A" * 26)
        assert wrong.status_code == 422
        assert voters(polls, ballot) == 1
        values["code"] = found(CODE, page)
    answer = client.submit(path(ballot, "retirer"), "retirer", **values)
    assert answer.status_code == 303
    assert (papers(polls, ballot), voters(polls, ballot)) == ([], 0)
    assert client.get(path(ballot, "recu")).status_code == 302
    again = vote(client, ballot, option=[1])
    assert found(RECEIPT, again) != found(RECEIPT, page)
    assert papers(polls, ballot) == ["[1]"]


@pytest.mark.parametrize("secrecy", ["secret", "public"])
def test_a_form_sent_again_after_its_vote_was_taken_back_elsewhere_is_a_new_vote(
    client: Browser, people: People, polls: Polls, secrecy: Any
) -> None:
    ballot = polls.open("approval", secrecy)
    client.sign_in(people.citizen)
    choose(client, ballot, option=[1])
    form = client.read(path(ballot, "verifier")).form("verifier")
    page = client.get(client.post(form.action, data=form.filled({})).location).text
    with polls.site.writing() as session:
        code = found(CODE, page) if secrecy == "secret" else None
        stored = session.get_one(Ballot, ballot.id)
        withdraw(session, people.actor(people.citizen), polls.service, stored, code=code)
    again = client.get(client.post(form.action, data=form.filled({})).location).text
    assert found(RECEIPT, again) != found(RECEIPT, page)
    assert papers(polls, ballot) == ["[1]"]


def test_a_vote_after_the_close_is_refused_on_a_page_that_says_so(
    client: Browser, people: People, polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open("approval")
    client.sign_in(people.citizen)
    choose(client, ballot, option=[1])
    form = client.read(path(ballot, "verifier")).form("verifier")
    paper = client.read(path(ballot)).form("voter")
    clock.set(ballot.closes_at)
    for sent in (form, paper):
        answer = client.post(sent.action, data=sent.filled({}))
        assert answer.status_code == 409
        assert "Votre vote n’a pas été enregistré" in answer.text
        assert "clos depuis le 9 mars 2026" in answer.text
    assert client.get(path(ballot)).status_code == 409
    assert papers(polls, ballot) == []


def test_nobody_votes_before_the_opening_or_after_a_cancellation(
    client: Browser, people: People, polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open("approval", opens_in=timedelta(days=1))
    client.sign_in(people.citizen)
    early = client.get(path(ballot))
    assert early.status_code == 409
    assert "pas encore ouvert" in early.text
    clock.advance(days=1)
    opened = client.get(path(ballot), follow_redirects=True)
    assert opened.status_code == 200, "the clock opens it, not the worker"
    with polls.site.writing() as session:
        cancel(
            session, polls.manager, polls.service, session.get_one(Ballot, ballot.id), "Two alike."
        )
    assert "annulé" in client.get(path(ballot)).text
    assert "Two alike." in client.get(f"/culture/votes/{ballot.id}-{ballot.slug}").text


def test_inhabitants_declare_where_they_live_and_their_age_on_the_way(
    client: Browser, people: People, polls: Polls
) -> None:
    with polls.site.writing() as session:
        ensure_communes(session)
    electorate = Electorate(who="inhabitants", communes=(BOULOGNE,), minimum_age=16)
    ballot = polls.open("approval", electorate=electorate)
    client.sign_in(people.citizen)
    choose(client, ballot, option=[1])
    answer = send(client, ballot)
    assert answer.status_code == 422
    assert "Dites dans quelle commune" in answer.text
    answer = send(client, ballot, commune=ISSY, age=True)
    assert answer.status_code == 403
    assert "autres communes" in answer.text
    assert papers(polls, ballot) == []
    answer = send(client, ballot, commune=BOULOGNE, age=True)
    assert answer.status_code == 303
    assert papers(polls, ballot) == ["[1]"]
    other = polls.open("approval", electorate=electorate, title="Another one")
    choose(client, other, option=[2])
    assert "Vous déclarez" not in client.get(path(other, "verifier")).text, "asked once"


def test_those_who_cannot_vote_are_told_why(client: Browser, people: People, polls: Polls) -> None:
    ballot = polls.open("approval", electorate=Electorate(who="agents"))
    page = f"/culture/votes/{ballot.id}-{ballot.slug}"
    client.sign_in(people.citizen)
    assert "réservé aux agentes et agents" in client.get(page).text
    choose(client, ballot, option=[1])
    check = client.get(path(ballot, "verifier")).text
    assert "réservé aux agentes et agents" in check
    assert not [form for form in Page(check).forms if "verifier" in form.action]


def test_votes_in_a_row_are_slowed_down(sites: Sites, database: str) -> None:
    site = sites.make(["eak_voting.plugin"], rate_limits=True)
    site.enable("voting")
    with_clock = FrozenClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    polls = Polls(site, with_clock)
    ballot = polls.open("approval", "public")
    client = site.browser()
    client.sign_in(site.people.citizen)
    statuses = []
    for number in range(25):
        choose(client, ballot, option=[1 + number % 3])
        statuses.append(send(client, ballot).status_code)
    with_clock.release()
    assert statuses[:20] == [303] * 20
    assert statuses[-1] == 429


def test_a_paper_never_shows_numbers_that_the_opening_changes(
    client: Browser, people: People, polls: Polls
) -> None:
    ideas = polls.ideas(3)
    ballot = polls.open("approval", ideas=ideas, opens_in=timedelta(hours=1))
    with polls.site.writing() as session:
        hide(session, Actor.system(), polls.service, f"idea:{ideas[0].id}", "Not an idea.")
    polls.clock.advance(hours=1)
    client.sign_in(people.citizen)
    assert "Idea 1" not in client.get(path(ballot), follow_redirects=True).text
    vote(client, ballot, option=[1])
    assert papers(polls, ballot) == ["[1]"]
    assert polls.terms(ballot).options[0].idea == ideas[1].id
