"""Who is told of a ballot: those who follow it, an idea on it, or the service."""

from datetime import timedelta

import pytest

from eak_core.errors import NotFound
from eak_core.kit.testing.site import Site
from eak_core.notices import following, inbox
from eak_core.people.models import Person
from eak_voting.casting.opening import cancel, withdraw_announcement
from eak_voting.models import Ballot
from tests.plugins.voting.conftest import Polls

ON = frozenset({"voting"})


def told(site: Site, person: Person) -> list[str]:
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        page = inbox.page_of(session, site.people.actor(person), None)
    return [each.text for each in page.items]


def test_those_who_follow_an_idea_a_ballot_or_the_service_are_told_once_of_each_step(
    site: Site, polls: Polls
) -> None:
    people = site.people
    ideas = polls.ideas(2)
    site.drain()
    with site.writing() as session:
        agent = people.actor(people.agent)
        following.follow(session, agent, site.service, ON, f"service:{site.service.id}")
    ballot = polls.open(ideas=ideas, opens_in=timedelta(days=2))
    with site.writing() as session:
        for subject in (f"voting.ballot:{ballot.id}", f"idea:{ideas[0].id}"):
            following.follow(session, agent, site.service, ON, subject)
    site.drain()
    announced = [f"A ballot is announced: “{ballot.title}”"]
    assert told(site, people.agent) == told(site, people.citizen) == announced
    polls.clock.advance(days=2, minutes=1)
    site.drain()
    polls.close(ballot)
    assert told(site, people.citizen) == told(site, people.agent)
    assert told(site, people.agent) == [
        f"The result of the ballot “{ballot.title}”",
        f"The ballot “{ballot.title}” is open",
        *announced,
    ]
    mails = [mail for mail in site.sent if mail.to == people.citizen.email]
    assert any("Votes are taken" in mail.text or "On vote" in mail.text for mail in mails)


def test_a_ballot_that_opens_at_once_is_told_of_once(site: Site, polls: Polls) -> None:
    ballot = polls.open(ideas=polls.ideas(1))
    site.drain()
    assert told(site, site.people.citizen) == [f"The ballot “{ballot.title}” is open"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_announced_and_taken_back_is_told_to_nobody(site: Site, polls: Polls) -> None:
    ballot = polls.open(ideas=polls.ideas(1), opens_in=timedelta(days=2))
    site.drain()
    with site.writing() as session:
        found = session.get_one(Ballot, ballot.id)
        withdraw_announcement(session, polls.manager, site.service, found)
    site.drain()
    assert told(site, site.people.citizen) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_cancelled_ballot_is_told_with_its_reason(site: Site, polls: Polls) -> None:
    ballot = polls.open(ideas=polls.ideas(1))
    with site.writing() as session:
        found = session.get_one(Ballot, ballot.id)
        cancel(session, polls.manager, site.service, found, "The list was wrong.")
    site.drain()
    assert told(site, site.people.citizen)[0] == f"The ballot “{ballot.title}” is cancelled"


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_draft_cannot_be_followed_and_a_ballot_by_a_button_on_its_page(
    site: Site, polls: Polls
) -> None:
    agent = site.people.actor(site.people.agent)
    draft = polls.draft()
    with site.writing() as session, pytest.raises(NotFound):
        following.follow(session, agent, site.service, ON, f"voting.ballot:{draft.id}")
    ballot = polls.open(title="Another")
    browser = site.browser()
    browser.sign_in(site.people.agent)
    page = f"/culture/votes/{ballot.id}-{ballot.slug}"
    answer = browser.submit(page, f"suivre/voting.ballot:{ballot.id}")
    assert answer.location == page
    assert "Ne plus suivre" in browser.read(page).text
