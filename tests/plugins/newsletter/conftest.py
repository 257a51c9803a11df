"""The letter, on in the service of every test."""

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.people.addresses import normal_address
from eak_core.permissions import Actor
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
