"""The people of a test: one of each role, made when they are first asked for."""

from collections.abc import Callable
from functools import cache, cached_property

from flask import Flask, current_app
from flask_security import hash_password
from sqlalchemy.orm import joinedload

from eak_core.db import read_session, write_session
from eak_core.kit.testing.browser import PASSWORD
from eak_core.people.accounts.account import create_person
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.people.rights.roles import give_role
from eak_core.permissions import Actor
from eak_core.services.models import Service

AGENT_DOMAIN = "departement.example"
"""Where the agents of a test have their addresses."""


@cache
def _hashed_password(secret: str) -> str:
    """`PASSWORD` as an account keeps it in an application with this ``secret``: hashed once for
    all tests, since hashing is slow by design."""
    hashed: str = hash_password(PASSWORD)
    return hashed


class People:
    """Accounts of an application, confirmed, all with the same password. ``service`` answers the
    one that the manager runs."""

    def __init__(self, app: Flask, service: Callable[[], Service]) -> None:
        self._app, self._service = app, service

    def add(
        self,
        name: str,
        *,
        address: str = "",
        domain: str = "example.org",
        administrator: bool = False,
    ) -> Person:
        """Another account; the address follows from the name unless given (without its domain)."""
        with self._app.app_context(), write_session(self._app) as session:
            person = create_person(
                session,
                f"{address or name.lower().replace(' ', '.')}@{domain}",
                name,
                None,
                administrator=administrator,
            )
            person.password = _hashed_password(current_app.config["SECRET_KEY"])
            return person

    @cached_property
    def citizen(self) -> Person:
        """Somebody with an account and nothing else."""
        return self.add("Camille Citizen")

    @cached_property
    def agent(self) -> Person:
        """Somebody of the administration, by their address."""
        return self.add("Agathe Agent", domain=AGENT_DOMAIN)

    @cached_property
    def manager(self) -> Person:
        """Who runs the service."""
        person = self.add("Manon Manager")
        service = self._service()
        with self._app.app_context(), write_session(self._app) as session:
            known = session.get_one(Person, person.id)
            give_role(session, known, service, "manager", granted_by=None)
        return person

    @cached_property
    def administrator(self) -> Person:
        """Who runs the site."""
        return self.add("Adama Administrator", administrator=True)

    def actor(self, person: Person) -> Actor:
        """``person`` as domain functions take them, with the roles they hold now."""
        with self._app.app_context(), read_session(self._app) as session:
            known = session.get_one(Person, person.id, options=[joinedload(Person.grants)])
            return actor_for(session, known)
