"""What people do with experiments, in the histories of the conformance kit."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import msgspec
from sqlalchemy import select

from eak_core.db import Session
from eak_core.kit.testing.conformance.acts import any_idea
from eak_core.kit.testing.site import Site
from eak_core.plugins.per_service.activation import active_plugins
from eak_experiments.drafting import fixing, inviting, preparing
from eak_experiments.drafting.finding import protocol_of
from eak_experiments.drafting.saving import today
from eak_experiments.models import Experiment
from eak_experiments.protocol.steps import said
from eak_experiments.running import starting
from tests.plugins.experiments.content import prepared, protocol


def one(session: Session, site: Site, dice: Random, stages: Sequence[str]) -> Experiment | None:
    """An experiment in one of ``stages``, chosen by ``dice``."""
    found = session.scalars(
        select(Experiment)
        .where(Experiment.service_id == site.service.id, Experiment.stage.in_(stages))
        .order_by(Experiment.id)
    ).all()
    return dice.choice(found) if found else None


def prepare(site: Site, dice: Random) -> None:
    """A manager prepares an experiment that lacks nothing, sometimes of an idea."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        idea = any_idea(session, site, dice)
        can = idea is not None and preparing.may_try(actor, site.service, idea)
        idea_id = idea.id if idea is not None and can else None
    day = today() + timedelta(days=dice.choice((-1, 0, 0, 3)))
    plan = protocol(day, ends_on=day + timedelta(days=180))
    plan = msgspec.structs.replace(plan, title=f"A *trial* of {dice.random()}")
    prepared(site, plan, idea_id)


def change_draft(site: Site, dice: Random) -> None:
    """Its referent changes a draft."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, ("draft",))
        if made is not None:
            values = {
                **said(protocol_of(session, made), "budget"),
                "funding": f"By {dice.random()}",
            }
            preparing.save_step(session, actor, site.service, made, "budget", values)


def discard(site: Site, dice: Random) -> None:
    """Its referent throws a draft away."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, ("draft",))
        if made is not None:
            preparing.discard(session, actor, site.service, made)


def fix(site: Site, dice: Random) -> None:
    """Its referent fixes a protocol."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, ("draft",))
        if made is not None:
            fixing.fix(session, actor, site.service, made)


def start(site: Site, dice: Random) -> None:
    """A manager starts an experiment."""
    actor, day = site.people.actor(site.people.manager), today()
    with site.writing() as session:
        ready = Experiment.starts_on <= day, Experiment.ends_on > day
        query = select(Experiment).where(*ready, Experiment.stage == "fixed")
        made = session.scalars(query.order_by(Experiment.id).limit(1)).first()
        if made is not None:
            active = active_plugins(session, site.service.id)
            starting.start(session, actor, site.service, made, active)


def amend(site: Site, dice: Random) -> None:
    """Its referent amends a protocol."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        made = one(session, site, dice, fixing.AMENDABLE)
        if made is not None:
            values = {**said(protocol_of(session, made), "budget"), "budget": dice.randrange(9_999)}
            fixing.amend_step(
                session, actor, site.service, made, "budget", values, "It *costs* more."
            )


def join(site: Site, dice: Random) -> None:
    """The agent is invited into a team, and joins it."""
    agent, manager = (site.people.actor(each) for each in (site.people.agent, site.people.manager))
    with site.writing() as session:
        made = one(session, site, dice, ("draft", "fixed", "running"))
        if made is not None:
            address = site.people.agent.email or ""
            inviting.invite(session, manager, site.service, made, address, "member")
            inviting.accept(session, agent, made, "member")


def leave(site: Site, dice: Random) -> None:
    """The agent joins a team, and leaves it."""
    agent = site.people.actor(site.people.agent)
    with site.writing() as session:
        made = one(session, site, dice, ("draft", "fixed", "running"))
        if made is not None:
            inviting.accept(session, agent, made, "member")
            preparing.leave(session, agent, site.service, made, agent.person_id or 0)


DRAFTING_ACTS = (
    prepare, prepare, change_draft, fix, start, amend, leave, join, discard,
)  # fmt: skip
