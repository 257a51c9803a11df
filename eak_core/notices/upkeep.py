"""Notices are forgotten three months after what they tell of, read or not; those of a plugin that
was purged, within a day."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.events import CORE, on_schedule
from eak_core.events.models import PurgeMark
from eak_core.notices.kinds import KEPT
from eak_core.notices.models import Notice, Occasion

#: How many rows one run deletes: it holds the writer's place meanwhile.
AT_ONCE = 2_000


@on_schedule(CORE, "notice_upkeep", every=timedelta(days=1))
def forget_old(session: Session, service: Any, name: str, due_at: datetime) -> bool:
    """Delete what is old, some at a time; whether there is more."""
    purged = exists().where(
        PurgeMark.service_id == Occasion.service_id,
        PurgeMark.plugin == Occasion.plugin,
        PurgeMark.position >= Occasion.position,
    )
    old = select(Occasion.id).where((Occasion.at < clock.now() - KEPT) | purged)
    some = (
        select(Notice.person_id, Notice.occasion_id)
        .where(Notice.occasion_id.in_(old))
        .limit(AT_ONCE)
    )
    rows = session.execute(some).all()
    for occasion_id in {row.occasion_id for row in rows}:
        people = [row.person_id for row in rows if row.occasion_id == occasion_id]
        session.execute(
            delete(Notice).where(Notice.occasion_id == occasion_id, Notice.person_id.in_(people))
        )
    if len(rows) == AT_ONCE:
        return True
    told = exists().where(Notice.occasion_id == Occasion.id)
    empty = old.where(~told).limit(AT_ONCE)
    gone = session.scalars(
        delete(Occasion).where(Occasion.id.in_(empty)).returning(Occasion.id)
    ).all()
    return len(gone) == AT_ONCE
