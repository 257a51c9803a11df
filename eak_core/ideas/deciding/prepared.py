"""Decisions that are prepared before they are published: where an idea shall go, and the answer
that everybody will read. Only those who may decide see them."""

from datetime import datetime

from sqlalchemy import delete, func, select

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import upsert
from eak_core.ideas.content.rows import hold_idea
from eak_core.ideas.deciding import transitions
from eak_core.ideas.deciding.models import PreparedDecision
from eak_core.ideas.models import Idea
from eak_core.permissions import Actor, require
from eak_core.services.models import Service
from eak_core.web.edits import ensure_unchanged
from eak_core.web.text import clean_lines

#: How many prepared decisions one page lists.
LISTED = 100


def prepare(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    idea: Idea,
    to: str,
    reason: str,
    *,
    seen: str | None = None,
) -> None:
    """Keep the decision to bring ``idea`` to the stage ``to`` with this ``reason``, in the place of
    one that was prepared before; nobody else is told of it.

    It is refused as `transitions.change_stage` would refuse it, but for the guards of plugins,
    which are asked when it is published.
    """
    reason = transitions.checked_move(actor, service, active, idea, to, reason, seen=seen)
    row = {
        "idea_id": idea.id,
        "from_stage": idea.stage,
        "to_stage": to,
        "reason": reason,
        "prepared_by": actor.person_id,
        "prepared_at": clock.now(),
    }
    upsert(session, PreparedDecision, [row])


def terms(prepared: PreparedDecision | None) -> dict[str, str]:
    """What is prepared, by the names of the form in which it is decided; nothing without one."""
    return {"to": prepared.to_stage, "reason": prepared.reason} if prepared else {}


def ensure_shown(
    session: Session, service: Service, idea: Idea, to: str, reason: str, seen: str | None
) -> None:
    """Hold ``idea``, and return where what is prepared for it still is what a form has ``seen``
    (`EditForm.seen`), or what was sent. `ChangedMeanwhile` otherwise: a colleague has prepared
    something else, which is neither replaced nor passed over unread."""
    hold_idea(session, service, idea)
    now = terms(prepared_for(session, idea))
    if now != {"to": to, "reason": clean_lines(reason or "")}:
        ensure_unchanged(seen, now)


def prepared_for(session: Session, idea: Idea) -> PreparedDecision | None:
    """What is prepared for ``idea`` as it stands: what was for an earlier stage is over."""
    found = session.get(PreparedDecision, idea.id)
    return found if found is not None and found.from_stage == idea.stage else None


def discard(session: Session, actor: Actor, service: Service, idea: Idea) -> None:
    """Forget what is prepared for ``idea``. Doing so twice is doing so once."""
    require(actor, "idea.change_stage", service, idea)
    session.execute(delete(PreparedDecision).where(PreparedDecision.idea_id == idea.id))


def waiting_since(session: Session, service_id: int) -> tuple[int, datetime | None]:
    """How many ideas of a service have a decision that waits to be published, and when the oldest
    of these was prepared."""
    query = (
        select(func.count(), func.min(PreparedDecision.prepared_at))
        .join(Idea, Idea.id == PreparedDecision.idea_id)
        .where(Idea.service_id == service_id, Idea.stage == PreparedDecision.from_stage)
    )
    number, oldest = session.execute(query).one()
    return number, oldest


def all_prepared(session: Session, service_id: int) -> list[tuple[Idea, PreparedDecision]]:
    """The ideas of a service with what is prepared for each, the oldest first; at most `LISTED`."""
    rows = session.execute(
        select(Idea, PreparedDecision)
        .join(PreparedDecision, PreparedDecision.idea_id == Idea.id)
        .where(Idea.service_id == service_id, Idea.stage == PreparedDecision.from_stage)
        .order_by(PreparedDecision.prepared_at, Idea.id)
        .limit(LISTED)
    )
    return [(idea, prepared) for idea, prepared in rows]
