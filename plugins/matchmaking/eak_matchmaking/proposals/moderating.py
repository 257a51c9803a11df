"""Those who run a service hide what a pilot says, and show it again, each with a public reason."""

from eak_core.api import Actor, Refused, Service, Session, _l, hide, require, restore
from eak_matchmaking.proposals.tables import Proposal


def hide_pilot(
    session: Session, actor: Actor, service: Service, proposal: Proposal, reason: str
) -> None:
    """Hide an accepted proposal, and its agreement, from all but those concerned: the pilot itself
    goes on. `Refused` for what nobody else reads anyway."""
    require(actor, "matchmaking.run", service)
    if proposal.accepted_at is None:
        raise Refused(_l("Only those concerned read this proposal: there is nothing to hide."))
    hide(session, actor, service, proposal.subject, reason)


def show_pilot(
    session: Session, actor: Actor, service: Service, proposal: Proposal, reason: str
) -> None:
    """Show a hidden pilot again."""
    require(actor, "matchmaking.run", service)
    restore(session, actor, service, proposal.subject, reason)
