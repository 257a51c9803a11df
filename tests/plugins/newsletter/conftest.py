"""The letter, on in the service of every test."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from eak_core.api import Service, Session, clock
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.people.mail.addresses import normal_address
from eak_core.permissions import Actor
from eak_newsletter.deliveries import running, sending
from eak_newsletter.issues import composing, freezing
from eak_newsletter.issues.rendering import Written, write
from eak_newsletter.issues.tables import Issue, Story
from eak_newsletter.models import Subscriber
from eak_newsletter.readers import subscribing
from eak_newsletter.readers.subscribing import Wishes


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_newsletter.plugin"]


@pytest.fixture
def site(site: Site, clock: FrozenClock) -> Site:
    site.enable("newsletter")
    return site


class Readers:
    """Readers of a service, each written in a transaction of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def ask(self, address: str, wishes: Wishes = Wishes()) -> None:  # noqa: B008  # never changed
        """Somebody types ``address``."""
        with self.site.app.test_request_context(), self.site.writing() as session:
            subscribing.ask(session, Actor.visitor(), self.site.service, address, wishes, "Yes.")

    def take(self, address: str, wishes: Wishes = Wishes()) -> int:  # noqa: B008
        """A reader at ``address``, who has agreed; answers their number."""
        self.ask(address, wishes)
        found = self.at(address)
        assert found is not None
        with self.site.writing() as session:
            assert subscribing.confirm(session, self.site.service, found.id)
        return found.id

    def at(self, address: str) -> Subscriber | None:
        """The reader at ``address``."""
        with self.site.reading() as session:
            normal = normal_address(address)
            return session.scalar(select(Subscriber).where(Subscriber.address == normal))

    def standing(self, address: str) -> str:
        """Where the reader at ``address`` stands."""
        found = self.at(address)
        return found.standing if found is not None else "nobody"

    def link(self, kind: str) -> str:
        """The path of the last link of its ``kind`` that left in a letter."""
        self.site.drain()
        text = "".join(mail.text for mail in self.site.sent)
        return urlsplit(re.findall(rf"http\S+/lettre/{kind}/\S+", text)[-1]).path


@pytest.fixture
def readers(site: Site) -> Readers:
    return Readers(site)


class Letters:
    """Issues of a service, each step in a transaction of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def accept(self, title: str) -> Idea:
        """An idea that everybody reads, and newsletters tell of."""
        idea = self.site.submit(title)
        for stage in ("screening", "accepted"):
            with self.site.writing() as session:
                found = session.get_one(Idea, idea.id)
                change_stage(
                    session, Actor.system(), self.site.service, frozenset(), found, stage, "Yes."
                )
        return idea

    def compose(self) -> int:
        """The draft of the next issue."""
        with self.site.app.test_request_context(), self.site.writing() as session:
            return composing.compose(session, Actor.system(), self._service(session)).id

    def act(self, function: Any, issue: int, *rest: Any, **more: Any) -> None:
        """Call a function of the domain on an issue, as the system."""
        with self.site.app.test_request_context(), self.site.writing() as session:
            function(session, Actor.system(), self._service(session), issue, *rest, **more)

    def freeze(self, issue: int) -> None:
        """Freeze an issue."""
        self.act(freezing.freeze, issue)

    def ready(self) -> int:
        """An issue that is being sent."""
        issue = self.compose()
        self.freeze(issue)
        self.act(running.begin, issue)
        return issue

    def stories(self, issue: int) -> list[Story]:
        """What an issue tells, in its order."""
        with self.site.reading() as session:
            return [each for each in session.get_one(Issue, issue).stories if not each.left_out]

    def titles(self, issue: int) -> list[str]:
        """The titles of what an issue tells."""
        return [each.title.replace("\u202f", " ") for each in self.stories(issue)]

    def content(self, issue: int) -> list[str]:
        """What of an issue may be read now: its titles, from the quotation mark on."""
        with self.site.app.test_request_context(), self.site.reading() as session:
            found = session.get_one(Issue, issue)
            content = freezing.content_of(session, self.site.service, found)
            titles = [each.title.replace("\u202f", " ") for each in content.stories]
            return sorted(title[title.index("«") :] for title in titles)

    def written(self, issue: int) -> Written:
        """An issue as it would leave now."""
        with self.site.app.test_request_context(), self.site.reading() as session:
            here = self._service(session)
            content = freezing.content_of(session, here, session.get_one(Issue, issue))
            return write(here, content, archive="http://localhost/")

    def send(self, issue: int, **options: Any) -> sending.Outcome:
        """Let a sender send what is due."""
        with self.site.app.app_context():
            return sending.send(self.site.app, issue, **options)

    def states(self, issue: int) -> dict[str, int]:
        """How many letters are in which state."""
        with self.site.reading() as session:
            return running.counts(session, issue)

    def archive_service(self) -> None:
        """Nobody writes in the service any more."""
        with self.site.writing() as session:
            self._service(session).archived_at = clock.now()

    def _service(self, session: Session) -> Service:
        return session.get_one(Service, self.site.service.id)


@pytest.fixture
def letters(site: Site) -> Letters:
    return Letters(site)
