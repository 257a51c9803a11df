"""The author of an idea says what they think of a proposal; those who run the service ask back,
accept, or decline; and what was accepted ends one day."""

from eak_core.api import (
    REASON_LENGTH,
    Actor,
    Conflict,
    Idea,
    Invalid,
    Service,
    Session,
    _l,
    may,
    require,
)
from eak_matchmaking.events import (
    PilotAccepted,
    PilotAskedBack,
    PilotDeclined,
    PilotEnded,
    PilotViewed,
)
from eak_matchmaking.models import Need, Organisation
from eak_matchmaking.needs.stating import mark_met
from eak_matchmaking.offers import places
from eak_matchmaking.organisations.registering import require_open
from eak_matchmaking.proposals.keeping import (
    NO_REASON,
    ensure_impartial,
    ensure_open,
    ensure_possible,
    ensure_told,
    hold,
    keep,
    said,
    settle,
    wait,
)
from eak_matchmaking.proposals.proposing import require_member
from eak_matchmaking.proposals.tables import VIEWS, Proposal, StepBy


def give_view(
    session: Session, actor: Actor, service: Service, proposal: Proposal, view: str, words: str
) -> None:
    """Say what the author of the idea thinks of a proposal; said anew, the last one holds.
    `Invalid` where a view that is not for it comes without words, `Conflict` once it is decided."""
    require(actor, "matchmaking.view_pilot", service, session.get_one(Idea, proposal.idea_id))
    hold(session, actor, proposal)
    ensure_open(proposal)
    if view not in VIEWS:
        raise Invalid(_l("Nothing was changed."), {"view": _l("Choose what you think of it.")})
    why = None if view == "for" else _l("Say why, so that it can be answered.")
    told = said(words, "words", why)
    proposal.view = view
    if proposal.waits_for == "author":
        wait(session, proposal, "manager")
    happened = PilotViewed(proposal_id=proposal.id, idea_id=proposal.idea_id)
    keep(
        session, proposal, "viewed", "author", happened,
        actor_id=actor.person_id, words=told, view=view,
    )  # fmt: skip


def ask_back(
    session: Session, actor: Actor, service: Service, proposal: Proposal, question: str
) -> None:
    """Ask the organisation something before a proposal is decided: it waits for them then."""
    _hold_to_decide(session, actor, service, proposal)
    told = said(question, "words", _l("Write your question."))
    wait(session, proposal, "organisation")
    happened = PilotAskedBack(proposal_id=proposal.id, idea_id=proposal.idea_id)
    keep(
        session, proposal, "asked_back", "manager", happened,
        actor_id=actor.person_id, words=told,
    )  # fmt: skip


def accept(
    session: Session,
    actor: Actor,
    service: Service,
    proposal: Proposal,
    *,
    meets: bool = False,
) -> None:
    """Let the organisation pilot the idea: its offer goes to one pilot more, and what it answers is
    no longer missing, where it ``meets`` it.

    `Conflict` where it was decided before; `Refused` where nothing is left of the offer, the idea
    cannot be piloted now, or ``actor`` acts for the organisation.
    """
    idea = _hold_to_decide(session, actor, service, proposal)
    ensure_impartial(session, actor, proposal.organisation_id)
    ensure_possible(session, service, idea)
    require_open(session.get_one(Organisation, proposal.organisation_id))
    ensure_told(proposal)
    if proposal.offer_id is not None and not proposal.offer_taken:
        places.take(session, proposal.offer_id)
        proposal.offer_taken = True
    need = session.get(Need, proposal.need_id) if meets and proposal.need_id else None
    if need is not None:
        session.refresh(need, with_for_update=True)
        if need.met_at is None and need.withdrawn_at is None:
            mark_met(session, actor, need, "pilot")
            proposal.need_met = True
    settle(session, proposal, "accepted")
    happened = PilotAccepted(
        proposal_id=proposal.id, idea_id=idea.id,
        organisation_id=proposal.organisation_id, offer_id=proposal.offer_id,
    )  # fmt: skip
    keep(session, proposal, "accepted", "manager", happened, actor_id=actor.person_id)


def decline(
    session: Session, actor: Actor, service: Service, proposal: Proposal, reason: str
) -> None:
    """Decline a proposal, for a public ``reason``."""
    idea = _hold_to_decide(session, actor, service, proposal)
    ensure_impartial(session, actor, proposal.organisation_id)
    told = said(reason, "reason", NO_REASON, most=REASON_LENGTH)
    settle(session, proposal, "declined")
    happened = PilotDeclined(
        proposal_id=proposal.id, idea_id=idea.id, organisation_id=proposal.organisation_id
    )
    keep(
        session, proposal, "declined", "manager", happened, actor_id=actor.person_id, words=told
    )  # fmt: skip


def end(session: Session, actor: Actor, service: Service, proposal: Proposal, reason: str) -> None:
    """End a pilot, for a public ``reason``: its organisation may, and those who run the service.
    What it had of an offer is free again, and what it brought is missing again. `Conflict` where it
    is none any more."""
    managing = may(actor, "matchmaking.run", service)
    hold(session, actor, proposal)
    if not managing:
        require_member(session, actor, service, proposal)
    if proposal.standing != "accepted":
        raise Conflict(_l("Nothing was changed: this is no pilot, or it has ended already."))
    told = said(reason, "reason", NO_REASON, most=REASON_LENGTH)
    settle(session, proposal, "ended")
    by: StepBy = "manager" if managing else "organisation"
    happened = PilotEnded(
        proposal_id=proposal.id, idea_id=proposal.idea_id,
        organisation_id=proposal.organisation_id, because="said",
    )  # fmt: skip
    keep(
        session, proposal, "ended", by, happened,
        actor_id=actor.person_id, words=told, because="said",
    )  # fmt: skip


def _hold_to_decide(session: Session, actor: Actor, service: Service, proposal: Proposal) -> Idea:
    require(actor, "matchmaking.run", service)
    idea = hold(session, actor, proposal)
    ensure_open(proposal)
    return idea
