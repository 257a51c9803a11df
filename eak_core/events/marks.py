"""Marks of purges: from where on in a log the events of a plugin's own still count.

The log is never rewritten, so what a plugin published before all it had stored was deleted still
stands there. Handed to it again, it would be counted about things that are gone.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, orm, select

from eak_core.db import Session
from eak_core.db.upsert import upsert
from eak_core.events.models import EventLog, LogHead, PurgeMark
from eak_core.events.types import SITE

PURGED = "plugin.purged"


def is_own(plugin: str, name: str) -> bool:
    """Whether events of this ``name`` are published by ``plugin``."""
    return name.startswith(f"{plugin}.")


def own_events(plugin: str) -> ColumnElement[bool]:
    """The condition that an event of the log is the plugin's own."""
    return EventLog.type.startswith(f"{plugin}.", autoescape=True)


def purge_mark(session: orm.Session, plugin: str, service_id: int) -> int:
    """The position up to which the plugin's own events no longer count; 0 where all do."""
    found = session.scalar(
        select(PurgeMark.position).where(
            PurgeMark.plugin == plugin, PurgeMark.service_id == service_id
        )
    )
    return found or 0


def set_marks(session: Session, plugin: str, services: Iterable[int]) -> Sequence[int]:
    """Let no event that ``plugin`` has published so far in ``services`` count any longer; answers
    the services. Nothing is published there by anybody else until the transaction ends."""
    places = sorted({SITE, *services})
    held = session.execute(
        select(LogHead.service_id, LogHead.position)
        .where(LogHead.service_id.in_(places))
        .order_by(LogHead.service_id)
        .with_for_update()
    )
    heads: dict[int, int] = dict(row for row in held)
    rows = [
        {"service_id": place, "plugin": plugin, "position": heads.get(place, 0)} for place in places
    ]
    upsert(session, PurgeMark, rows)
    return places


def unmarked(session: orm.Session, *, only: int | None = None) -> Iterator[str]:
    """A sentence for each log in which events of a plugin count that was purged since, or in that
    of the service ``only``."""
    purges = session.execute(
        select(
            EventLog.service_id,
            EventLog.subject,
            func.max(EventLog.position),
            func.max(EventLog.occurred_at),
        )
        .where(EventLog.type == PURGED)
        .group_by(EventLog.service_id, EventLog.subject)
    ).all()
    for place, subject, last, at in purges:
        plugin = subject.partition(":")[2]
        here = and_(EventLog.service_id == place, EventLog.position < last)
        # Elsewhere than in the logs that tell of the purge, time says what came before it.
        elsewhere = and_(EventLog.occurred_at < at, PurgeMark.position.is_(None))
        counting = (
            select(EventLog.service_id)
            .join(
                PurgeMark,
                and_(PurgeMark.service_id == EventLog.service_id, PurgeMark.plugin == plugin),
                isouter=True,
            )
            .where(
                own_events(plugin),
                EventLog.position > func.coalesce(PurgeMark.position, 0),
                or_(here, elsewhere) if place == SITE else here,
            )
            .distinct()
        )
        for service_id in session.scalars(counting):
            if only in (None, service_id):
                yield (
                    f"log {service_id}: “{plugin}” was purged, and no mark keeps what it had"
                    " published before from counting"
                )
