"""What newsletters tell of partners: pilots that were found, and that everybody may read."""

from datetime import timedelta

from eak_core.api import clock, news_between
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from tests.plugins.matchmaking.pilots import Pilots


def told(pilots: Pilots) -> list[str]:
    site = pilots.site
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        now = clock.now() + timedelta(seconds=1)
        news = news_between(session, site.service, now - timedelta(days=30), now)
        return [each.item.title for each in news if each.owner == "matchmaking"]


def test_a_pilot_is_told_once_it_is_found_and_not_when_it_is_hidden(pilots: Pilots) -> None:
    pilots.accepted()
    assert told(pilots) == []
    pilot = pilots.pilot()
    [title] = told(pilots)
    assert "pilots “" in title
    with pilots.site.writing() as session:
        hide(session, Actor.system(), pilots.site.service, pilot.subject, "Not ours.")
    assert told(pilots) == []
