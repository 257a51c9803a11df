"""What people do with offers and needs, in the histories of the conformance kit."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from sqlalchemy import select

from eak_core import clock
from eak_core.api import hidden_reason, in_paris, public_ideas
from eak_core.db import Session
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_matchmaking.models import Need, Offer
from eak_matchmaking.needs import stating
from eak_matchmaking.offers import ending, moderating, offering
from eak_matchmaking.organisations import registering
from eak_matchmaking.organisations.finding import acting_for, require_acting
from tests.plugins.matchmaking.acts import profile
from tests.plugins.matchmaking.resources import needed, offered


def partner(session: Session, site: Site) -> Actor:
    """The citizen, acting for an organisation, a new one where there is none."""
    actor = site.people.actor(site.people.citizen)
    if acting_for(session, actor) is None:
        registering.register(session, actor, site.service, profile(), form_key=None)
    return actor


def own_offer(session: Session, site: Site, actor: Actor, dice: Random) -> Offer | None:
    """An offer of the organisation that ``actor`` acts for, a draft or one that is open."""
    organisation = require_acting(session, actor, site.service)
    found = session.scalars(
        select(Offer)
        .where(Offer.organisation_id == organisation.id, Offer.ended_at.is_(None))
        .order_by(Offer.id)
    ).all()
    return dice.choice(found) if found else None


def draft(site: Site, dice: Random) -> None:
    """A partner prepares an offer."""
    with site.writing() as session:
        actor = partner(session, site)
        kind = dice.choice(("place", "skill", "money"))
        terms = offered(kind=kind, title=f"Some {kind} to share", communes=["92050"])
        offering.draft(session, actor, site.service, terms)


def publish(site: Site, dice: Random) -> None:
    """A partner publishes an offer."""
    with site.writing() as session:
        actor = partner(session, site)
        offer = own_offer(session, site, actor, dice)
        if offer is not None:
            offering.publish_offer(session, actor, site.service, offer)


def publish_for_a_day(site: Site, dice: Random) -> timedelta:
    """A partner offers something until tomorrow, and the day after comes."""
    with site.writing() as session:
        actor = partner(session, site)
        tomorrow = in_paris(clock.now()).date() + timedelta(days=1)
        terms = offered(title="A hall until tomorrow", ends_on=tomorrow)
        offer = offering.draft(session, actor, site.service, terms)
        offering.publish_offer(session, actor, site.service, offer)
    return timedelta(days=3)


def edit(site: Site, dice: Random) -> None:
    """A partner changes an offer."""
    with site.writing() as session:
        actor = partner(session, site)
        offer = own_offer(session, site, actor, dice)
        if offer is not None:
            terms = offered(title=f"A hall for {dice.randrange(100)} people", capacity=3)
            offering.edit_offer(session, actor, site.service, offer, terms)


def take_back(site: Site, dice: Random) -> None:
    """A partner ends an offer, or deletes a draft."""
    with site.writing() as session:
        actor = partner(session, site)
        offer = own_offer(session, site, actor, dice)
        if offer is None or dice.random() < 0.5:
            return
        act = ending.take_back if offer.published_at else offering.discard
        act(session, actor, site.service, offer)


def moderate(site: Site, dice: Random) -> None:
    """The manager hides an offer, or shows it again."""
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        found = session.scalars(
            select(Offer).where(Offer.published_at.is_not(None)).order_by(Offer.id)
        ).all()
        if found:
            offer = dice.choice(found)
            hidden = hidden_reason(session, site.service.id, offer.subject) is not None
            act = moderating.show_offer if hidden else moderating.hide_offer
            act(session, actor, site.service, offer, "A *public* reason.")


def state(site: Site, dice: Random) -> None:
    """The author of an idea, or the manager, says what is missing."""
    people = site.people
    actor = people.actor(dice.choice((people.citizen, people.manager)))
    with site.writing() as session:
        ideas = session.scalars(select(Idea).where(*public_ideas(site.service.id))).all()
        able = [each for each in ideas if stating.may_state(actor, site.service, each)]
        if able:
            terms = needed(what=f"A hall for {dice.randrange(100)} people")
            stating.state(session, actor, site.service, dice.choice(able), terms)


def change_need(site: Site, dice: Random) -> None:
    """The manager changes what is missing."""
    terms = needed(kind="money", what="Some money for it", quantity=2000)
    _settled(site, dice, stating.edit_need, terms)


def withdraw_need(site: Site, dice: Random) -> None:
    """The manager says that it is not missing any more."""
    _settled(site, dice, stating.withdraw_need)


def meet_need(site: Site, dice: Random) -> None:
    """The manager says that it is found."""
    _settled(site, dice, stating.say_met)


def _settled(site: Site, dice: Random, settle: Callable[..., object], *terms: object) -> None:
    actor = site.people.actor(site.people.manager)
    with site.writing() as session:
        open_needs = (
            select(Need, Idea)
            .join(Idea, Idea.id == Need.idea_id)
            .where(
                *public_ideas(site.service.id), Need.met_at.is_(None), Need.withdrawn_at.is_(None)
            )
            .order_by(Need.id)
        )
        found = [
            (need, idea)
            for need, idea in session.execute(open_needs)
            if stating.may_state(actor, site.service, idea)
        ]
        if found:
            need, idea = dice.choice(found)
            settle(session, actor, site.service, idea, need, *terms)


RESOURCE_ACTS = (
    draft, publish, publish_for_a_day, edit, moderate, take_back, state, state,
    change_need, withdraw_need, meet_need,
)  # fmt: skip
