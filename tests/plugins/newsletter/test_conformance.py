"""What every plugin keeps, kept by the letter."""

from collections.abc import Iterable
from random import Random
from types import SimpleNamespace

import pytest
from flask import url_for
from sqlalchemy import select

from eak_core.api import Actor, Session
from eak_core.kit.testing.conformance import CompanyConformance, PluginConformance
from eak_core.kit.testing.conformance.hostile import HOSTILE
from eak_core.kit.testing.site import Site
from eak_newsletter.deliveries import running, senders
from eak_newsletter.issues import composing, editing, freezing
from eak_newsletter.issues.tables import Story
from eak_newsletter.models import Subscriber
from eak_newsletter.readers import leaving, subscribing
from eak_newsletter.readers.letters import CONFIRM, PREFERENCES, STOP
from eak_newsletter.readers.subscribing import Wishes
from tests.plugins.discussion.test_conformance import comment


def join(site: Site, dice: Random) -> None:
    """Somebody asks for the letter at an address, and mostly agrees."""
    wishes = Wishes(dice.choice(("issue", "weekly", "monthly")), ["toits-verts"])
    address = f"reader{dice.randrange(6)}@example.org"
    with site.app.test_request_context(), site.writing() as session:
        subscribing.ask(session, Actor.visitor(), site.service, address, wishes, "Yes.")
        number = session.scalar(select(Subscriber.id).where(Subscriber.address == address))
        if number is not None and dice.random() < 0.8:
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


def compose_and_edit(site: Site, dice: Random) -> None:
    """A manager puts a letter together, and changes it."""
    actor, here = site.people.actor(site.people.manager), site.service
    with site.app.test_request_context(), site.writing() as session:
        issue = composing.compose(session, actor, here)
        editing.reword(session, actor, here, issue.id, subject=HOSTILE[:100], intro=HOSTILE)
        editing.rewrite(session, actor, here, issue.id, None, title=HOSTILE[:100], text=HOSTILE)


def send(site: Site, dice: Random) -> None:
    """A manager cancels a letter, sends another after a pause, and throws a draft away."""
    actor, here = site.people.actor(site.people.manager), site.service

    def begun(session: Session) -> int:
        draft = composing.compose(session, actor, here)
        issue = freezing.freeze(session, actor, here, draft.id)
        return running.begin(session, actor, here, issue.id).id

    with site.app.test_request_context(), site.writing() as session:
        running.cancel(session, actor, here, begun(session))
        issue = begun(session)
        running.pause(session, actor, here, issue)
        running.resume(session, actor, here, issue)
        editing.drop(session, actor, here, composing.compose(session, actor, here).id)


@pytest.fixture(autouse=True)
def same_senders(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn at random is drawn alike in two lives that are compared."""
    monkeypatch.setattr(senders, "secrets", SimpleNamespace(randbelow=lambda most: 41))


class TestNewsletter(PluginConformance):
    plugin = "newsletter"
    # Last a draft, whose pages can be asked for.
    acts = (join, subscribe, send, leave, compose_and_edit)

    def pages(self, site: Site) -> Iterable[str]:
        with site.reading() as session:
            number = session.scalar(select(Subscriber.id).order_by(Subscriber.id).limit(1))
        with site.app.test_request_context():
            for link, view in ((CONFIRM, "confirm"), (PREFERENCES, "preferences"), (STOP, "stop")):
                yield url_for(
                    f"newsletter.{view}", service_slug="culture", token=link.token(str(number))
                )
        yield "/culture/lettre/mon-abonnement"
        yield "/culture/lettre/1"
        with site.reading() as session:
            story = session.scalar(select(Story).order_by(Story.id.desc()).limit(1))
        if story is not None:
            yield f"/culture/gestion/lettre/{story.issue_id}"
            yield f"/culture/gestion/lettre/nouvelles/{story.id}/modifier"
        yield "/culture/lettre/mon-abonnement/arreter"


class TestNewsletterInCompany(CompanyConformance):
    plugin = "newsletter"
    acts = (subscribe, send, compose_and_edit)
    others = (comment,)

    def pages(self, site: Site) -> Iterable[str]:
        return TestNewsletter().pages(site)
