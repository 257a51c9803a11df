"""What newsletters tell of ideas: what visitors may read, once each, with where it leads."""

from datetime import timedelta

import pytest

from eak_core.api import clock, news_between
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor


@pytest.fixture
def plugins() -> list[str]:
    return []


def bring(site: Site, idea: Idea, *stages: str) -> None:
    """Let ``idea`` come to ``stages``, one after the other."""
    for stage in stages:
        with site.writing() as session:
            found = session.get_one(Idea, idea.id)
            change_stage(
                session, Actor.system(), site.service, frozenset(), found, stage, f"To {stage}."
            )


def titles(site: Site, days: int = 1) -> list[str]:
    now = clock.now()
    with site.app.test_request_context(), site.reading() as session:
        news = news_between(session, site.service, now - timedelta(days=days), now)
        assert all(each.url.startswith("http://localhost/culture/idees/") for each in news)
        return [each.item.title.replace("\u202f", " ") for each in news]


def test_each_idea_is_told_once_by_its_last_stage_the_weightiest_first(
    site: Site, clock: FrozenClock
) -> None:
    first, second = site.submit("A tool library"), site.submit("A night bus")
    bring(site, first, "screening", "accepted")
    bring(site, second, "screening", "accepted", "adopted", "under_way")
    clock.advance(seconds=1)
    assert titles(site) == [
        "Les travaux commencent : « A night bus »",
        "Une nouvelle idée : « A tool library »",
    ]


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_happened_in_another_period_or_is_hidden_is_not_told(
    site: Site, clock: FrozenClock
) -> None:
    idea, other = site.submit("A tool library"), site.submit("A night bus")
    bring(site, idea, "screening", "accepted")
    bring(site, other, "screening", "accepted")
    clock.advance(hours=1)
    with site.writing() as session:
        hide(session, Actor.system(), site.service, f"idea:{other.id}", "Not ours.")
    assert titles(site) == ["Une nouvelle idée : « A tool library »"]
    clock.advance(days=2)
    assert titles(site) == []
    assert len(titles(site, days=3)) == 1
