"""What newsletters tell of ballots: the last that is worth telling, once."""

from datetime import timedelta

from eak_core.api import clock, news_between
from eak_core.kit.testing.site import Site
from eak_voting.casting.opening import cancel
from eak_voting.models import Ballot
from tests.plugins.voting.conftest import Polls


def told(site: Site) -> list[str]:
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        now = clock.now()
        news = news_between(session, site.service, now - timedelta(days=30), now)
        return [each.item.title for each in news if each.owner == "voting"]


def test_a_ballot_is_told_when_it_opens_and_then_by_its_result(site: Site, polls: Polls) -> None:
    ballot = polls.open(ideas=polls.ideas(1))
    polls.clock.advance(seconds=1)
    assert told(site) == [f"The ballot “{ballot.title}” is open"]
    polls.close(ballot)
    polls.clock.advance(seconds=1)
    assert told(site) == [f"The result of the ballot “{ballot.title}”"]


def test_a_cancelled_ballot_is_told_with_its_reason(site: Site, polls: Polls) -> None:
    ballot = polls.open(ideas=polls.ideas(1))
    with site.writing() as session:
        found = session.get_one(Ballot, ballot.id)
        cancel(session, polls.manager, site.service, found, "The list was wrong.")
    polls.clock.advance(seconds=1)
    assert told(site) == [f"The ballot “{ballot.title}” is cancelled"]
