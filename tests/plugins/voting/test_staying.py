"""Voting is not put aside while a ballot is under way, however often its hooks fail."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from eak_core.kit.testing.site import Site
from eak_core.plugins.hooks.failures import note
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_request import breaker
from eak_core.plugins.per_service.models import PluginActivation
from eak_voting.ballots.finding import under_way
from tests.plugins.voting.conftest import Polls

HOUR = timedelta(hours=1)


def is_under_way(site: Site) -> bool:
    with site.reading() as session:
        return under_way(session, site.service.id)


def test_a_ballot_is_under_way_from_its_opening_until_it_is_counted(
    site: Site, polls: Polls
) -> None:
    assert not is_under_way(site)
    polls.draft()
    assert not is_under_way(site)
    ballot = polls.open(opens_in=HOUR, lasts=HOUR)
    assert not is_under_way(site)
    polls.clock.advance(hours=1)
    assert is_under_way(site), "whether or not a worker has opened it"
    site.drain()
    assert is_under_way(site)
    polls.vote(ballot, [1])
    polls.clock.advance(hours=2)
    assert is_under_way(site), "it is still to be counted"
    polls.close(ballot)
    assert not is_under_way(site)


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("open_", [True, False])
def test_failures_put_it_aside_only_where_no_ballot_is_under_way(
    site: Site, polls: Polls, open_: bool
) -> None:
    polls.clock.set(datetime.now(UTC))  # after it was switched on
    if open_:
        polls.open()

    host = get_host(site.app)
    for _ in range(2 * breaker.LIMIT):
        with site.app.app_context():
            note("voting", "slot_idea_aside", site.service.id, ZeroDivisionError("wrong"))
    with site.reading() as session:
        (suspended,) = session.scalars(select(PluginActivation.suspended_at)).all()
    assert (suspended is None) is open_
    assert host.answering("must_stay") == ("voting",)
