"""Plugins that are shown on a demonstration that is there: each is switched on in every service,
and adds its content."""

from collections.abc import Iterable

from flask import Flask
from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session, write_session
from eak_core.demo.content import content
from eak_core.demo.demonstration import Demo
from eak_core.ideas.models import Idea
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_plugins, enable
from eak_core.services.directory import list_services
from eak_core.services.models import Service


def add(app: Flask, names: Iterable[str]) -> bool:
    """Switch the plugins ``names`` on in every service of the demonstration in ``app``, with what
    they require, and let each add its content where it was off; True where one was.

    `NotFound` where one is not installed, `Refused` where one is not ready. What a plugin's
    ``load_demo`` raises is raised; nothing is kept then.
    """
    added = False
    with app.app_context(), write_session(app) as session:
        demo = _as_it_is(session)
        for service in list_services(session, Actor.system()):
            for name in names:
                for each in _switch_on(session, service, name):
                    get_host().call_one(
                        "load_demo", each, session=session, service=service, demo=demo
                    )
                    added = True
    return added


def _switch_on(session: Session, service: Service, name: str) -> list[str]:
    """Switch ``name`` on after what it requires; answers those that were off, in order."""
    plugin = get_host().ready.get(name)
    before = [
        each
        for need in (plugin.requires if plugin is not None else ())
        for each in _switch_on(session, service, need)
    ]
    if name in active_plugins(session, service.id):
        return before
    # A plugin that is not there or not ready is refused here, with the reason.
    enable(session, Actor.system(), service, name)
    return [*before, name]


def _as_it_is(session: Session) -> Demo:
    """The demonstration's people and ideas, as far as they are still there."""
    told = content()
    people = {person.email: person for person in session.scalars(select(Person))}
    slugs = {service.id: service.slug for service in session.scalars(select(Service))}
    ideas = {(slugs[idea.service_id], idea.title): idea for idea in session.scalars(select(Idea))}
    return Demo(
        clock.now(),
        {each.key: people[each.email] for each in told.people if each.email in people},
        {
            each.key: ideas[each.stands_in, each.title]
            for each in told.ideas
            if (each.stands_in, each.title) in ideas
        },
    )
