"""A worker that dies at any of its commits while a summary tells a digest: the letter comes once or
is unknown, the ledger says which, and what its reader follows is told all the same."""

import pytest
from sqlalchemy import select

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.issues.tables import Issue
from tests.core.events.test_death_at_a_commit import killed_at
from tests.plugins.newsletter.conftest import Letters, Readers
from tests.plugins.newsletter.conftest import letters as letters
from tests.plugins.newsletter.conftest import readers as readers
from tests.plugins.newsletter.test_summaries import Both, monday

pytestmark = pytest.mark.reliability
NOTICES = "est maintenant à l’étape"


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_newsletter.plugin"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_wherever_a_worker_dies_one_letter_comes_and_no_notice_is_lost(
    site: Site, letters: Letters, readers: Readers, clock: FrozenClock
) -> None:
    site.enable("newsletter")
    both = Both(site, letters, readers, clock)
    for death in range(1, 60):
        both.happens(f"Idea {death}")
        monday(clock, death)
        clock.advance(hours=death % 3)  # no worker ran before
        with killed_at(site.app, death) as come_to:
            site.drain()
        for _look in range(5):
            clock.advance(minutes=10)
            site.drain()
        got = both.got()
        summaries = [said for name, said in got if name == "newsletter.culture"]
        assert len(summaries) <= 1, death
        assert sum(said.count(NOTICES) for _name, said in got) >= 2, death
        with site.reading() as session:
            latest = select(Issue.id).order_by(Issue.id.desc()).limit(1)
            states = session.scalars(
                select(Delivery.state).where(Delivery.issue_id == latest.scalar_subquery())
            ).all()
        assert states == ["unknown"] or (states == ["sent"] and summaries), death
        if len(come_to) < death:
            break
    assert death > 8
