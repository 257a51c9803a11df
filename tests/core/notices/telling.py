"""Following, deciding, and what people are told of it."""

from typing import Any

from sqlalchemy import func, select

from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hide
from eak_core.notices import following, inbox
from eak_core.notices.models import Notice
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.services.models import Service

WHY = "It **fits**."
NONE: frozenset[str] = frozenset()


def follow(site: Site, person: Person, subject: str, service: Service | None = None) -> None:
    with site.writing() as session:
        following.follow(session, site.people.actor(person), service or site.service, NONE, subject)


def leave(site: Site, person: Person, subject: str) -> None:
    with site.writing() as session:
        following.leave(session, site.people.actor(person), site.service, subject)


def move(site: Site, idea: Idea, to: str = "screening", *, service: Service | None = None) -> None:
    """The manager of the site's service, or the system in another ``service``, takes it along."""
    mover = site.people.actor(site.people.manager) if service is None else Actor.system()
    with site.writing() as session:
        found = session.get_one(Idea, idea.id)
        change_stage(session, mover, service or site.service, NONE, found, to, WHY)


def told(site: Site, person: Person) -> list[str]:
    """What a person reads of on the page, the latest first."""
    with site.app.test_request_context("/?lang=en"), site.reading() as session:
        page = inbox.page_of(session, site.people.actor(person), None)
    return [each.text for each in page.items]


def number(site: Site, *conditions: Any) -> int:
    """How many notices there are."""
    with site.reading() as session:
        return session.scalar(select(func.count()).select_from(Notice).where(*conditions)) or 0


def hide_idea(site: Site, idea: Idea) -> None:
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        hide(session, manager, site.service, f"idea:{idea.id}", "Not for here.")
