"""What ideas need as moderation sees it: what can be reported, and whose it is."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eak_core.api import (
    Actor,
    Idea,
    Reportable,
    Service,
    Session,
    hide,
    numbered,
    public_ideas,
    require,
    restore,
)
from eak_matchmaking.models import NEED_NAME, Need


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, Reportable]:
    """The needs among ``subjects`` of ideas that everybody may read, hidden or not, that were not
    withdrawn."""
    ids = numbered(NEED_NAME, subjects)
    if not ids:
        return {}
    found = session.scalars(
        select(Need)
        .join(Idea, Idea.id == Need.idea_id)
        .where(
            Need.id.in_(ids),
            Need.service_id == service.id,
            Need.withdrawn_at.is_(None),
            *public_ideas(service.id),
        )
    )
    return {
        each.subject: Reportable(
            each.what, "matchmaking.need", {"need_id": each.id}, each.what, each.stated_by
        )
        for each in found
    }


def hide_need(session: Session, actor: Actor, service: Service, need: Need, reason: str) -> None:
    """Take what an idea needs off its page and off every list: nobody is asked for it any more.
    Those who may say what the idea needs go on to see it, with the public ``reason``."""
    require(actor, "matchmaking.run", service)
    hide(session, actor, service, need.subject, reason)


def show_need(session: Session, actor: Actor, service: Service, need: Need, reason: str) -> None:
    """Show it again."""
    require(actor, "matchmaking.run", service)
    restore(session, actor, service, need.subject, reason)
