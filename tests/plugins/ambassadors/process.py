"""The way of a nomination, step by step, as its people go it."""

from datetime import timedelta
from functools import cached_property

from sqlalchemy import select

from eak_ambassadors.models import Ambassador, Badge, Nomination, Sitting
from eak_ambassadors.nominations import answering, endorsing, nominating
from eak_ambassadors.recognition import terms
from eak_ambassadors.sittings import deciding, drawing, volunteering
from eak_core import clock
from eak_core.db import Session
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.plugins.per_service.settings import configure, stored_settings
from eak_core.services.models import Service

SOURCE = "The *five* numbers of a public lottery"


def named(site: Site, name: str, *, agent: bool = False) -> Person:
    """Somebody by their name, with an account that is made when it is first needed."""
    with site.reading() as session:
        found = session.scalar(select(Person).where(Person.name == name))
    if found is not None:
        return found
    domain = (site.people.agent.email or "").rpartition("@")[2] if agent else "example.org"
    return site.people.add(name, domain=domain)


def other_service(site: Site) -> Service:
    """Another service, for which a colleague speaks."""
    with site.reading() as session:
        found = session.scalar(select(Service).where(Service.slug == "voirie"))
    return found or site.add_service("voirie", "Routes & *chemins*")


def small_juries(site: Site) -> None:
    """Let juries have three seats."""
    values = {"seats": 3, "for_ambassadors": 1}
    with site.writing() as session:
        stored = stored_settings(session, site.service.id, "ambassadors")
        if stored.values["seats"] != 3:
            configure(
                session, Actor.system(), site.service, "ambassadors",
                {**stored.values, **values}, version=stored.version,
            )  # fmt: skip


