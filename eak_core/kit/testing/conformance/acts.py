"""What happens to ideas in the core, as acts that histories are made of."""

from random import Random

from sqlalchemy import select

from eak_core.db import Session
from eak_core.ideas.deciding.merging import merge_ideas
from eak_core.ideas.deciding.transferring import transfer_idea
from eak_core.ideas.deciding.transitions import change_stage, withdraw_idea
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.proposals import Proposal, edit_idea, submit_idea
from eak_core.ideas.stages import REJECTED, SCREENING
from eak_core.ideas.visibility import public_ideas
from eak_core.kit.testing.site import Site
from eak_core.moderation.decisions import hidden_reason, hide, restore
from eak_core.plugins.loading.manifest import CORE_STAGES
from eak_core.plugins.per_service.activation import active_plugins
from eak_core.services.models import Service

#: The address of a service beside that of the histories.
BESIDE = "beside"
WORDS = ("benches", "bicycles", "compost", "hedges", "repair", "seeds", "shade", "tools")


def submit(site: Site, dice: Random) -> None:
    """A citizen submits an idea."""
    author = site.people.actor(site.people.citizen)
    title = f"More {dice.choice(WORDS)}"
    with site.writing() as session:
        submit_idea(
            session, author, site.service, Proposal(title=title, problem="None.", body="Some.")
        )


def edit(site: Site, dice: Random) -> None:
    """The author edits an idea."""
    author = site.people.actor(site.people.citizen)
    with site.writing() as session:
        idea = any_idea(session, site, dice)
        if idea is not None:
            proposal = Proposal(title=f"Fewer {dice.choice(WORDS)}", problem="Too many.", body="…")
            edit_idea(session, author, site.service, idea, proposal)


def move(site: Site, dice: Random) -> None:
    """A manager brings an idea to another stage of the core."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        idea = any_idea(session, site, dice)
        if idea is None:
            return
        active = active_plugins(session, site.service.id)
        to = dice.choice((SCREENING, "accepted", REJECTED))
        assert to in CORE_STAGES
        change_stage(session, manager, site.service, active, idea, to, "For good reasons.")


def withdraw(site: Site, dice: Random) -> None:
    """The author takes an idea back."""
    author = site.people.actor(site.people.citizen)
    with site.writing() as session:
        idea = any_idea(session, site, dice)
        if idea is not None and dice.random() < 0.5:
            active = active_plugins(session, site.service.id)
            withdraw_idea(session, author, site.service, active, idea, "It exists already.")


def hide_or_restore(site: Site, dice: Random) -> None:
    """A manager hides an idea, or shows it again."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        idea = any_idea(session, site, dice)
        if idea is None:
            return
        subject = f"idea:{idea.id}"
        hidden = hidden_reason(session, site.service.id, subject) is not None
        decide = restore if hidden else hide
        decide(session, manager, site.service, subject, "It names a person.")


def merge(site: Site, dice: Random) -> None:
    """A manager lets an idea become part of another. Among the acts of plugins that answer
    ``merge_ideas``."""
    manager = site.people.actor(site.people.manager)
    with site.writing() as session:
        query = select(Idea).where(*public_ideas(site.service.id)).order_by(Idea.id)
        ideas = session.scalars(query).all()
        if len(ideas) > 1:
            idea, into = dice.sample(list(ideas), 2)
            merge_ideas(session, manager, site.service, idea.id, into.id, "They say the same.")


def transfer(site: Site, dice: Random) -> None:
    """An administrator transfers an idea to the service beside, or lets one come back from there.
    Among the acts of plugins that answer ``transfer_idea``."""
    with site.reading() as session:
        beside = session.scalar(select(Service).where(Service.slug == BESIDE))
        query = select(Idea.id).where(*public_ideas(site.service.id)).order_by(Idea.id)
        ideas = session.scalars(query).all()
        gone = select(Idea.id).where(*public_ideas(beside.id)).order_by(Idea.id) if beside else None
        others = session.scalars(gone).all() if gone is not None else []
    if beside and others and dice.random() < 0.5:
        give_away(site, dice.choice(others), beside, site.service)
    elif ideas:
        beside = beside or site.add_service(BESIDE)
        give_away(site, dice.choice(ideas), site.service, beside)


def give_away(site: Site, idea_id: int, here: Service, there: Service) -> None:
    """An administrator transfers an idea from one service to another."""
    chief = site.people.actor(site.people.administrator)
    with site.writing() as session:
        transfer_idea(session, chief, here, idea_id, there, "It is their business.")


def any_idea(session: Session, site: Site, dice: Random) -> Idea | None:
    """An idea of the service, chosen by ``dice``; None where there is none."""
    ideas = session.scalars(
        select(Idea).where(Idea.service_id == site.service.id).order_by(Idea.id)
    ).all()
    return dice.choice(ideas) if ideas else None


CORE_ACTS = (submit, submit, edit, move, move, withdraw, hide_or_restore)
