"""What administrators look at: events set aside, messages waiting to leave, pages of the log."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from eak_core.events.extracts import positions
from eak_core.events.models import EventLog, ParkedEvent


def parked_events(*, skipped: bool = False) -> Select[ParkedEvent, bool]:
    """The events that are set aside, or those that were skipped, the latest to be so first.

    Each comes with whether it is the first of its subject: the others wait behind that one.
    """
    first = (
        select(
            ParkedEvent.plugin,
            ParkedEvent.service_id,
            ParkedEvent.subject,
            func.min(ParkedEvent.position).label("position"),
        )
        .where(ParkedEvent.skipped_at.is_(None))
        .group_by(ParkedEvent.plugin, ParkedEvent.service_id, ParkedEvent.subject)
        .subquery()
    )
    query = (
        select(ParkedEvent, func.coalesce(first.c.position, 0) == ParkedEvent.position)
        .join(
            first,
            (first.c.plugin == ParkedEvent.plugin)
            & (first.c.service_id == ParkedEvent.service_id)
            & (first.c.subject == ParkedEvent.subject),
            isouter=True,
        )
        .order_by(ParkedEvent.service_id, ParkedEvent.plugin, ParkedEvent.position)
    )
    if skipped:
        return query.where(ParkedEvent.skipped_at.is_not(None))
    return query.where(ParkedEvent.skipped_at.is_(None))


def events_up_to(
    session: Session,
    service_id: int,
    position: int | None = None,
    *,
    limit: int,
    type: str | None = None,
    subject: str | None = None,
) -> Sequence[EventLog]:
    """At most ``limit`` events of a log, the latest first, from ``position`` (by default the head)
    downwards, of one ``type`` or about one ``subject``; undecoded, so that a payload nobody can
    read is shown all the same."""
    found = positions(
        session, service_id, types=[type] if type else (), subject=subject, newest_first=True,
        beyond=None if position is None else position + 1, limit=limit,
    )  # fmt: skip
    if found is None:
        return []
    query = select(EventLog).where(EventLog.service_id == service_id, EventLog.position.in_(found))
    return session.scalars(query.order_by(EventLog.position.desc())).all()