class Process:
    """Its steps; each is a transaction."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @cached_property
    def colleagues(self) -> list[Person]:
        return [named(self.site, f"Colleague {number}", agent=True) for number in (1, 2)]

    @cached_property
    def jurors(self) -> list[Person]:
        return [named(self.site, f"Juror {number}") for number in range(1, 5)]

    def actor(self, person: Person) -> Actor:
        return self.site.people.actor(person)

    def nominate(self, nominee: Person | None = None, by: Person | None = None) -> int:
        nominee = nominee or self.site.people.agent
        actor = self.actor(by or self.site.people.citizen)
        with self.site.writing() as session:
            return nominating.nominate(
                session, actor, self.site.service,
                name=nominee.name, address=nominee.email or "",
                examples="She *opened* the workshop to <i>all</i>.",
            )  # fmt: skip

    def agree(self, nomination_id: int, nominee: Person | None = None) -> None:
        actor = self.actor(nominee or self.site.people.agent)
        with self.site.writing() as session:
            answering.agree(session, actor, self.site.service, nomination_id)

    def endorse(self, nomination_id: int, by: Person, service: Service) -> int:
        actor = self.actor(by)
        with self.site.writing() as session:
            return endorsing.endorse(
                session, actor, self.site.service,
                session.get_one(Nomination, nomination_id),
                for_service_id=service.id, comment="I have <u>seen</u> it, and it *lasts*.",
            )  # fmt: skip

    def endorse_twice(self, nomination_id: int) -> None:
        for colleague, service in zip(
            self.colleagues, (self.site.service, other_service(self.site)), strict=True
        ):
            self.endorse(nomination_id, colleague, service)

    def volunteer(self) -> None:
        for actor in map(self.actor, self.jurors):
            with self.site.writing() as session:
                volunteering.volunteer(session, actor, self.site.service)

    def close_pool(self, nomination_id: int) -> int:
        actor = self.actor(self.site.people.manager)
        with self.site.writing() as session:
            return drawing.close_pool(
                session, actor, self.site.service,
                session.get_one(Nomination, nomination_id),
                source=SOURCE, speaks_at=clock.now() + timedelta(hours=2),
            )  # fmt: skip

    def draw(self, sitting_id: int, said: str = "3 14 15 92 65") -> None:
        actor = self.actor(self.site.people.manager)
        with self.site.writing() as session:
            drawing.draw(
                session, actor, self.site.service,
                session.get_one(Sitting, sitting_id), said,
            )  # fmt: skip

    def seated(self, session: Session, sitting: Sitting) -> list[Person]:
        return [
            session.get_one(Person, each.person_id)
            for each in sitting.places
            if each.standing == "seated" and each.person_id is not None
        ]

    def vote(self, sitting_id: int, *, favourable: bool = True) -> None:
        with self.site.writing() as session:
            sitting = session.get_one(Sitting, sitting_id)
            for juror in self.seated(session, sitting):
                deciding.vote(
                    session, self.actor(juror), self.site.service, sitting, favourable=favourable
                )

    def decide(self, sitting_id: int) -> int | None:
        with self.site.writing() as session:
            sitting = session.get_one(Sitting, sitting_id)
            juror = self.seated(session, sitting)[0]
            made = deciding.decide(
                session, self.actor(juror), self.site.service, sitting, "She *tells* what failed."
            )
            return made.id if made is not None else None

    def recognised(self, nominee: Person | None = None, by: Person | None = None) -> int:
        """An ambassador, from the nomination to the decision, in one transaction; answers their
        number."""
        site, nominee = self.site, nominee or self.site.people.agent
        small_juries(site)
        person, nominator = self.actor(nominee), self.actor(by or site.people.citizen)
        colleagues, manager = [*map(self.actor, self.colleagues)], self.actor(site.people.manager)
        jurors, service, other = [*map(self.actor, self.jurors)], site.service, other_service(site)
        began = clock.now()
        with site.writing() as session:
            number = nominating.nominate(
                session, nominator, service, name=nominee.name, address=nominee.email or "",
                examples="She *opened* the workshop to <i>all</i>.",
            )  # fmt: skip
            answering.agree(session, person, service, number)
            nomination = session.get_one(Nomination, number)
            for colleague, place in zip(colleagues, (service, other), strict=True):
                endorsing.endorse(
                    session, colleague, service, nomination,
                    for_service_id=place.id, comment="I have <u>seen</u> it, and it *lasts*.",
                )  # fmt: skip
            for juror in jurors:
                volunteering.volunteer(session, juror, service)
            sitting = session.get_one(Sitting, drawing.close_pool(
                session, manager, service, nomination,
                source=SOURCE, speaks_at=began + drawing.PAUSE,
            ))  # fmt: skip
            with clock.freeze(began + drawing.PAUSE):
                drawing.draw(session, manager, service, sitting, "3 14 15 92 65")
                seated = [each.person_id for each in sitting.places if each.standing == "seated"]
                members = [each for each in jurors if each.person_id in seated]
                members += [self.actor(each) for each in self._others(session, seated, members)]
                for member in members:
                    deciding.vote(session, member, service, sitting, favourable=True)
                made = deciding.decide(
                    session, members[0], service, sitting, "She *tells* what failed."
                )
            assert made is not None
            return made.id

    def _others(
        self, session: Session, seated: list[int | None], members: list[Actor]
    ) -> list[Person]:
        """Those who sit and are no volunteers of ours: ambassadors."""
        known = {each.person_id for each in members}
        return [session.get_one(Person, each) for each in seated if each and each not in known]

    def show(self, nominee: Person | None = None, words: str = "The *shared* workshop.") -> None:
        actor = self.actor(nominee or self.site.people.agent)
        with self.site.writing() as session:
            terms.present(session, actor, self.site.service, shown=True, words=words)

    def leave(self, nominee: Person | None = None) -> None:
        actor = self.actor(nominee or self.site.people.agent)
        with self.site.writing() as session:
            terms.leave(session, actor, self.site.service)

    def ambassador(self, ambassador_id: int) -> Ambassador:
        with self.site.reading() as session:
            return session.get_one(Ambassador, ambassador_id)

    def badge(self, ambassador_id: int) -> Badge:
        with self.site.reading() as session:
            query = select(Badge).where(Badge.ambassador_id == ambassador_id)
            return session.scalars(query.order_by(Badge.issued_at)).all()[-1]
