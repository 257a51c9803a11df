"""Passing over events that no handler of a plugin claims: a small transaction, and no try to count.

While people vote by the hundred, each plugin that has no use for votes would otherwise cost them as
many commits as the one that counts them.
"""

from functools import cache

from sqlalchemy import Select, bindparam, case, func, or_, select, update

from eak_core.db import Session
from eak_core.events.claims import begins_with
from eak_core.events.core import EventCore
from eak_core.events.handling import BATCH
from eak_core.events.marks import purge_mark
from eak_core.events.models import EventLog, Subscription


@cache
def _seen(prefixes: tuple[str, ...]) -> Select[int, int, int, int]:
    """What is asked, made once for all who claim ``prefixes``: most claim none, and pay none."""
    by_name = EventLog.type.in_(bindparam("names", expanding=True))
    return (
        select(
            Subscription.position,
            func.count(),
            func.max(EventLog.position),
            func.sum(case((or_(by_name, *begins_with(prefixes)), 1), else_=0)),
        )
        .join(EventLog, EventLog.service_id == Subscription.service_id)
        .where(
            Subscription.plugin == bindparam("plugin"),
            Subscription.service_id == bindparam("service"),
            Subscription.enabled,
            Subscription.tries == 0,
            Subscription.careful_until <= Subscription.position,
            EventLog.position > Subscription.position,
            EventLog.position <= Subscription.position + BATCH,
        )
        .group_by(Subscription.position)
    )


def unclaimed(
    session: Session, core: EventCore, plugin: str, service_id: int
) -> tuple[int, int] | None:
    """The place of a subscription and that of the last of the next `BATCH` events, where no handler
    claims any of them; None where one does, or something is to be seen to first."""
    claims = core.claims_of(plugin)
    if claims.everything:
        return None
    found = session.execute(
        _seen(claims.prefixes), {"plugin": plugin, "service": service_id, "names": claims.names}
    ).one_or_none()
    if found is None:
        return None
    start, events, end, claimed = found
    # Gaps are for the batch to find, and so is what a purge has left.
    if claimed or end != start + events or purge_mark(session, plugin, service_id) > start:
        return None
    return start, end


def pass_over(session: Session, plugin: str, service_id: int, start: int, end: int) -> int:
    """Move a subscription from ``start`` to ``end``, as `unclaimed` found them; answers over how
    many events, none where it has moved meanwhile. Nothing can fail, so no try is counted."""
    passed = session.scalar(
        update(Subscription)
        .where(
            Subscription.plugin == plugin,
            Subscription.service_id == service_id,
            Subscription.position == start,
            Subscription.enabled,
        )
        .values(position=end, error=None, retry_at=None)
        .returning(Subscription.position)
    )
    return 0 if passed is None else end - start
