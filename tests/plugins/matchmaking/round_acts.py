"""What people do with matching rounds, in the histories of the conformance kit."""

from datetime import timedelta
from random import Random

from sqlalchemy import func, select

from eak_core.api import clock, public_ideas
from eak_core.db import Session
from eak_core.ideas.deciding.transitions import change_stage
from eak_core.ideas.models import Idea
from eak_core.kit.testing.site import Site
from eak_core.permissions import Actor
from eak_matchmaking.matching import deciding, declaring, finding, opening
from eak_matchmaking.matching.opening import RoundTerms
from eak_matchmaking.matching.tables import MatchingRound, Pair
from eak_matchmaking.models import Presence
from eak_matchmaking.needs import stating
from eak_matchmaking.offers import offering
from eak_matchmaking.organisations import standing
from eak_matchmaking.organisations.finding import acting_for
from eak_matchmaking.proposals import finding as finding_proposals
from eak_matchmaking.proposals import proposing
from eak_matchmaking.proposals.finding import offers_to_choose
from eak_matchmaking.proposals.stages import takes_proposals
from tests.plugins.matchmaking.pilot_acts import partner
from tests.plugins.matchmaking.pilots import proposed
from tests.plugins.matchmaking.resources import needed, offered


def _offering(session: Session, site: Site) -> Actor:
    """Somebody of a verified partner with a hall for many."""
    manager = site.people.actor(site.people.manager)
    actor = partner(session, site, site.people.agent)
    organisation = acting_for(session, actor)
    assert organisation is not None
    presence = session.get_one(Presence, (site.service.id, organisation.id))
    if presence.verified_at is None:
        standing.verify(session, manager, site.service, organisation, "*Seen*.")
    there = offers_to_choose(session, site.service.id, organisation.id)
    if not any(each.kind == "place" and each.ends_on is None for each in there):
        terms = offered(title="A *hall* for all", capacity=9, communes=())
        offer = offering.draft(session, actor, site.service, terms)
        offering.publish_offer(session, actor, site.service, offer)
    return actor


def _looking(session: Session, site: Site) -> list[int]:
    """The ideas that look for a hall, three of them where there are as many that could."""
    manager, service = site.people.actor(site.people.manager), site.service
    found = [each.id for each in finding.candidates(session, service.id)]
    early = select(Idea).where(
        *public_ideas(service.id),
        Idea.stage.in_(("submitted", "screening", "accepted")),
        Idea.id.not_in(found),
    )
    for idea in session.scalars(early.order_by(Idea.id).limit(max(3 - len(found), 0))).all():
        for stage in ("screening", "accepted"):
            if idea.stage not in (stage, "accepted"):
                change_stage(session, manager, service, site.active(), idea, stage, "*Good*.")
        stating.state(session, manager, service, idea, needed())
        found.append(idea.id)
    return found


def _declare(
    session: Session, site: Site, actor: Actor, held: MatchingRound, ideas: list[int]
) -> None:
    """The partner wants the first idea most; the author of that one wants any partner first."""
    declaring.declare(session, actor, site.service, held, ideas[:1], ())
    author = site.people.actor(site.people.citizen)
    idea = session.get_one(Idea, ideas[0])
    if idea.author_id == author.person_id:
        partners = list(declaring.partners_in(session, site.service.id))
        declaring.declare_for_idea(session, author, site.service, held, idea, partners[:1], ())


def decide_pairs(site: Site, dice: Random) -> None:
    """The manager confirms a pair, whose organisation says what it brings, declines another, and
    leaves the rest for later."""
    manager, agent = (site.people.actor(each) for each in (site.people.manager, site.people.agent))
    with site.writing() as session:
        waiting = select(Pair).where(Pair.standing == "waiting")
        pairs = session.scalars(waiting.order_by(Pair.round_id, Pair.idea_id)).all()
        for number, pair in enumerate(pairs[:2]):
            idea = session.get_one(Idea, pair.idea_id)
            offers = offers_to_choose(session, site.service.id, pair.organisation_id)
            before = finding_proposals.living(session, pair.organisation_id, idea.id)
            if number % 2 or not offers or before or not takes_proposals(idea.stage):
                deciding.decline(session, manager, site.service, pair, "*Too far*.")
                continue
            deciding.confirm(session, manager, site.service, pair, offers[0].id, "*Good*.")
            acting = acting_for(session, agent)
            if acting is not None and acting.id == pair.organisation_id:
                terms = proposed(interested=True, conflict="We know *each other*.")
                proposing.propose(session, agent, site.service, idea, terms)


def _opened(session: Session, site: Site) -> MatchingRound | None:
    """The round that is open, a new one where there is none."""
    manager, service = site.people.actor(site.people.manager), site.service
    actor = _offering(session, site)
    ideas = _looking(session, site)
    before = finding.open_round(session, service.id)
    if before is not None or not ideas:
        return before
    terms = RoundTerms(
        title="Spring *call*", text="Who tries *what*?", ideas=ideas,
        closes_at=clock.now() + timedelta(days=90),
    )  # fmt: skip
    made = opening.open_round(session, manager, service, terms)
    _declare(session, site, actor, made, ideas)
    return made


def open_round(site: Site, dice: Random) -> None:
    """The manager opens a round, and both sides declare whom they prefer."""
    _people = site.people.agent, site.people.citizen, site.people.manager
    with site.writing() as session:
        _opened(session, site)


def hold_round(site: Site, dice: Random) -> timedelta:
    """A round is called off, or ends and is matched, every second time."""
    manager = site.people.actor(site.people.manager)
    _people = site.people.agent, site.people.citizen
    with site.writing() as session:
        held = session.scalar(select(func.count()).select_from(MatchingRound)) or 0
        made = _opened(session, site)
        if made is not None:
            end = opening.end_round if held % 2 else opening.cancel_round
            end(session, manager, site.service, made, "It *cannot* wait.")
    return timedelta(minutes=1)


ROUND_ACTS = (hold_round, hold_round, decide_pairs, open_round)
