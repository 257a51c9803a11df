"""What an administrator reads before votes are switched on or off."""

from datetime import timedelta

from flask_babel import force_locale

from eak_core.kit.testing.site import Site
from eak_voting.ballots.effects import preview
from eak_voting.casting.support import give
from tests.plugins.voting.conftest import Polls

DAY = timedelta(days=1)


def sentences(site: Site, *, enabling: bool) -> str:
    with site.reading() as session, force_locale("en"):
        return " ".join(preview(session, site.service, enabling=enabling))


def test_nothing_is_said_where_nothing_was_voted(site: Site, polls: Polls) -> None:
    polls.draft()
    assert sentences(site, enabling=False) == sentences(site, enabling=True) == ""


def test_it_says_what_stops_what_is_hidden_and_what_comes_back(polls: Polls, site: Site) -> None:
    polls.open(lasts=DAY)
    polls.open(lasts=9 * DAY)
    polls.open(opens_in=5 * DAY)
    with site.writing() as session:
        give(session, polls.voter(), polls.service, site.submit())
    off = sentences(site, enabling=False)
    assert "3 ballots are no longer shown" in off
    assert "2 open ballots take no votes" in off
    assert "1 announced ballot does not open" in off
    assert "1 support for an idea is no longer shown" in off
    site.disable("voting")
    polls.clock.advance(days=2)
    on = sentences(site, enabling=True)
    assert "3 ballots of before are shown again" in on
    assert "1 ballot whose close has passed meanwhile is counted at once" in on
    assert "1 support for an idea counts again" in on
    site.enable("voting")
    site.drain()
    assert "counted at once" not in sentences(site, enabling=True)
