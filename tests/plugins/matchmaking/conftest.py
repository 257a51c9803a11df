"""Partners, on in the service of every test."""

import pytest
from flask import g

from eak_core.kit.testing.fixtures import FrozenClock
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_matchmaking.models import Invitation, Organisation
from eak_matchmaking.organisations import members, registering
from tests.plugins.matchmaking.acts import profile
from tests.plugins.matchmaking.pilots import Pilots
from tests.plugins.matchmaking.resources import Resources
from tests.plugins.matchmaking.rounds import Rounds


@pytest.fixture
def plugins() -> list[str]:
    return ["eak_matchmaking.plugin"]


@pytest.fixture
def site(site: Site, clock: FrozenClock) -> Site:
    # In a time that stands: what is due by itself is begun when the plugin is switched on.
    site.enable("matchmaking")
    return site


class Partners:
    """Organisations of a service, each written in a transaction of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.citizen = site.people.actor(site.people.citizen)
        self.agent = site.people.actor(site.people.agent)
        self.manager = site.people.actor(site.people.manager)

    def register(
        self, name: str = "Les Toits vivants", actor: Actor | None = None, **values: object
    ) -> Organisation:
        """An organisation with ``actor``, or the citizen, as its referent."""
        key = values.pop("form_key", None)
        with self.site.writing() as session:
            made = registering.register(
                session, actor or self.citizen, self.site.service, profile(name, **values),
                form_key=key,  # type: ignore[arg-type]
            )  # fmt: skip
            made_id = made.id
        return self.now(made_id)

    def now(self, organisation_id: int) -> Organisation:
        """The organisation as it stands."""
        with self.site.reading() as session:
            found = session.get_one(Organisation, organisation_id)
            _read = found.members, found.presences
            return found

    def act(
        self,
        function: object,
        organisation: Organisation,
        *rest: object,
        actor: Actor | None = None,
        **more: object,
    ) -> None:
        """Call a function of the domain as ``actor``, or as the citizen."""
        with self.site.writing() as session:
            g.service = self.site.service
            known, *others = (
                session.get_one(Organisation, each.id) if isinstance(each, Organisation) else each
                for each in (organisation, *rest)
            )
            function(session, actor or self.citizen, self.site.service, known, *others, **more)  # type: ignore[operator]

    def join(self, organisation: Organisation, actor: Actor, role: str = "member") -> None:
        """Let ``actor`` be invited by the citizen, and accept."""
        address = {
            self.agent.person_id: self.site.people.agent.email,
            self.manager.person_id: self.site.people.manager.email,
        }.get(actor.person_id, "x@example.org")
        self.act(members.invite, organisation, address, role)
        with self.site.writing() as session:
            invitation = session.query(Invitation).order_by(Invitation.id.desc()).first()
            assert invitation is not None
            members.accept(session, actor, self.site.service, invitation.id)


@pytest.fixture
def partners(site: Site) -> Partners:
    return Partners(site)


@pytest.fixture
def resources(site: Site) -> Resources:
    return Resources(site)


@pytest.fixture
def pilots(site: Site) -> Pilots:
    return Pilots(site)


@pytest.fixture
def rounds(site: Site, clock: FrozenClock) -> Rounds:
    return Rounds(site, clock)
