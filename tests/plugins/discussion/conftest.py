"""The discussion, on in the service of every test."""

import pytest

from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_core.services.models import Service
from eak_discussion.comments import post_comment
from eak_discussion.models import Comment


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_discussion.plugin"]


@pytest.fixture
def site(site: Site) -> Site:
    site.enable("discussion")
    return site


class Talk:
    """People who talk about one idea, each comment in a transaction of its own."""

    def __init__(self, site: Site, idea: Idea) -> None:
        self.site, self.idea = site, idea

    @property
    def service(self) -> Service:
        return self.site.service

    def say(
        self,
        body: str = "A good idea.",
        stance: str = "for",
        *,
        author: Actor | None = None,
        answering: Comment | None = None,
        idea: Idea | None = None,
    ) -> Comment:
        author = author or self.site.people.actor(self.site.people.citizen)
        with self.site.writing() as session:
            return post_comment(
                session, author, self.service, idea or self.idea,
                body=body, stance=stance, parent=answering,
            )  # fmt: skip

    def act(
        self, function: object, actor: Actor, comment: Comment, *rest: object, **more: object
    ) -> None:
        with self.site.writing() as session:
            written = session.get_one(Comment, comment.id)
            function(session, actor, self.service, written, *rest, **more)  # type: ignore[operator]

    def now(self, comment: Comment) -> Comment:
        """The comment as it stands."""
        with self.site.reading() as session:
            return session.get_one(Comment, comment.id)

    def all(self) -> list[Comment]:
        with self.site.reading() as session:
            return list(session.query(Comment).order_by(Comment.id))

    @property
    def path(self) -> str:
        return f"/culture/idees/{self.idea.id}-{self.idea.slug}"


@pytest.fixture
def talk(site: Site, idea: Idea) -> Talk:
    return Talk(site, idea)
