"""Bursts on the pages of managers and in results: in words, without any choice."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.queries import Queries
from eak_core.kit.testing.site import Site
from eak_voting.casting.bursts import LEAST, bursts_of
from eak_voting.casting.exclusions import exclude, exclusions_of, reverse
from eak_voting.models import Ballot
from eak_voting.settings import Secrecy
from tests.plugins.voting.conftest import Polls

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

DESK = "/culture/gestion/votes"
ROBOTS = "192.0.2.0/24"


@pytest.fixture
def desk(site: Site, client: Browser, polls: Polls) -> Browser:
    """A manager's browser."""
    client.sign_in(site.people.manager)
    return client


@pytest.fixture(autouse=True)
def cheap_accounts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts of the crowd without the price of a password each."""
    for person in (site.people.manager, site.people.citizen):
        assert person.password
    monkeypatch.setattr("eak_core.people.accounts.account.hash_password", lambda password: None)


def flooded(polls: Polls, secrecy: Secrecy = "pseudonymous") -> Ballot:
    """A ballot with one burst, of votes for idea 1, and one more vote for idea 2."""
    ballot = polls.open(secrecy=secrecy)
    for number in range(1, LEAST + 1):
        polls.vote(ballot, [1], polls.voter(number), source=ROBOTS)
    polls.vote(ballot, [2], polls.voter(LEAST + 1))
    return ballot


def text_of(browser: Browser, path: str) -> str:
    answer = browser.get(f"{path}?lang=en")
    assert answer.status_code == 200, f"{path} answers {answer.status}"
    return answer.text


def test_a_manager_excludes_a_burst_and_reverses_it_by_forms(desk: Browser, polls: Polls) -> None:
    ballot = flooded(polls)
    page = f"{DESK}/{ballot.id}/afflux"
    shown = text_of(desk, page)
    assert f"{LEAST} votes from one network, {LEAST} of them from accounts" in shown
    assert f"{LEAST} count" in shown
    empty = desk.submit(f"{page}/1/exclure", "/exclure", reason=" ")
    assert empty.status_code == 422
    done = desk.submit(f"{page}/1/exclure", "/exclure", reason="One **machine** in a cellar.")
    assert done.status_code == 302
    shown = text_of(desk, page)
    assert f"0 count, {LEAST} are excluded" in shown
    assert "One <strong>machine</strong> in a cellar." in shown
    back = f"{DESK}/{ballot.id}/exclusions/1/annuler"
    assert desk.submit(back, "/annuler", reason="").status_code == 422
    assert desk.submit(back, "/annuler", reason="It was a library.").status_code == 302
    shown = text_of(desk, page)
    assert "It was a library." in shown
    assert "these votes count" in shown
    with polls.site.reading() as session:
        [exclusion] = exclusions_of(session, ballot)
    assert exclusion.reversal == "It was a library."
    assert desk.submit(back, "/annuler", reason="Again.").status_code == 409


def test_the_page_of_a_secret_ballot_says_why_nothing_is_excluded(
    desk: Browser, polls: Polls
) -> None:
    ballot = flooded(polls, "secret")
    page = f"{DESK}/{ballot.id}/afflux"
    shown = text_of(desk, page)
    assert "nothing leads from a network to a vote" in shown
    assert f"{LEAST} votes from one network" in shown
    assert "/exclure" not in shown
    assert desk.submit(f"{page}/1/exclure", "/exclure", reason="Robots.").status_code == 409


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_the_pages_of_bursts_say_nothing_of_choices_or_of_the_turnout(
    desk: Browser, polls: Polls, secrecy: Secrecy
) -> None:
    ballot = flooded(polls, secrecy)
    for path in (f"{DESK}/{ballot.id}/afflux", f"{DESK}/{ballot.id}/afflux/1/exclure", DESK):
        shown = text_of(desk, path if path != DESK else f"{DESK}/")
        assert "Idea 1" not in shown
        main = shown.partition("<main")[2].partition("</main")[0]
        assert not re.search(rf"\b{LEAST + 1}\b", main), "how many voted in all"
        assert "192.0.2" not in shown


def test_a_burst_waits_on_the_desk_of_managers(desk: Browser, polls: Polls) -> None:
    ballot = polls.open()
    assert f"/votes/{ballot.id}/afflux" not in text_of(desk, "/culture/gestion/")
    ballot = flooded(polls)
    assert f"/votes/{ballot.id}/afflux" in text_of(desk, "/culture/gestion/")


def test_nobody_else_sees_bursts_before_the_count(client: Browser, polls: Polls) -> None:
    ballot = flooded(polls)
    client.sign_in(polls.site.people.citizen)
    for path in ("afflux", "afflux/1/exclure", "exclusions/1/annuler"):
        assert client.get(f"{DESK}/{ballot.id}/{path}").status_code == 403
    assert "one network" not in text_of(client, f"/culture/votes/{ballot.id}-{ballot.slug}")


def test_a_result_says_what_was_unusual_excluded_and_taken_in_again(
    client: Browser, polls: Polls
) -> None:
    ballot = flooded(polls)
    with polls.site.writing() as session:
        kept = session.get_one(Ballot, ballot.id)
        [burst] = bursts_of(session, kept)
        exclude(session, polls.manager, polls.service, kept, burst.group, "Robots, it seemed.")
        reverse(session, polls.manager, polls.service, kept, 1, "A school.")
    polls.close(ballot)
    shown = text_of(client, f"/culture/votes/{ballot.id}/resultats")
    assert f"{LEAST} votes from one network" in shown
    assert "Robots, it seemed." in shown
    assert "A school." in shown
    quiet = polls.open()
    polls.vote(quiet, [1])
    polls.close(quiet)
    assert "from one network" not in text_of(client, f"/culture/votes/{quiet.id}/resultats")


def test_the_page_costs_the_same_for_one_burst_and_for_many(
    desk: Browser, polls: Polls, query_count: Callable[[], AbstractContextManager[Queries]]
) -> None:
    ballot = flooded(polls)
    polls.vote(ballot, [1], polls.voter(90), source="198.51.100.0/24")
    page = f"{DESK}/{ballot.id}/afflux"
    text_of(desk, page)
    with query_count() as one:
        text_of(desk, page)
    for hour in (1, 2):
        polls.clock.advance(hours=1)
        for number in range(100 * hour, 100 * hour + LEAST):
            polls.vote(ballot, [1], polls.voter(number), source=ROBOTS)
    with query_count() as several:
        assert text_of(desk, page).count("votes from one network") == 3
    assert several.count == one.count
