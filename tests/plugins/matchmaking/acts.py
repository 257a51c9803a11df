"""What people do with partners, in the histories of the conformance kit."""

from random import Random

from sqlalchemy import select

from eak_core.db import Session
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_matchmaking.models import Invitation, Organisation, Presence
from eak_matchmaking.organisations import members, registering, standing
from eak_matchmaking.organisations.finding import present
from eak_matchmaking.organisations.registering import Profile

NAMES = ("Les Toits vivants", "Atelier <b>commun</b>", "École des ponts")


def profile(name: str = "Les Toits vivants", **values: object) -> Profile:
    """An organisation that is in order."""
    given: dict[str, object] = {
        "name": name,
        "kind": "association",
        "about": "It *greens* the roofs of schools.",
        **values,
    }
    return Profile(**given)  # type: ignore[arg-type]


def one(session: Session, site: Site, dice: Random) -> Organisation | None:
    """An organisation at work in the service, chosen by ``dice``."""
    found = session.scalars(
        select(Organisation).where(*present(site.service.id)).order_by(Organisation.id)
    ).all()
    return dice.choice(found) if found else None


def register(site: Site, dice: Random) -> None:
    """The citizen presents an organisation."""
    actor = site.people.actor(site.people.citizen)
    with site.writing() as session:
        if session.query(Organisation).count() < registering.MOST - 1:
            said = profile(dice.choice(NAMES), communes=dice.sample(["92050", "92012"], 1))
            registering.register(session, actor, site.service, said, form_key=None)


def edit(site: Site, dice: Random) -> None:
    """The manager corrects what an organisation says."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        organisation = one(session, site, dice)
        if organisation is not None:
            said = profile(organisation.name, motivation=f"So *that* {dice.random()} stays.")
            registering.edit(session, actor, site.service, organisation, said)


def invite(site: Site, dice: Random) -> None:
    """A manager invites the agent to act for an organisation."""
    actor, guest = site.people.actor(site.people.manager), site.people.agent.email or ""
    with site.writing() as session:
        organisation = one(session, site, dice)
        if organisation is not None:
            members.invite(session, actor, site.service, organisation, guest, "member")


def accept(site: Site, dice: Random) -> None:
    """The agent accepts an invitation."""
    person: Person = site.people.agent
    actor = site.people.actor(person)
    with site.writing() as session:
        invitation = session.scalars(select(Invitation).order_by(Invitation.id)).first()
        if invitation is not None:
            members.accept(session, actor, site.service, invitation.id)


def leave(site: Site, dice: Random) -> None:
    """The agent acts for an organisation no more."""
    actor = site.people.actor(site.people.agent)
    with site.writing() as session:
        organisation = one(session, site, dice)
        if organisation is not None and organisation.relations_of(actor.person_id or 0):
            members.leave(session, actor, site.service, organisation, actor.person_id or 0)


def verify(site: Site, dice: Random) -> None:
    """A manager verifies an organisation."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        waiting = session.scalars(
            select(Organisation)
            .join(Presence, Presence.organisation_id == Organisation.id)
            .where(*present(site.service.id), Presence.verified_at.is_(None))
            .order_by(Organisation.id)
        ).first()
        if waiting is not None:
            standing.verify(session, actor, site.service, waiting, "Seen on *site*.")


def close_or_merge(site: Site, dice: Random) -> None:
    """A manager closes an organisation, or merges it into another."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        organisation, other = one(session, site, dice), one(session, site, dice)
        if organisation is None or other is None or dice.random() < 0.6:
            return
        if organisation is other:
            standing.close(session, actor, site.service, organisation, "It *moved* away.")
        else:
            standing.merge(session, actor, site.service, organisation, other, "The *same* one.")


ORGANISATION_ACTS = (
    register, register, edit, invite, accept, accept, verify, leave, close_or_merge,
)  # fmt: skip
