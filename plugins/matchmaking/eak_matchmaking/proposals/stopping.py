"""Proposals and pilots stop when what they rest on is there no longer, the organisation or the
idea; and nothing waits for who has left. What happened stays in their history."""

from datetime import datetime

from sqlalchemy import select

from eak_core.api import Idea, Session
from eak_matchmaking.events import PilotEnded, PilotPassedOn, PilotWithdrawn
from eak_matchmaking.models import Organisation, StoppedBecause
from eak_matchmaking.organisations.standing import ENDINGS
from eak_matchmaking.proposals.keeping import keep, settle, wait
from eak_matchmaking.proposals.stages import ends_pilots, takes_proposals
from eak_matchmaking.proposals.tables import Proposal

_LIVING = Proposal.standing.in_(("open", "accepted"))


def end_with(session: Session, organisation: Organisation, into: Organisation | None) -> None:
    """Stop all that an organisation proposes and pilots when it closes. Where it is merged ``into``
    another one, that one goes on with it, unless it has a proposal for the same idea."""
    theirs = select(Proposal).where(Proposal.organisation_id == organisation.id, _LIVING)
    taken = set(
        session.scalars(
            select(Proposal.idea_id).where(Proposal.organisation_id == into.id, _LIVING)
        )
    ) if into else set()  # fmt: skip
    for proposal in session.scalars(theirs.order_by(Proposal.id).with_for_update()).all():
        if into is not None and proposal.idea_id not in taken:
            proposal.organisation_id = into.id
        else:
            _stop(session, proposal, "organisation")
    session.flush()


ENDINGS.append(end_with)


def follow_idea(session: Session, idea_id: int, stage: str, at: datetime) -> None:
    """Stop what was proposed for an idea before it came to ``stage`` at the instant ``at``, where
    it cannot be piloted there."""
    if takes_proposals(stage):
        return
    standings = ["open", "accepted"] if ends_pilots(stage) else ["open"]
    concerned = select(Proposal).where(
        Proposal.idea_id == idea_id,
        Proposal.standing.in_(standings),
        # Built anew, an idea comes again to where it was before anybody proposed anything.
        Proposal.proposed_at < at,
    )
    for proposal in session.scalars(concerned.order_by(Proposal.id).with_for_update()).all():
        _stop(session, proposal, "idea", at)


def pass_on(session: Session, person_id: int) -> None:
    """Let those who run the service decide without the view of an author whose account ends."""
    theirs = select(Proposal).where(
        Proposal.standing == "open",
        Proposal.waits_for == "author",
        Proposal.idea_id.in_(select(Idea.id).where(Idea.author_id == person_id)),
    )
    for proposal in session.scalars(theirs.order_by(Proposal.id).with_for_update()).all():
        wait(session, proposal, "manager")
        happened = PilotPassedOn(proposal_id=proposal.id, idea_id=proposal.idea_id)
        keep(session, proposal, "passed_on", "site", happened)


def _stop(
    session: Session, proposal: Proposal, because: StoppedBecause, at: datetime | None = None
) -> None:
    piloted = proposal.standing == "accepted"
    settle(session, proposal, "ended" if piloted else "withdrawn", at)
    happened = (PilotEnded if piloted else PilotWithdrawn)(
        proposal_id=proposal.id,
        idea_id=proposal.idea_id,
        organisation_id=proposal.organisation_id,
        because=because,
    )
    keep(
        session, proposal, "ended" if piloted else "withdrawn", "site", happened,
        because=because, at=at,
    )  # fmt: skip
