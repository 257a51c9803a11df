"""From a person to the actor that rights are asked for."""

from collections.abc import Collection
from dataclasses import replace
from typing import cast

from flask import current_app, g
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from eak_core.config import Config
from eak_core.db import Session
from eak_core.people.credentials import second_factor
from eak_core.people.models import Person
from eak_core.people.rights.standing import stand_ins_of, suspensions_of
from eak_core.permissions import Actor, may
from eak_core.services.models import Service

__all__ = ["Actor", "actor_for", "current_actor", "current_person", "readers_among"]


def actor_for(session: Session, person: Person) -> Actor:
    """``person`` as an actor. One query for the roles, unless they came with the person, and one
    for the database's clock where they stand in for somebody.

    Agents are told by the domain of their address, once it is confirmed.
    """
    confirmed = person.confirmed_at is not None and person.active
    own = frozenset(
        grant.service_id for grant in person.grants if confirmed and grant.role == "manager"
    )
    stands_in = tuple(
        each
        for each in (stand_ins_of(session, person) if confirmed else ())
        if each.service_id not in own
    )
    return Actor(
        person_id=person.id,
        name=person.name,
        confirmed=confirmed,
        agent=confirmed and is_agent_address(person.email),
        administrator=confirmed and person.administrator,
        managed=own | {each.service_id for each in stands_in if not each.over},
        stands_in=stands_in,
        suspensions=suspensions_of(person),
    )


def readers_among(session: Session, service: Service, people: Collection[int]) -> set[int]:
    """Those of ``people``, by their ids, who may read ``service``: all of them where it is
    public."""
    if service.audience == "public":
        return set(people)
    found = session.scalars(
        select(Person).where(Person.id.in_(people)).options(selectinload(Person.grants))
    )
    return {each.id for each in found if may(actor_for(session, each), "service.read", service)}


def is_agent_address(email: str | None) -> bool:
    """Whether ``email`` is an address of the administration (`Config.agent_domains`)."""
    config: Config = current_app.extensions["eak_config"]
    domain = (email or "").rpartition("@")[2].lower()
    return bool(domain) and domain in {known.lower() for known in config.agent_domains}


def current_person() -> Person | None:
    """The person who is signed in, read once per request."""
    if current_user.is_authenticated:
        # Behind the proxy stands what `eak_core.people.signing_in.security` loads.
        return cast("Person", current_user._get_current_object())  # noqa: SLF001
    return None


def current_actor(session: Session) -> Actor:
    """Who makes this request; the answer stays the same until it ends."""
    if "eak_actor" not in g:
        person = current_person()
        g.eak_actor = _secured(session, person) if person else Actor.visitor()
    actor: Actor = g.eak_actor
    return actor


def _secured(session: Session, person: Person) -> Actor:
    """``person`` with the rights of their roles, once they have the second factor for them."""
    actor = actor_for(session, person)
    if not second_factor.is_missing(person, actor):
        return actor
    return replace(actor, administrator=False, managed=frozenset(), stands_in=(), unsecured=True)
