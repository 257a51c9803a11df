"""An organisation offers to pilot an idea, answers what it is asked, or thinks better of it."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from eak_core.api import (
    Actor,
    Conflict,
    Forbidden,
    Idea,
    Invalid,
    Service,
    Session,
    _l,
    checked_text,
    clock,
    insert_once,
    may,
    person_since,
    require,
)
from eak_matchmaking.events import PilotAnswered, PilotProposed, PilotWithdrawn
from eak_matchmaking.models import Organisation
from eak_matchmaking.offers.offering import acting
from eak_matchmaking.organisations.finding import acting_for, role_of
from eak_matchmaking.proposals.finding import living, needs_to_choose, offers_to_choose
from eak_matchmaking.proposals.keeping import (
    ensure_open,
    ensure_possible,
    ensure_told,
    hold,
    keep,
    said,
    settle,
    wait,
)
from eak_matchmaking.proposals.stages import takes_proposals
from eak_matchmaking.proposals.tables import FIELD_LENGTH, Proposal

#: The four fields of a proposal, each with what is said where it is empty.
FIELDS: dict[str, Any] = {
    "brings": _l("Say what you bring."),
    "place": _l("Say where it would be tried."),
    "timing": _l("Say when it would be tried."),
    "team": _l("Say with whom it would be tried."),
}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A proposal as it was typed. ``interested``: whether there is a conflict of interest, told in
    ``conflict``; None where it was not said."""

    brings: str
    place: str
    timing: str
    team: str
    interested: bool | None
    conflict: str = ""
    offer_id: int | None = None
    need_id: int | None = None


def may_propose(session: Session, actor: Actor, service: Service, idea: Idea) -> bool:
    """Whether ``actor`` acts for an organisation that could offer to pilot ``idea``."""
    if not actor.signed_in or not takes_proposals(idea.stage):
        return False
    organisation = acting_for(session, actor)
    return organisation is not None and may(actor, "matchmaking.act", service, organisation)


def propose(
    session: Session,
    actor: Actor,
    service: Service,
    idea: Idea,
    terms: Terms,
    *,
    form_key: str | None = None,
) -> Proposal:
    """Offer to pilot ``idea``, for the organisation that ``actor`` acts for.

    Where a matching round has brought the two together, its proposal is filled in, and keeps its
    place. A second call with the same ``form_key`` answers the first one's proposal. `Invalid`
    names each field that is wrong; `Conflict` where the organisation has a proposal for it already;
    `Refused` and `NotFound` where the idea cannot be piloted.
    """
    organisation = acting(session, actor, service)
    if role_of(session, organisation.id, actor.person_id) is None:
        # Removed while it was written, and while the organisation was held by somebody else.
        raise Forbidden(_l("You no longer act for this organisation."))
    first = _sent_before(session, actor, form_key)
    if first is not None:
        if first.idea_id != idea.id:
            raise Conflict(_l("This form was already sent, for another idea. Nothing was saved."))
        return first
    session.refresh(idea, with_for_update=True)
    ensure_possible(session, service, idea)
    matched = awaited(session, organisation.id, idea.id)
    if matched is not None:
        # Its place is held already, and of no other offer.
        terms = replace(terms, offer_id=None)
    values = checked(session, service, organisation, idea, terms)
    values |= {
        "proposed_at": clock.now(),
        "proposed_by": actor.person_id,
        "form_key": form_key,
    }
    if matched is not None:
        proposal = _completed(session, matched, values)
    else:
        proposal = _inserted(session, service, organisation, idea, values)
    # Nobody gives a view of what they propose themselves, nor of anything once they have left.
    asked = idea.author_id != actor.person_id and _has_account(session, idea)
    wait(session, proposal, "author" if asked else "manager")
    happened = PilotProposed(
        proposal_id=proposal.id, idea_id=idea.id, organisation_id=organisation.id,
        offer_id=proposal.offer_id,
    )  # fmt: skip
    keep(session, proposal, "proposed", "organisation", happened, actor_id=actor.person_id)
    return proposal


def awaited(session: Session, organisation_id: int, idea_id: int) -> Proposal | None:
    """What a matching round has brought about and the organisation has not filled in yet."""
    found = living(session, organisation_id, idea_id)
    return found if found is not None and not found.brings else None


def _completed(session: Session, matched: Proposal, values: dict[str, Any]) -> Proposal:
    session.refresh(matched, with_for_update=True)
    if not matched.living or matched.brings:
        raise Conflict(_l("Nothing was changed: somebody else was faster. Look at it first."))
    for name, value in values.items():
        if name != "offer_id":
            setattr(matched, name, value)
    session.flush()
    return matched


