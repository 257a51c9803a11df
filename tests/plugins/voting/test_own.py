"""One's own page: the ballots somebody voted in, never what, and those that wait for their vote."""

import pytest

from eak_core.kit.testing.site import Site
from eak_voting.settings import Electorate
from tests.plugins.voting.conftest import Polls


def waiting(page: str) -> str:
    return page.partition('id="waiting"')[2].partition("</section>")[0]


def test_a_vote_waits_until_it_is_cast_and_says_never_what_it_was(site: Site, polls: Polls) -> None:
    ballot = polls.open(secrecy="secret", title="A greener yard?")
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    page = browser.get("/compte/").text
    assert "Voter\u202f: A greener yard?" in waiting(page)
    assert "jusqu’au" in waiting(page)
    polls.vote(ballot, [2], site.people.actor(site.people.citizen))
    page = browser.get("/compte/").text
    assert waiting(page) == ""
    assert "vous avez voté\u202f; vous pouvez modifier votre vote" in page
    polls.close(ballot)
    assert "vous avez voté\u202f; le résultat est publié" in browser.get("/compte/").text
    someone = site.browser()
    someone.sign_in(site.people.agent)
    assert "A greener yard" not in someone.get("/compte/").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_nobody_is_asked_for_a_vote_that_is_not_theirs(site: Site, polls: Polls) -> None:
    polls.open(title="For agents", electorate=Electorate(who="agents"))
    polls.draft(title="Not announced")
    for person, asked in ((site.people.citizen, False), (site.people.agent, True)):
        browser = site.browser()
        browser.sign_in(person)
        text = browser.get("/compte/").text
        assert ("For agents" in text) is asked
        assert "Not announced" not in text
    site.disable("voting")
    assert "For agents" not in browser.get("/compte/").text
