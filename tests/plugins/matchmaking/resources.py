"""Resources that offer something, and ideas that need something, each act in its transaction."""

from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select

from eak_core.events.models import EventLog
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.services.models import Service
from eak_matchmaking.models import Need, Offer, Organisation
from eak_matchmaking.needs import stating
from eak_matchmaking.needs.stating import NeedTerms
from eak_matchmaking.offers import offering
from eak_matchmaking.offers.offering import OfferTerms
from eak_matchmaking.organisations.registering import Profile, register


def offered(**changed: Any) -> OfferTerms:
    """A hall for two pilots."""
    return OfferTerms(
        **{
            "kind": "place",
            "title": "A hall",
            "details": "With a kitchen.",
            "capacity": 2,
            "conditions": "Bring your **insurance**.",
            "private_conditions": "Never on the concierge’s birthday.",
            **changed,
        }
    )


def needed(**changed: Any) -> NeedTerms:
    """A place in March."""
    return NeedTerms(**{"kind": "place", "what": "A hall for forty people", **changed})


class Resources:
    """Organisations of a service and ideas, with who acts for them."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @property
    def service(self) -> Service:
        return self.site.service

    @property
    def manager(self) -> Actor:
        return self.actor(self.site.people.manager)

    @property
    def author(self) -> Actor:
        """Whoever has submitted the idea."""
        return self.actor(self.site.people.citizen)

    def actor(self, person: Person) -> Actor:
        return self.site.people.actor(person)

    @cached_property
    def person(self) -> Person:
        """A member of `organisation`."""
        return self.site.people.add("Mathilde Member")

    @cached_property
    def rival(self) -> Person:
        """A member of another organisation."""
        return self.site.people.add("Rosa Rival")

    @cached_property
    def organisation(self) -> Organisation:
        return self.register(self.person, "La Halle")

    @property
    def member(self) -> Actor:
        _ = self.organisation
        return self.actor(self.person)

    @property
    def other(self) -> Actor:
        """Whoever acts for another organisation."""
        _ = self._others
        return self.actor(self.rival)

    @cached_property
    def _others(self) -> Organisation:
        return self.register(self.rival, "Les Autres")

    @cached_property
    def idea(self) -> Idea:
        return self.site.submit()

    def register(self, person: Person, name: str) -> Organisation:
        profile = Profile(name=name, kind="association", about="We try things.")
        with self.site.writing() as session:
            return register(session, self.actor(person), self.service, profile, form_key=None)

    def draft(self, by: Actor | None = None, *, form_key: str | None = None, **terms: Any) -> Offer:
        with self.site.writing() as session:
            return offering.draft(
                session, by or self.member, self.service, offered(**terms), form_key=form_key
            )

    def publish(self, by: Actor | None = None, **terms: Any) -> Offer:
        """An offer that everybody reads."""
        offer = self.draft(by, **terms)
        self.act(offering.publish_offer, by or self.member, offer)
        return self.now(offer)

    def act(self, function: Any, actor: Actor, about: Offer | Need, *rest: Any) -> None:
        """What a function of the rules does with an offer or a need."""
        with self.site.writing() as session:
            row = session.get_one(type(about), about.id)
            idea = (session.get_one(Idea, row.idea_id),) if isinstance(row, Need) else ()
            function(session, actor, self.service, *idea, row, *rest)

    def state(
        self,
        by: Actor | None = None,
        *,
        idea: Idea | None = None,
        form_key: str | None = None,
        **terms: Any,
    ) -> Need:
        with self.site.writing() as session:
            about = session.get_one(Idea, (idea or self.idea).id)
            return stating.state(
                session, by or self.author, self.service, about, needed(**terms), form_key=form_key
            )

    def now(self, row: Any) -> Any:
        """A row as it stands."""
        with self.site.reading() as session:
            return session.get_one(type(row), row.id)

    def happened(self, name: str) -> list[str]:
        """What was recorded under a name, in order."""
        with self.site.reading() as session:
            query = select(EventLog.data).where(EventLog.type == f"matchmaking.{name}")
            return [str(each) for each in session.scalars(query.order_by(EventLog.position))]


def day(text: str) -> date:
    return date.fromisoformat(text)