def _inserted(
    session: Session,
    service: Service,
    organisation: Organisation,
    idea: Idea,
    values: dict[str, Any],
) -> Proposal:
    row = values | {
        "service_id": service.id,
        "idea_id": idea.id,
        "organisation_id": organisation.id,
        "standing": "open",
        "offer_taken": False,
        "need_met": False,
    }
    proposal_id = insert_once(session, Proposal, row, Proposal.id)
    if proposal_id is None:
        raise Conflict(
            _l("Your organisation has a proposal for this idea already: look at it first.")
        )
    return session.get_one(Proposal, proposal_id)


def answer(
    session: Session, actor: Actor, service: Service, proposal: Proposal, words: str
) -> None:
    """Answer what those who run the service have asked. `Conflict` where nothing is asked."""
    _hold_own(session, actor, service, proposal)
    ensure_open(proposal)
    ensure_told(proposal)
    if proposal.waits_for != "organisation":
        raise Conflict(_l("Nothing is asked of you now: somebody else has answered."))
    told = said(words, "words", _l("Write your answer."))
    wait(session, proposal, "manager")
    happened = PilotAnswered(proposal_id=proposal.id, idea_id=proposal.idea_id)
    keep(
        session, proposal, "answered", "organisation", happened,
        actor_id=actor.person_id, words=told,
    )  # fmt: skip


def withdraw(
    session: Session, actor: Actor, service: Service, proposal: Proposal, words: str = ""
) -> None:
    """Take a proposal back before it was decided, with a word on why, or none. `Conflict` where it
    was decided."""
    _hold_own(session, actor, service, proposal)
    ensure_open(proposal)
    told = said(words, "words")
    settle(session, proposal, "withdrawn")
    happened = PilotWithdrawn(
        proposal_id=proposal.id, idea_id=proposal.idea_id,
        organisation_id=proposal.organisation_id, because="said",
    )  # fmt: skip
    keep(
        session, proposal, "withdrawn", "organisation", happened,
        actor_id=actor.person_id, words=told, because="said",
    )  # fmt: skip


def _hold_own(session: Session, actor: Actor, service: Service, proposal: Proposal) -> None:
    hold(session, actor, proposal)
    require_member(session, actor, service, proposal)


def require_member(session: Session, actor: Actor, service: Service, proposal: Proposal) -> None:
    """Return where ``actor`` may act for the organisation that proposes; `Forbidden` otherwise."""
    organisation = session.get_one(Organisation, proposal.organisation_id)
    require(actor, "matchmaking.act", service, organisation)


def checked(
    session: Session, service: Service, organisation: Organisation, idea: Idea, terms: Terms
) -> dict[str, Any]:
    """The columns of what is proposed. `Invalid` with all that is wrong."""
    wrong: dict[str, Any] = {}
    values: dict[str, Any] = {
        field: checked_text(getattr(terms, field), field, wrong, most=FIELD_LENGTH, missing=missing)
        for field, missing in FIELDS.items()
    }
    values["conflict"] = _conflict(session, organisation, idea, terms, wrong)
    offers = {each.id for each in offers_to_choose(session, service.id, organisation.id)}
    if terms.offer_id is not None and terms.offer_id not in offers:
        wrong["offer"] = _l("Nothing is left of this offer, or it has ended.")
    needs = {each.id for each in needs_to_choose(session, service.id, idea.id)}
    if terms.need_id is not None and terms.need_id not in needs:
        wrong["need"] = _l("This is not missing any more.")
    if wrong:
        raise Invalid(_l("Nothing was changed."), wrong)
    return values | {
        "offer_id": terms.offer_id,
        "need_id": terms.need_id,
    }


def _conflict(
    session: Session, organisation: Organisation, idea: Idea, terms: Terms, wrong: dict[str, Any]
) -> str:
    if terms.interested is None:
        wrong["interested"] = _l("Say whether there is a conflict of interest.")
        return ""
    if not terms.interested:
        if role_of(session, organisation.id, idea.author_id):
            wrong["interested"] = _l("The author of this idea acts for your organisation: say so.")
        return ""
    missing = _l("Say which interest it is.")
    return checked_text(terms.conflict, "conflict", wrong, most=FIELD_LENGTH, missing=missing)


def _has_account(session: Session, idea: Idea) -> bool:
    return idea.author_id is not None and person_since(session, idea.author_id) is not None


def _sent_before(session: Session, actor: Actor, form_key: str | None) -> Proposal | None:
    if form_key is None:
        return None
    return session.scalar(
        select(Proposal).filter_by(proposed_by=actor.person_id, form_key=form_key)
    )
