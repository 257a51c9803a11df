"""What the plugins tell of, gathered by a letter that knows none of them."""

from datetime import timedelta

import pytest

from eak_core.api import news_between
from eak_core.clock import now
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.permissions import Actor
from eak_discussion.comments import post_comment
from eak_discussion.models import Comment


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_newsletter.plugin", "eak_discussion.plugin", "eak_voting.plugin"]


@pytest.fixture
def site(site: Site, clock: FrozenClock) -> Site:
    for name in ("newsletter", "discussion", "voting"):
        site.enable(name)
    return site


def titles(site: Site) -> list[str]:
    with site.app.test_request_context(), site.reading() as session:
        news = news_between(session, site.service, now() - timedelta(days=1), now())
        return [each.item.title.replace("\u202f", " ") for each in news]


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_ideas_that_are_discussed_most_are_told_without_hidden_comments(
    site: Site, clock: FrozenClock
) -> None:
    idea = site.submit("A tool library")
    for body in ("Yes.", "No."):
        with site.writing() as session:
            post_comment(
                session, site.people.actor(site.people.agent), site.service, idea,
                body=body, stance="for",
            )  # fmt: skip
    busier = site.submit("A night bus")
    for _time in range(3):
        with site.writing() as session:
            post_comment(
                session, site.people.actor(site.people.agent), site.service, busier,
                body="And I.", stance="for",
            )  # fmt: skip
        clock.advance(seconds=1)
    with site.writing() as session:
        post_comment(
            session, site.people.actor(site.people.agent), site.service, site.submit("Once"),
            body="Alone.", stance="for",
        )  # fmt: skip
    clock.advance(seconds=1)
    assert titles(site) == [
        "3 commentaires sur « A night bus »", "2 commentaires sur « A tool library »",
    ]  # fmt: skip
    with site.writing() as session:
        comment = session.query(Comment).first()
        assert comment is not None
        hide(session, Actor.system(), site.service, comment.subject, "Rude.")
    assert titles(site) == ["3 commentaires sur « A night bus »"]
