"""The list of ballots and the page of each."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.pages import Page
from eak_core.kit.testing.people import People
from eak_core.kit.testing.queries import Queries
from eak_core.permissions import Actor
from eak_core.portal import overview
from eak_voting.casting.opening import cancel
from eak_voting.casting.votes import own_choices
from eak_voting.models import Ballot
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.voting_pages import (
    choose,
    path,
    send,
    vote,
)

# The rows behind these pages are tested on both databases where they are written, and every page is
# opened on both by the conformance tests and by those of hidden choices.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BOULOGNE, ISSY = "92012", "92040"


def test_the_list_and_a_page_cost_the_same_for_one_ballot_and_for_twenty(
    client: Browser, polls: Polls, query_count: Any
) -> None:
    ideas = polls.ideas(3)
    ballot = polls.open("approval", ideas=ideas)
    # What is read once in a process is not counted.
    client.read(f"/culture/votes/{ballot.id}-{ballot.slug}")
    counts = []
    for _round in range(2):
        queries: Queries
        with query_count() as queries:
            client.read("/culture/votes/")
            client.read(f"/culture/votes/{ballot.id}-{ballot.slug}")
        counts.append(queries.count)
        for number in range(5):
            polls.open("approval", ideas=[*ideas, *polls.ideas(number)], title=f"No {number}")
    assert counts[0] == counts[1]


def test_a_visitors_page_is_kept_until_the_ballot_opens_or_closes(
    client: Browser, polls: Polls, clock: FrozenClock
) -> None:
    ballot = polls.open("approval")
    page = f"/culture/votes/{ballot.id}-{ballot.slug}"
    polls.site.drain()
    clock.set(ballot.closes_at)
    clock.advance(hours=-30.5)
    tag = client.get(page).headers["ETag"]
    assert client.get(page, headers={"If-None-Match": tag}).status_code == 304
    clock.advance(hours=2)
    answer = client.get(page, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "Il reste 28\u00a0heures" in answer.text


def test_options_stand_in_another_order_for_other_visitors_and_the_same_for_one(
    client: Browser, polls: Polls
) -> None:
    ballot = polls.open("approval", ideas=12)

    def order(browser: Browser) -> list[str]:
        return re.findall(r'id="option-(\d+)"', browser.get(path(ballot)).text)

    first = order(client)
    assert order(client) == first
    others = [order(polls.site.browser()) for _visitor in range(3)]
    assert any(other != first for other in others)
    assert all(sorted(other) == sorted(first) for other in others)


def test_the_number_of_voters_shows_only_where_the_ballot_says_so(
    client: Browser, polls: Polls
) -> None:
    shown = polls.open("approval", "public", publication="totals")
    hidden = polls.open("approval", "public", title="Hidden")
    for ballot in (shown, hidden):
        polls.vote(ballot, [1])
        polls.vote(ballot, [1], by=polls.voter(2))
    polls.site.drain()
    for person in (None, polls.site.people.manager):
        if person is not None:
            client.sign_in(person)
        assert "2 votants" in client.get(f"/culture/votes/{shown.id}-{shown.slug}").text
        page = client.get(f"/culture/votes/{hidden.id}-{hidden.slug}").text
        assert "2 votants" not in page
        assert "Votants" not in page


def test_drafts_are_there_for_those_who_prepare_them_alone(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.draft("approval")
    page = f"/culture/votes/{ballot.id}-{ballot.slug}"
    assert client.get(page).status_code == 404
    assert client.get(path(ballot)).status_code == 404
    client.sign_in(people.manager)
    assert "brouillon" in client.get(page).text
    assert ballot.title not in client.get("/culture/votes/").text


def test_when_several_ballots_are_open_a_time_line_shows_when(
    client: Browser, polls: Polls, clock: FrozenClock
) -> None:
    first = polls.open("approval", title="=First")
    assert "Quand on vote" not in client.get("/culture/votes/").text
    second = polls.open("support", title="Second")
    polls.draft("approval", title="Later")
    page = client.get("/culture/votes/").text
    assert "Quand on vote" in page
    header, *rows = csv.reader(io.StringIO(client.get("/culture/votes/calendrier.csv").text))
    assert header == ["Scrutin", "Ouverture", "Clôture"]
    assert sorted(row[0] for row in rows) == ["'=First", "Second"], "drafts are nobody's"
    assert {row[2] for row in rows} == {
        each.closes_at.isoformat(timespec="seconds") for each in (first, second)
    }
    assert "Second" in client.get("/culture/votes/calendrier.svg").text
    clock.set(second.closes_at)
    assert client.get("/culture/votes/calendrier.csv").text.count("\n") < 3


def test_a_calendar_has_when_ballots_open_and_close(client: Browser, polls: Polls) -> None:
    ballot = polls.open("approval", title="A yard, greener")
    polls.draft("approval", title="Secret plans")
    gone = polls.open("support", title="Given up")
    with polls.site.writing() as session:
        gone = session.get_one(Ballot, gone.id)
        cancel(session, Actor.system(), polls.service, gone, "Nobody could come.")
    answer = client.get("/culture/votes/calendrier.ics")
    lines = answer.text.replace("\r\n ", "").split("\r\n")
    assert "Secret plans" not in answer.text
    for line in (
        f"DTSTART:{ballot.opens_at:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{ballot.closes_at:%Y%m%dT%H%M%SZ}",
        "SUMMARY:Ouverture du vote\N{NO-BREAK SPACE}: A yard\\, greener",
        f"UID:http://localhost/culture/votes/{ballot.id}/resultats#cloture",
    ):
        assert line in lines, line
    assert lines.count("STATUS:CANCELLED") == 2
    tag = answer.headers["ETag"]
    again = client.get("/culture/votes/calendrier.ics", headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_an_address_with_an_old_title_leads_to_the_page(client: Browser, polls: Polls) -> None:
    ballot = polls.open("approval")
    for old in (f"/culture/votes/{ballot.id}", f"/culture/votes/{ballot.id}-old"):
        answer = client.get(old)
        assert answer.status_code == 301
        assert answer.location.endswith(f"/{ballot.id}-a-greener-yard")


def test_nothing_typed_by_anybody_acts_on_the_pages(
    client: Browser, people: People, polls: Polls
) -> None:
    hostile = '<script>alert(1)</script> "><img src=x onerror=alert(2)>'
    idea = polls.site.submit(hostile)
    ballot = polls.open("majority", "secret", ideas=[idea], title=hostile)
    client.sign_in(people.citizen)
    pages = [
        client.get(f"/culture/votes/{ballot.id}-{ballot.slug}").text,
        client.get(path(ballot)).text,
    ]
    choose(client, ballot, **{"grade-1-0": 5})
    pages.append(client.get(path(ballot, "verifier")).text)
    pages.append(client.get(send(client, ballot).location).text)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert Page(page).inline == []
        assert Page(page).unlabelled() == []


def test_a_vote_that_is_one_persons_own_is_shown_to_nobody_else(
    client: Browser, people: People, polls: Polls
) -> None:
    ballot = polls.open("approval", "pseudonymous")
    client.sign_in(people.citizen)
    vote(client, ballot, option=[2])
    with polls.site.reading() as session:
        stored = session.get_one(Ballot, ballot.id)
        assert own_choices(session, people.actor(people.citizen), stored) == "[2]"
        assert own_choices(session, polls.manager, stored) is None
    other = polls.site.browser()
    other.sign_in(people.manager)
    assert "option" not in other.read(path(ballot)).form("voter").filled({"option": None})


def test_a_visitors_page_shows_the_first_provisional_result(client: Browser, polls: Polls) -> None:
    ballot = polls.open("approval", "public", publication="live")
    page = f"/culture/votes/{ballot.id}/resultats"
    polls.vote(ballot, [1])
    polls.site.drain()
    tag = client.get(page).headers["ETag"]
    polls.clock.advance(minutes=1)
    polls.site.drain()
    answer = client.get(page, headers={"If-None-Match": tag})
    assert answer.status_code == 200


def test_open_data_do_not_tell_when_the_last_vote_was_cast(client: Browser, polls: Polls) -> None:
    ballot = polls.open("approval", "secret")
    polls.site.drain()
    before = client.get("/catalogue.jsonld").text
    polls.clock.advance(hours=2)
    polls.vote(ballot, [1])
    polls.site.drain()
    assert client.get("/catalogue.jsonld").text == before


def test_the_home_of_a_service_says_what_can_be_voted_on_now_and_never_longer(
    polls: Polls, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What cards of ideas say of ballots holds as long as that; here there is none.
    monkeypatch.setattr(overview, "LATEST", 0)
    client, home = polls.site.browser(), "/culture/"
    assert "ballots-open" not in client.get(home).text
    ballot = polls.open(opens_in=timedelta(hours=1))
    kept = client.get(home)
    assert "ballots-open" not in kept.text
    clock.set(ballot.opens_at)
    opened = client.get(home, headers={"If-None-Match": kept.headers["ETag"]})
    assert opened.status_code == 200
    assert opened.text.index("ballots-open") < opened.text.index('id="latest"')
    clock.set(ballot.closes_at)
    closed = client.get(home, headers={"If-None-Match": opened.headers["ETag"]})
    assert closed.status_code == 200
    assert "ballots-open" not in closed.text
