"""Those who run a service hide an offer, and show it again, each with a public reason."""

from eak_core.api import Actor, Refused, Service, Session, _l, hide, require, restore
from eak_matchmaking.models import Offer


def hide_offer(session: Session, actor: Actor, service: Service, offer: Offer, reason: str) -> None:
    """Take an offer off every list, page and search; nobody new is given it. Its organisation goes
    on to see it, with the reason."""
    require(actor, "matchmaking.run", service)
    if offer.published_at is None:
        raise Refused(_l("This offer is a draft: nobody sees it yet."))
    hide(session, actor, service, offer.subject, reason)


def show_offer(session: Session, actor: Actor, service: Service, offer: Offer, reason: str) -> None:
    """Show a hidden offer again."""
    require(actor, "matchmaking.run", service)
    restore(session, actor, service, offer.subject, reason)
