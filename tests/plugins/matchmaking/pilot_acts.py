"""What people do with proposals, in the histories of the conformance kit."""

from datetime import timedelta
from random import Random

from sqlalchemy import select

from eak_core.api import public_ideas
from eak_core.db import Session
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_matchmaking.models import Organisation, Presence
from eak_matchmaking.organisations import registering
from eak_matchmaking.organisations.finding import acting_for, present
from eak_matchmaking.proposals import deciding, finding, proposing
from eak_matchmaking.proposals.stages import takes_proposals
from eak_matchmaking.proposals.tables import Proposal
from tests.plugins.matchmaking.acts import profile
from tests.plugins.matchmaking.pilots import proposed


def partner(session: Session, site: Site, person: Person) -> Actor:
    """Somebody who acts for an organisation of the service, a new one where there is none."""
    actor = site.people.actor(person)
    acting = acting_for(session, actor)
    here = acting and session.scalar(
        select(Presence.organisation_id).where(
            Presence.service_id == site.service.id, Presence.organisation_id == acting.id
        )
    )
    if not here:
        registering.register(session, actor, site.service, profile("La Halle"), form_key=None)
    return actor


def _piloted(session: Session, site: Site) -> list[Idea]:
    """The ideas that can be piloted."""
    ideas = session.scalars(
        select(Idea).where(*public_ideas(site.service.id)).order_by(Idea.id)
    ).all()
    return [each for each in ideas if takes_proposals(each.stage)]


def _one(
    session: Session, site: Site, dice: Random, standing: str, waits_for: str | None = None
) -> Proposal | None:
    """A proposal about an idea that can be piloted, chosen by ``dice``."""
    ideas = [each.id for each in _piloted(session, site)]
    found = session.scalars(
        select(Proposal)
        .join(Organisation, Organisation.id == Proposal.organisation_id)
        .where(
            Proposal.standing == standing, Proposal.idea_id.in_(ideas), *present(site.service.id)
        )
        .order_by(Proposal.id)
    ).all()
    able = [each for each in found if waits_for in (None, each.waits_for)]
    return dice.choice(able) if able else None


def propose(site: Site, dice: Random) -> None:
    """A partner offers to pilot an idea, which is accepted first where none is."""
    people = site.people
    manager = people.actor(people.manager)
    active = site.active()
    with site.writing() as session:
        actor = partner(session, site, people.agent)
        organisation = acting_for(session, actor)
        assert organisation is not None
        ideas = session.scalars(
            select(Idea).where(*public_ideas(site.service.id)).order_by(Idea.id)
        ).all()
        waiting = [each for each in ideas if each.stage in ("submitted", "screening")]
        for each in waiting[:1]:
            for stage in ("screening", "accepted"):
                if each.stage != stage:
                    change_stage(session, manager, site.service, active, each, stage, "*Good*.")
        able = [
            each
            for each in _piloted(session, site)
            if finding.living(session, organisation.id, each.id) is None
        ]
        if able:
            offers = finding.offers_to_choose(session, site.service.id, organisation.id)
            idea = dice.choice(able)
            needs = finding.needs_to_choose(session, site.service.id, idea.id)
            terms = proposed(
                interested=True,
                conflict="We know *each other*.",
                offer_id=offers[0].id if offers else None,
                need_id=needs[0].id if needs else None,
            )
            proposing.propose(session, actor, site.service, idea, terms)


def give_view(site: Site, dice: Random) -> None:
    """The author of an idea says what they think of a proposal."""
    actor = site.people.actor(site.people.citizen)
    with site.writing() as session:
        made = _one(session, site, dice, "open")
        if made and session.get_one(Idea, made.idea_id).author_id == actor.person_id:
            view = dice.choice(("for", "reserved", "against"))
            deciding.give_view(session, actor, site.service, made, view, "Not in *winter*.")


def ask_back(site: Site, dice: Random) -> timedelta:
    """The manager asks back, and eight days pass."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = _one(session, site, dice, "open")
        if made is not None:
            deciding.ask_back(session, actor, site.service, made, "Which *hall*?")
    return timedelta(days=8)


def answer(site: Site, dice: Random) -> None:
    """The organisation answers."""
    actor = site.people.actor(site.people.agent)
    with site.writing() as session:
        made = _one(session, site, dice, "open", "organisation")
        if made is not None and _acts(session, actor, made):
            proposing.answer(session, actor, site.service, made, "The *northern* one.")


def decide(site: Site, dice: Random) -> None:
    """The manager accepts a proposal, or declines it."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = _one(session, site, dice, "open")
        if made is None or _acts(session, actor, made):
            return
        if dice.random() < 0.6:
            deciding.accept(session, actor, site.service, made, meets=dice.random() < 0.5)
        else:
            deciding.decline(session, actor, site.service, made, "It *cannot* be.")


def withdraw(site: Site, dice: Random) -> None:
    """The organisation takes a proposal back."""
    actor = site.people.actor(site.people.agent)
    with site.writing() as session:
        made = _one(session, site, dice, "open")
        if made is not None and _acts(session, actor, made):
            proposing.withdraw(session, actor, site.service, made, "We *move*.")


def end(site: Site, dice: Random) -> None:
    """A pilot ends."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = _one(session, site, dice, "accepted")
        if made is not None:
            deciding.end(session, actor, site.service, made, "It *worked*.")


def _acts(session: Session, actor: Actor, made: Proposal) -> bool:
    organisation = session.get_one(Organisation, made.organisation_id)
    return bool(organisation.relations_of(actor.person_id or 0))


PILOT_ACTS = (
    propose, give_view, decide, propose, ask_back, answer, decide, propose, withdraw, end, propose,
)  # fmt: skip
