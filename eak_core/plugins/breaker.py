"""The circuit breaker: a plugin whose hooks keep failing is put aside in the service concerned.

During a request a failure is only noted. It is written when the request is over, in a small
transaction of its own: the request's may have been rolled back, or hold the only writer's place.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g, has_app_context
from sqlalchemy import delete, func, select, update

from eak_core import clock
from eak_core.db import Session, current_session, write_session
from eak_core.events import SITE, publish
from eak_core.events.parking import describe
from eak_core.plugins.events import PluginSuspended
from eak_core.plugins.models import PluginActivation, PluginFault

logger = logging.getLogger("eak.plugins")

#: So many failures within this time suspend the plugin.
LIMIT = 5
WINDOW = timedelta(minutes=10)
#: Faults older than this are forgotten.
KEPT = timedelta(days=30)
#: How much of a traceback is kept, in characters.
LONGEST_TRACEBACK = 20_000


@dataclass(frozen=True, slots=True)
class Failure:
    """A hook that raised during this request."""

    service_id: int
    plugin: str
    hook: str
    traceback: str


def note(plugin: str, hook: str, service_id: int, error: BaseException) -> None:
    """Remember that ``hook`` of ``plugin`` raised ``error``; `write_noted` writes it down."""
    logger.error("plugin %s failed in %s", plugin, hook, exc_info=error)
    if has_app_context():
        noted: list[Failure] = g.setdefault("plugin_failures", [])
        noted.append(Failure(service_id, plugin, hook, describe(error, LONGEST_TRACEBACK)))


def init_app(app: Flask) -> None:
    """Write what was noted when a request, or a command, is over."""

    @app.teardown_request
    def after_request(_error: BaseException | None) -> None:
        write_noted(app)

    @app.teardown_appcontext
    def after_command(_error: BaseException | None) -> None:
        write_noted(app)


def write_noted(app: Flask | None = None) -> None:
    """Write the failures of this request and suspend what failed too often. Never raises: the
    answer has been given, and a failure to keep a record must not spoil it."""
    noted: list[Failure] = g.pop("plugin_failures", [])
    if not noted:
        return
    try:
        # Committed by now, or not to be: it must not keep others, or us, from writing.
        current_session().rollback()
        with write_session(app or current_app) as session:
            for failure in noted:
                _record(session, failure)
            if not (app or current_app).config.get("EAK_DEVELOPMENT"):
                for service_id, plugin in sorted(
                    {(each.service_id, each.plugin) for each in noted}
                ):
                    _break(session, service_id, plugin)
    except Exception:
        logger.exception("the failures of %s were not written", {each.plugin for each in noted})


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


def _break(session: Session, service_id: int, plugin: str) -> None:
    """Suspend ``plugin`` where it failed `LIMIT` times since it was last switched on."""
    now = clock.now()
    session.flush()
    failures = (
        select(func.sum(PluginFault.count))
        .where(
            PluginFault.service_id == service_id,
            PluginFault.plugin == plugin,
            PluginFault.first_at > now - WINDOW,
            PluginFault.first_at >= PluginActivation.since,
        )
        .correlate(PluginActivation)
        .scalar_subquery()
    )
    suspended = session.execute(
        update(PluginActivation)
        .where(
            PluginActivation.service_id == service_id,
            PluginActivation.plugin == plugin,
            PluginActivation.active,
            PluginActivation.suspended_at.is_(None),
            failures >= LIMIT,
        )
        .values(suspended_at=now)
        .returning(PluginActivation.plugin)
    ).one_or_none()
    if suspended is not None and service_id != SITE:
        logger.error("plugin %s is suspended in service %d", plugin, service_id)
        publish(session, PluginSuspended(plugin=plugin), service_id=service_id)


def faults(session: Session, service_id: int, plugin: str) -> "list[dict[str, Any]]":
    """The failures kept about ``plugin``, latest first, for administrators."""
    rows = session.scalars(
        select(PluginFault)
        .where(PluginFault.service_id == service_id, PluginFault.plugin == plugin)
        .order_by(PluginFault.last_at.desc(), PluginFault.id.desc())
    )
    return [
        {"hook": row.hook, "traceback": row.traceback, "count": row.count, "last_at": row.last_at}
        for row in rows
    ]


def forget(session: Session, service_id: int, plugin: str) -> None:
    """Drop the record of ``plugin``'s failures: it starts with a clean sheet."""
    session.execute(
        delete(PluginFault).where(
            PluginFault.service_id == service_id, PluginFault.plugin == plugin
        )
    )
