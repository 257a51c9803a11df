"""The failures of a plugin's hooks in a service: what is kept of them, for administrators and for
the breaker."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from eak_core import clock
from eak_core.db import Session
from eak_core.plugins.hooks.failures import Failure
from eak_core.plugins.per_service.models import PluginFault, PluginFaultSource

#: The same failure of the same hook is one row for so long; sources are forgotten after it.
WINDOW = timedelta(minutes=10)
#: More sources than these say nothing new.
MOST_SOURCES = 100
#: A page shows no more failures than these; each has a traceback.
MOST_SHOWN = 100
#: Faults older than this are forgotten.
KEPT = timedelta(days=30)


def record(session: Session, failure: Failure) -> None:
    """Keep ``failure`` and where it came from."""
    _record(session, failure)
    _witness(session, failure)


def _record(session: Session, failure: Failure) -> None:
    """One row for the same failure of the same hook within `WINDOW` of its first time."""
    now = clock.now()
    known = session.scalar(
        select(PluginFault)
        .where(
            PluginFault.service_id == failure.service_id,
            PluginFault.plugin == failure.plugin,
            PluginFault.hook == failure.hook,
            PluginFault.traceback == failure.traceback,
            PluginFault.first_at > now - WINDOW,
        )
        .with_for_update()
    )
    if known is not None:
        known.count += 1
        known.last_at = now
        return
    session.execute(delete(PluginFault).where(PluginFault.last_at < now - KEPT))
    session.add(
        PluginFault(
            service_id=failure.service_id,
            plugin=failure.plugin,
            hook=failure.hook,
            traceback=failure.traceback,
            count=1,
            first_at=now,
            last_at=now,
        )
    )


def _witness(session: Session, failure: Failure) -> None:
    """Note where the failure came from, among the sources of the last ten minutes."""
    now = clock.now()
    here = (
        PluginFaultSource.service_id == failure.service_id,
        PluginFaultSource.plugin == failure.plugin,
    )
    session.execute(delete(PluginFaultSource).where(*here, PluginFaultSource.at <= now - WINDOW))
    kept = session.scalar(select(func.count()).select_from(PluginFaultSource).where(*here))
    if (kept or 0) < MOST_SOURCES:
        session.add(
            PluginFaultSource(
                service_id=failure.service_id,
                plugin=failure.plugin,
                page=failure.page,
                client=failure.client,
                at=now,
            )
        )
        session.flush()


def faults_of(session: Session, service_id: int, plugin: str) -> list[dict[str, Any]]:
    """The failures kept about ``plugin``, latest first, for administrators."""
    return faults_by_plugin(session, service_id, PluginFault.plugin == plugin).get(plugin, [])


def faults_by_plugin(
    session: Session, service_id: int, *conditions: ColumnElement[bool]
) -> dict[str, list[dict[str, Any]]]:
    """The latest `MOST_SHOWN` failures kept of a service, or of pages that belong to none (`SITE`),
    latest first, plugin by plugin."""
    rows = session.scalars(
        select(PluginFault)
        .where(PluginFault.service_id == service_id, *conditions)
        .order_by(PluginFault.last_at.desc(), PluginFault.id.desc())
        .limit(MOST_SHOWN)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.plugin, []).append(
            {
                "hook": row.hook,
                "traceback": row.traceback,
                "count": row.count,
                "last_at": row.last_at,
            }
        )
    return found


def forget(session: Session, service_id: int, plugin: str) -> None:
    """Drop the record of ``plugin``'s failures: it starts with a clean sheet."""
    for table in (PluginFault, PluginFaultSource):
        session.execute(delete(table).where(table.service_id == service_id, table.plugin == plugin))
