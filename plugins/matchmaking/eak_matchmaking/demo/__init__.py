"""The partners of the demonstration, through the plugin's own functions."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sqlalchemy import select

from eak_core.api import Actor, Demo, Service, Session, clock, has_outcome
from eak_matchmaking.demo import rounds
from eak_matchmaking.demo.content import (
    NEEDS,
    OFFERS,
    PARTNERS,
    PROPOSALS,
    Brought,
    Partner,
    Proposed,
)
from eak_matchmaking.models import Offer, Organisation
from eak_matchmaking.needs.stating import NeedTerms, state
from eak_matchmaking.offers.offering import OfferTerms, draft, publish_offer
from eak_matchmaking.organisations import members, registering, standing
from eak_matchmaking.organisations.registering import Profile
from eak_matchmaking.proposals import deciding, proposing
from eak_matchmaking.proposals.proposing import Terms, propose
from eak_matchmaking.proposals.tables import Proposal


def play(session: Session, service: Service, demo: Demo) -> None:
    """Let the partners of the demonstration come to ``service``, offer, and be told what is
    missing."""
    for key, partner in PARTNERS.items():
        if service.slug in partner.services:
            _come(session, service, demo, key, partner)
    for brought in OFFERS:
        if brought.service == service.slug:
            _offer(session, service, demo, brought)
    for idea_key, needs in NEEDS.items():
        idea = demo.ideas.get(idea_key)
        # Where votes are on, some of these ideas have won or lost already.
        if idea is None or idea.service_id != service.id or has_outcome(idea):
            continue
        actor = demo.actor(session, "gestion")
        for number, (kind, what, quantity, unit) in enumerate(needs):
            terms = NeedTerms(kind=kind, what=what, quantity=quantity, unit=unit)
            with clock.freeze(demo.days_ago(11 - number, what)):
                state(session, actor, service, idea, terms)
    for proposed in PROPOSALS:
        _propose(session, service, demo, proposed)
    rounds.hold(session, service, demo)


def _propose(session: Session, service: Service, demo: Demo, proposed: Proposed) -> None:
    idea, partner = demo.ideas.get(proposed.idea), PARTNERS[proposed.partner]
    organisation, actor = _known(session, partner), demo.actor(session, partner.person)
    if idea is None or idea.service_id != service.id or organisation is None:
        return
    if has_outcome(idea):
        return
    members.act_for(session, actor, service, organisation)
    terms = Terms(
        brings=proposed.brings,
        place=proposed.place,
        timing=proposed.timing,
        team=proposed.team,
        interested=bool(proposed.conflict),
        conflict=proposed.conflict,
        offer_id=session.scalar(select(Offer.id).where(Offer.title == proposed.title)),
    )
    with clock.freeze(demo.days_ago(proposed.days, proposed.brings)):
        proposal = propose(session, actor, service, idea, terms)
    for number, (kind, person, words) in enumerate(proposed.steps, start=1):
        with clock.freeze(demo.days_ago(proposed.days - number, words)):
            _STEPS[kind](session, demo.actor(session, person), service, proposal, words)


def _view(session: Session, actor: Actor, service: Service, proposal: Proposal, words: str) -> None:
    deciding.give_view(session, actor, service, proposal, "for", words)


def _accept(
    session: Session, actor: Actor, service: Service, proposal: Proposal, _words: str
) -> None:
    deciding.accept(session, actor, service, proposal)


_STEPS: Mapping[str, Callable[[Session, Actor, Service, Proposal, str], None]] = {
    "view": _view,
    "accept": _accept,
    "ask": deciding.ask_back,
    "decline": deciding.decline,
    "answer": proposing.answer,
    "withdraw": proposing.withdraw,
}


def _come(session: Session, service: Service, demo: Demo, key: str, partner: Partner) -> None:
    actor = demo.actor(session, partner.person)
    there = _known(session, partner)
    if there is None:
        profile = Profile(
            name=partner.name,
            kind=partner.kind,
            communes=partner.communes,
            about=partner.about,
            pioneering=partner.pioneering,
            motivation=partner.motivation,
        )
        with clock.freeze(demo.days_ago(partner.days, key)):
            there = registering.register(session, actor, service, profile, form_key=None)
    else:
        with clock.freeze(demo.days_ago(partner.days - 1, key)):
            registering.come_too(session, actor, service, there)
    if partner.verified:
        with clock.freeze(demo.days_ago(partner.days - 2, key)):
            manager = demo.actor(session, "gestion")
            standing.verify(session, manager, service, there, partner.verified)


def _offer(session: Session, service: Service, demo: Demo, brought: Brought) -> None:
    partner = PARTNERS[brought.partner]
    organisation, actor = _known(session, partner), demo.actor(session, partner.person)
    if organisation is None:
        return
    members.act_for(session, actor, service, organisation)
    terms = OfferTerms(
        kind=brought.kind,
        title=brought.title,
        details=brought.details,
        quantity=brought.quantity,
        unit=brought.unit,
        capacity=brought.capacity,
        communes=brought.communes,
        ends_on=_ends(demo, brought.months),
        conditions=brought.conditions,
        private_conditions=brought.private,
    )
    with clock.freeze(demo.days_ago(12, brought.title)):
        offer = draft(session, actor, service, terms)
        if not brought.draft:
            publish_offer(session, actor, service, offer)


def _known(session: Session, partner: Partner) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.name == partner.name))


def _ends(demo: Demo, months: int) -> date | None:
    return (demo.now + timedelta(days=30 * months)).date() if months else None
