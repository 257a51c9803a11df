"""Once a day: what people said to moderators is forgotten once it can be contested no more."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.calendar import months_after
from eak_core.events import CORE, on_schedule
from eak_core.moderation import measures
from eak_core.moderation.appeals import MONTHS
from eak_core.moderation.models import Appeal, Measure, ModerationDecision, Report

#: How many rows one run changes: it holds the writer's place meanwhile.
AT_ONCE = 1_000


@on_schedule(CORE, "moderation_upkeep", every=timedelta(days=1))
def forget_reporters(session: Session, service: Any, name: str, due_at: datetime) -> bool:
    """Wipe who reported something and in which words, six months after it was decided, some at a
    time; whether there is more. As long as an appeal waits, everything about it is kept."""
    before = months_after(clock.now(), -MONTHS)
    waits = select(Appeal.id).where(Appeal.report_id == Report.id, Appeal.outcome.is_(None))
    old = (
        select(Report.id)
        .where(
            or_(
                Report.decided_at < before,
                and_(Report.outcome == "aside", Report.reported_at < before),
            ),
            or_(
                Report.reporter_id.is_not(None),
                Report.email.is_not(None),
                Report.explanation != "",
            ),
            ~waits.exists(),
        )
        .limit(AT_ONCE)
    )
    ids = session.scalars(old).all()
    session.execute(
        update(Report)
        .where(Report.id.in_(ids))
        .values(reporter_id=None, name=None, email=None, explanation="")
    )
    return _forget_measures(session) or len(ids) == AT_ONCE


def _forget_measures(session: Session) -> bool:
    """Wipe whom warnings and suspensions concerned, twelve months after their end, and whose texts
    were hidden as long ago; as long as an appeal waits, a measure is kept."""
    before = months_after(clock.now(), -measures.MONTHS)
    waits = select(Appeal.id).where(Appeal.measure_id == Measure.id, Appeal.outcome.is_(None))
    # A warning ends twelve months after it was given.
    ended = or_(
        Measure.until < before,
        and_(Measure.until.is_(None), Measure.decided_at < months_after(before, -measures.MONTHS)),
    )
    old = session.scalars(
        select(Measure.id)
        .where(Measure.person_id.is_not(None), ended, ~waits.exists())
        .limit(AT_ONCE)
    ).all()
    session.execute(
        update(Measure)
        .where(Measure.id.in_(old))
        .values(person_id=None, reason="", lift_reason=None)
    )
    texts = session.scalars(
        select(ModerationDecision.id)
        .where(ModerationDecision.author_id.is_not(None), ModerationDecision.decided_at < before)
        .limit(AT_ONCE)
    ).all()
    session.execute(
        update(ModerationDecision).where(ModerationDecision.id.in_(texts)).values(author_id=None)
    )
    return AT_ONCE in {len(old), len(texts)}
