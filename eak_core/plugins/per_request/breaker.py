"""The circuit breaker: a plugin whose hooks keep failing is put aside in the service concerned.

What failed is left out of the page it failed on, so a failure alone costs nobody anything. A plugin
is put aside only where it fails all over: on several pages, for several clients, or in a worker.
What one reader types must never switch it off for everybody else.

What was noted during a request is written when it is over, in a small transaction of its own: the
request's may have been rolled back, or hold the only writer's place.
"""

import logging
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import select

from eak_core import clock
from eak_core.db import Session, current_session, write_session
from eak_core.plugins.hooks.failures import WORKER, isolated, taken
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.faults import WINDOW, record
from eak_core.plugins.per_service.models import PluginActivation, PluginFaultSource
from eak_core.plugins.per_service.suspension import suspend

logger = logging.getLogger("eak.plugins")

#: So many failures within `WINDOW` suspend the plugin …
LIMIT = 5
#: … where they come from as many pages and clients, or from a worker.
PAGES = 3
CLIENTS = 3


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
    noted = taken()
    if not noted:
        return
    try:
        # Committed by now, or not to be: it must not keep others, or us, from writing.
        current_session().rollback()
        with write_session(app or current_app) as session:
            for failure in noted:
                record(session, failure)
            if not (app or current_app).config.get("EAK_DEVELOPMENT"):
                for service_id, plugin in sorted(
                    {(each.service_id, each.plugin) for each in noted}
                ):
                    _break(session, service_id, plugin)
    except Exception:
        logger.exception("the failures of %s were not written", {each.plugin for each in noted})


def _break(session: Session, service_id: int, plugin: str) -> None:
    """Suspend ``plugin`` where it failed all over since it was last switched on, unless it says
    that it must stay now."""
    now = clock.now()
    activation = session.scalars(
        select(PluginActivation)
        .where(
            PluginActivation.service_id == service_id,
            PluginActivation.plugin == plugin,
            PluginActivation.active,
            PluginActivation.suspended_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if activation is None or not _fails_all_over(session, activation, now):
        return
    reason = _must_stay(session, service_id, plugin)
    if reason is not None:
        logger.error(
            "plugin %s keeps failing in service %d, and stays: %s", plugin, service_id, reason
        )
        return
    suspend(session, service_id, plugin)
    logger.error("plugin %s is suspended in service %d", plugin, service_id)


def _fails_all_over(session: Session, activation: PluginActivation, now: datetime) -> bool:
    seen = session.execute(
        select(PluginFaultSource.page, PluginFaultSource.client).where(
            PluginFaultSource.service_id == activation.service_id,
            PluginFaultSource.plugin == activation.plugin,
            PluginFaultSource.at > now - WINDOW,
            PluginFaultSource.at >= activation.since,
        )
    ).all()
    in_worker = [source for source in seen if source.client == WORKER]
    asked = [source for source in seen if source.client != WORKER]
    return len(in_worker) >= LIMIT or (
        len(asked) >= LIMIT
        and len({source.page for source in asked}) >= PAGES
        and len({source.client for source in asked}) >= CLIENTS
    )


def _must_stay(session: Session, service_id: int, plugin: str) -> str | None:
    """Why ``plugin`` must not be put aside now, as it says itself; None where it may be."""
    try:
        with isolated(session):
            reason = get_host().call_one(
                "must_stay", plugin, session=session, service_id=service_id
            )
    except Exception as error:
        # It could not say: something that cannot be taken back may be under way.
        logger.exception("plugin %s failed in must_stay", plugin)
        return f"it could not say whether it must stay ({type(error).__name__})"
    return None if reason is None else str(reason)
