"""What is scheduled, for whoever looks: what there is to do, what failed, how far it is."""

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.events.models import ScheduledWork, Subscription
from eak_core.events.scheduling import subscribed
from eak_core.events.types import CORE, Part


def part_of(session: Session, plugin: str, service_id: int, name: str) -> Part | None:
    """How far ``plugin`` is with what it does in parts under ``name`` in a service; None before the
    first part ends, where its function does not say, and when all is done."""
    row = session.get(ScheduledWork, (plugin, service_id, name))
    if row is None or row.done is None or row.total is None:
        return None
    return Part(row.done, row.total)


def overdue(session: Session) -> int:
    """How much is due by now, whether anybody may do it or not."""
    due = ScheduledWork.next_attempt_at <= clock.now()
    return session.scalar(select(func.count()).select_from(ScheduledWork).where(due)) or 0


def listed() -> Select[ScheduledWork, bool | None]:
    """All there is to do, what failed first, then what is due next; each with whether the plugin
    is on there (None for the core's own)."""
    return (
        select(ScheduledWork, Subscription.enabled)
        .join(Subscription, subscribed, isouter=True)
        .order_by(
            ScheduledWork.error.is_(None),
            ScheduledWork.due_at,
            ScheduledWork.plugin,
            ScheduledWork.service_id,
            ScheduledWork.name,
        )
    )


def failing(session: Session) -> int:
    """How much failed at its last try, where the plugin is on."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ScheduledWork)
            .join(Subscription, subscribed, isouter=True)
            .where(
                ScheduledWork.error.is_not(None),
                or_(Subscription.enabled, ScheduledWork.plugin == CORE.name),
            )
        )
        or 0
    )
