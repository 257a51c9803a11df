"""Pilots as moderation sees them: what can be reported, and whose it is."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eak_core.api import Idea, Reportable, Service, Session, _, numbered, public_ideas
from eak_matchmaking.proposals.tables import PROPOSAL_NAME, Proposal


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, Reportable]:
    """The proposals among ``subjects`` that were accepted, and so read by everybody."""
    ids = numbered(PROPOSAL_NAME, subjects)
    if not ids:
        return {}
    rows = session.execute(
        select(Proposal, Idea.title)
        .join(Idea, Idea.id == Proposal.idea_id)
        .where(
            Proposal.id.in_(ids),
            Proposal.service_id == service.id,
            Proposal.accepted_at.is_not(None),
            *public_ideas(service.id),
        )
    )
    return {
        proposal.subject: Reportable(
            _("A pilot of “%(idea)s”", idea=title),
            "matchmaking.proposal",
            {"proposal_id": proposal.id},
            "\n\n".join(
                filter(None, (proposal.brings, proposal.place, proposal.timing, proposal.team))
            ),
            proposal.proposed_by,
        )
        for proposal, title in rows
    }
