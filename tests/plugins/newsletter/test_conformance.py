"""What every plugin keeps, kept by the letter."""

from collections.abc import Iterable
from random import Random

from flask import url_for
from sqlalchemy import select

from eak_core.api import Actor
from eak_core.kit.testing.conformance import PluginConformance
from eak_core.kit.testing.site import Site
from eak_newsletter.models import Subscriber
from eak_newsletter.readers import leaving, subscribing
from eak_newsletter.readers.letters import CONFIRM, PREFERENCES, STOP
from eak_newsletter.readers.subscribing import Wishes


def ask(site: Site, dice: Random) -> None:
    """Somebody asks for the letter at an address."""
    wishes = Wishes(dice.choice(("issue", "weekly", "monthly")), ["toits-verts"])
    with site.app.test_request_context(), site.writing() as session:
        address = f"reader{dice.randrange(6)}@example.org"
        subscribing.ask(session, Actor.visitor(), site.service, address, wishes, "Yes.")


def answer(site: Site, dice: Random) -> None:
    """Somebody who asked agrees."""
    with site.writing() as session:
        number = session.scalar(
            select(Subscriber.id).where(Subscriber.standing == "pending").limit(1)
        )
        if number is not None:
            subscribing.confirm(session, site.service, number)


def subscribe(site: Site, dice: Random) -> None:
    """The citizen subscribes with their account."""
    actor = site.people.actor(site.people.citizen)
    with site.writing() as session:
        subscribing.subscribe_account(session, actor, site.service, Wishes(), "Yes.")


def leave(site: Site, dice: Random) -> None:
    """A reader leaves by a link."""
    with site.writing() as session:
        number = session.scalar(
            select(Subscriber.id).where(Subscriber.standing == "active").limit(1)
        )
        if number is not None:
            leaving.stop(session, site.service, number, "link")


class TestNewsletter(PluginConformance):
    plugin = "newsletter"
    acts = (ask, ask, answer, subscribe, leave)

    def pages(self, site: Site) -> Iterable[str]:
        with site.reading() as session:
            number = session.scalar(select(Subscriber.id).order_by(Subscriber.id).limit(1))
        with site.app.test_request_context():
            for link, view in ((CONFIRM, "confirm"), (PREFERENCES, "preferences"), (STOP, "stop")):
                yield url_for(
                    f"newsletter.{view}", service_slug="culture", token=link.token(str(number))
                )
        yield "/culture/lettre/mon-abonnement"
        yield "/culture/lettre/mon-abonnement/arreter"
