"""Those who run a service confirm the pairs of a round, or decline them, each with a reason.

A confirmed pair is a proposal that waits for its organisation to say what it brings: nobody has
asked it yet. The place is taken at once, so that it can be promised to nobody else meanwhile, and
comes back if nothing comes of the proposal.
"""

from datetime import datetime

from eak_core.api import (
    REASON_LENGTH,
    Actor,
    Conflict,
    Idea,
    Invalid,
    NotFound,
    Service,
    Session,
    _l,
    clock,
    hold_account,
    publish,
    require,
)
from eak_matchmaking.events import PairConfirmed, PairDeclined
from eak_matchmaking.matching.tables import MatchingRound, Pair, PairStanding
from eak_matchmaking.models import Offer, Organisation, StoppedBecause
from eak_matchmaking.offers import places
from eak_matchmaking.organisations.registering import require_open
from eak_matchmaking.proposals.finding import living, needs_to_choose
from eak_matchmaking.proposals.keeping import (
    NO_REASON,
    ensure_impartial,
    ensure_possible,
    keep,
    said,
    wait,
)
from eak_matchmaking.proposals.tables import Proposal


def confirm(
    session: Session,
    actor: Actor,
    service: Service,
    pair: Pair,
    offer_id: int | None,
    reason: str,
) -> Proposal:
    """Let the organisation of ``pair`` pilot its idea, out of one of its offers: answers the
    proposal that it completes now, which holds a place of the offer.

    Where it has proposed to pilot the idea itself meanwhile, that proposal is answered, with the
    place. `Conflict` where the pair was decided before, or it pilots the idea already; `Refused`
    where nothing is left of the offer, the idea cannot be piloted now, or ``actor`` acts for the
    organisation; `Invalid` for an offer that is not its own, and without a reason.
    """
    idea = _hold(session, actor, service, pair)
    told = said(reason, "reason", NO_REASON, most=REASON_LENGTH)
    ensure_possible(session, service, idea)
    require_open(session.get_one(Organisation, pair.organisation_id))
    offer = session.get(Offer, offer_id) if offer_id is not None else None
    if offer is None or (offer.organisation_id, offer.service_id) != (
        pair.organisation_id,
        service.id,
    ):
        raise Invalid(_l("Nothing was changed."), {"offer": _l("Choose one of its offers.")})
    proposal = living(session, pair.organisation_id, idea.id)
    if proposal is not None:
        session.refresh(proposal, with_for_update=True)
        if proposal.standing == "accepted":
            raise Conflict(_l("This organisation is to pilot the idea already."))
    places.take(session, offer.id)
    if proposal is None:
        proposal = _proposal(session, service, pair)
    elif proposal.offer_taken and proposal.offer_id is not None:
        places.give_back(session, proposal.offer_id)
    proposal.offer_id, proposal.offer_taken = offer.id, True
    if not proposal.brings:
        wait(session, proposal, "organisation")
    pair.proposal_id = proposal.id
    settle(session, pair, "confirmed", because="said", reason=told, actor_id=actor.person_id)
    happened = PairConfirmed(
        round_id=pair.round_id, idea_id=idea.id, organisation_id=pair.organisation_id,
        proposal_id=proposal.id,
    )  # fmt: skip
    keep(session, proposal, "matched", "manager", happened, actor_id=actor.person_id, words=told)
    return proposal


def decline(session: Session, actor: Actor, service: Service, pair: Pair, reason: str) -> None:
    """Let nothing come of ``pair``, for a public ``reason``. Refused as `confirm` is."""
    _hold(session, actor, service, pair)
    told = said(reason, "reason", NO_REASON, most=REASON_LENGTH)
    settle(session, pair, "declined", because="said", reason=told, actor_id=actor.person_id)
    tell_declined(session, service.id, pair, "said", actor.person_id)


def settle(
    session: Session,
    pair: Pair,
    standing: PairStanding,
    *,
    because: StoppedBecause,
    reason: str = "",
    actor_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Let a pair wait no longer."""
    pair.standing, pair.because, pair.reason = standing, because, reason
    pair.decided_at, pair.decided_by = at or clock.now(), actor_id
    session.flush()


def tell_declined(
    session: Session,
    service_id: int,
    pair: Pair,
    because: StoppedBecause,
    actor_id: int | None = None,
) -> None:
    """Tell that nothing comes of a pair."""
    happened = PairDeclined(
        round_id=pair.round_id, idea_id=pair.idea_id, organisation_id=pair.organisation_id,
        because=because,
    )  # fmt: skip
    publish(session, happened, service_id=service_id, actor_id=actor_id)


def ensure_waiting(pair: Pair) -> None:
    """Return where nothing is decided about a pair yet; `Conflict` otherwise."""
    if pair.standing != "waiting":
        raise Conflict(_l("Nothing was changed: this pair was decided in the meantime."))


def _hold(session: Session, actor: Actor, service: Service, pair: Pair) -> Idea:
    """Keep others from deciding about a pair: locked in the order of `proposals.keeping.hold`."""
    require(actor, "matchmaking.run", service)
    held = session.get_one(MatchingRound, pair.round_id)
    if held.service_id != service.id:
        raise NotFound(_l("There is no matching round at this address."))
    hold_account(session, actor)
    organisation_id = pair.organisation_id
    session.get_one(Organisation, organisation_id, with_for_update=True, populate_existing=True)
    idea = session.get_one(Idea, pair.idea_id, with_for_update=True, populate_existing=True)
    session.refresh(pair, with_for_update=True)
    ensure_waiting(pair)
    if pair.organisation_id != organisation_id:
        raise Conflict(_l("The organisation was merged into another one just now. Look again."))
    ensure_impartial(session, actor, organisation_id)
    return idea


def _proposal(session: Session, service: Service, pair: Pair) -> Proposal:
    """What a pair becomes: the four fields are the organisation's to fill in."""
    needs = {each.id for each in needs_to_choose(session, service.id, pair.idea_id)}
    made = Proposal(
        service_id=service.id,
        idea_id=pair.idea_id,
        organisation_id=pair.organisation_id,
        need_id=pair.need_id if pair.need_id in needs else None,
        brings="",
        place="",
        timing="",
        team="",
        conflict="",
        standing="open",
        offer_taken=False,
        need_met=False,
        proposed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made
