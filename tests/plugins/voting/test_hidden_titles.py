"""The title of an idea that moderators hide stands on no page and in no file, only the reason does;
and everything that was published before still counts anew to the same hashes."""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from eak_core.kit.testing.browser import Browser
from eak_core.moderation.decisions import hide, restore
from eak_core.permissions import Actor
from eak_voting.models import Ballot
from eak_voting.publishing import published
from eak_voting.publishing.recount import Report, recount
from tests.plugins.voting.conftest import Polls
from tests.plugins.voting.results import VOTES

INSULT = "Insults about somebody"
REASON = "It insults somebody."
PAGES = ("resultats", "resultats/integrer", "votes", "")
TABLES = ("resultats.csv", "resultats.csv?pour=tableur", "scrutin.pb")

on_pages = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def counted(polls: Polls, method: str = "approval", secrecy: str = "public") -> Ballot:
    """A ballot whose first idea, everybody's favourite, has a title that nobody should read."""
    ideas = [polls.site.submit(INSULT), *polls.ideas(2)]
    ballot = polls.open(method, secrecy=secrecy, ideas=ideas)  # type: ignore[arg-type]
    for number, said in enumerate(VOTES[method], 1):
        polls.vote(ballot, said, polls.voter(number))
    return polls.close(ballot)


def subject(polls: Polls, ballot: Ballot) -> str:
    return f"idea:{polls.terms(ballot).options[0].idea}"


def hidden(polls: Polls, ballot: Ballot) -> Ballot:
    with polls.site.writing() as session:
        hide(session, Actor.system(), polls.service, subject(polls, ballot), REASON)
    return ballot


def address(ballot: Ballot, rest: str) -> str:
    return f"/culture/votes/{ballot.id}/{rest}" if rest else f"/culture/votes/{ballot.id}-x"


def file_of(client: Browser, ballot: Ballot) -> bytes:
    return client.get(address(ballot, "scrutin.json")).data


def confirmed(data: bytes) -> Report:
    report = recount(published.read(data))
    assert report.confirmed, report.line
    return report


@on_pages
@pytest.mark.parametrize("method", list(VOTES))
def test_no_page_table_drawing_or_feed_of_a_result_has_the_title_of_what_is_hidden(
    polls: Polls, client: Browser, method: str, database: str
) -> None:
    ballot = counted(polls, method)
    everything = list(addresses(client, ballot, method))
    told = [each for each in everything if INSULT in client.get(each).text]
    assert len(told) >= len(everything) - 3, "what does not name it before proves nothing after"
    hidden(polls, ballot)
    for each in everything:
        answer = client.get(each, follow_redirects=True)
        assert answer.status_code == 200, each
        assert INSULT not in answer.text, each
        if "/votes/" in each and not re.search(r"/resultats/.*\.|\.json", each):
            assert REASON in answer.text, each


def addresses(client: Browser, ballot: Ballot, method: str) -> Iterator[str]:
    page = client.get(address(ballot, "resultats")).text
    for drawing in re.findall(r'href="([^"]+/resultats/(?!depense)[^"]+)\.svg"', page):
        yield f"{drawing}.svg"
        if method != "budget":  # whose tables are sums
            yield f"{drawing}.csv"
    for rest in PAGES:
        yield address(ballot, rest)
    for rest in TABLES:
        if method == "budget" or not rest.endswith(".pb"):
            yield address(ballot, rest)
    yield address(ballot, "scrutin.json")
    yield "/culture/donnees/resultats.csv"
    yield "/culture/donnees/resultats.json"


@on_pages
def test_the_feed_of_results_does_not_name_what_is_hidden(
    polls: Polls, client: Browser, database: str
) -> None:
    ballot = counted(polls)
    feed = "/culture/votes/resultats.atom"
    assert INSULT in client.get(feed).text
    hidden(polls, ballot)
    assert INSULT not in client.get(feed).text
    assert "masquée par la modération" in client.get(feed).text


@pytest.mark.parametrize("secrecy", ["pseudonymous", "secret"])
def test_the_file_leaves_the_title_out_and_still_counts_to_the_hashes_that_were_published(
    polls: Polls, client: Browser, secrecy: str
) -> None:
    ballot = counted(polls, "budget", secrecy)
    before = file_of(client, ballot)
    whole = published.read(before)
    hidden(polls, ballot)
    after = file_of(client, ballot)
    masked = published.read(after)
    assert INSULT not in after.decode()
    assert (whole.version, masked.version) == (1, 2)
    assert [(each.option, each.reason) for each in masked.hidden] == [(1, REASON)]
    for name in ("terms_hash", "ballots_hash", "result_hash", "receipts", "papers", "log"):
        assert getattr(masked, name) == getattr(whole, name), name
    assert "hash of the terms was not computed anew" in confirmed(after).line
    assert confirmed(before).holds, "who kept the file of before has not lost anything"
    with polls.site.writing() as session:
        restore(session, Actor.system(), polls.service, subject(polls, ballot), "It was a joke.")
    assert file_of(client, ballot) == before


@on_pages
def test_a_masked_file_in_which_more_was_changed_is_not_confirmed(
    polls: Polls, client: Browser, database: str
) -> None:
    ballot = hidden(polls, counted(polls, "budget"))
    file = published.read(file_of(client, ballot))
    [hiding] = file.hidden
    dearer = replace(file.terms.options[0], cost=99)
    forged = [
        replace(file, masked=(replace(hiding, option=2),)),
        replace(file, masked=(replace(hiding, reason=" "),)),
        replace(file, masked=(hiding, hiding)),
        replace(file, terms=replace(file.terms, options=(dearer, *file.terms.options[1:]))),
        replace(file, terms_hash="0" * 64),
    ]
    for each in forged:
        report = recount(each)
        assert not report.holds, report.line
    with pytest.raises(published.FileError):
        published.read(published.write(replace(file, version=1)))


@on_pages
def test_managers_see_the_title_and_that_it_is_hidden(
    polls: Polls, client: Browser, database: str
) -> None:
    ballot = counted(polls)
    client.sign_in(polls.site.people.manager)
    page = f"/culture/gestion/votes/{ballot.id}"
    assert INSULT in client.get(page).text
    assert "Masquée" not in client.get(page).text
    hidden(polls, ballot)
    text = client.get(page, follow_redirects=True).text
    assert INSULT in text
    assert "Masquée" in text
    assert REASON in text
