"""Whether the site is well, for balancers and monitoring: JSON, without a cookie or a page.

``/healthz`` says whether this process can answer: the database does, and its migrations have run.
``/healthz/worker`` says so of the work in the background too. They are two, because a balancer that
took a process away for a worker that lags would take all of them away.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from eak_core import clock
from eak_core.db import Session, db, migrations, read_session
from eak_core.events import CORE
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog, LogHead, ScheduledWork, Subscription

health = Blueprint("health", __name__)

logger = logging.getLogger("eak.health")

#: An event or work that waits for longer waits for a worker that does not run.
LATE = timedelta(minutes=1)


@health.get("/healthz")
def ready() -> Response:
    """200 where pages can be answered, 503 otherwise."""
    return _answer(_database())


@health.get("/healthz/worker")
def working() -> Response:
    """200 where events are handled and what is due is done as well, 503 otherwise."""
    found = _database()
    if all(found.values()):
        found["worker"] = _worker_is_in_time()
    return _answer(found)


def _answer(checks: dict[str, bool]) -> Response:
    well = all(checks.values())
    response = jsonify({"ok": well, "checks": checks})
    response.status_code = 200 if well else 503
    response.headers["Cache-Control"] = "no-store"
    return response


def _database() -> dict[str, bool]:
    """Whether it answers, and whether it has the tables that this code needs."""
    try:
        with db.engine.connect() as connection:
            current = set(migrations.heads_in(connection, migrations.CORE))
    except SQLAlchemyError as error:
        # Monitoring asks all the time: one line each, and no traceback.
        logger.warning("the database does not answer: %s", type(error).__name__)
        return {"database": False}
    return {"database": True, "migrations": current == _heads()}


@cache
def _heads() -> set[str]:
    """The last revisions of the core that this code knows."""
    return set(migrations.CORE.script().get_heads())


def _worker_is_in_time() -> bool:
    # What a plugin that is not there would do waits for its package, and for no worker.
    plugins = list(get_event_core().subscribers)
    with read_session(current_app._get_current_object()) as session:  # type: ignore[attr-defined]  # noqa: SLF001  # a proxy cannot leave its thread
        found = _oldest_event(session, plugins), _oldest_work(session, plugins)
        oldest = [at for at in found if at is not None]
    return not oldest or clock.now() - min(oldest) <= LATE


def _oldest_event(session: Session, plugins: Sequence[str]) -> datetime | None:
    """When the oldest event happened that is not handled; what a plugin catches up with apart."""
    following: Any = and_(
        EventLog.service_id == Subscription.service_id,
        EventLog.position == Subscription.position + 1,
    )
    return session.scalar(
        select(func.min(EventLog.occurred_at))
        .select_from(Subscription)
        .join(LogHead, LogHead.service_id == Subscription.service_id)
        .join(EventLog, following)
        .where(
            Subscription.enabled,
            Subscription.plugin.in_(plugins),
            Subscription.position < LogHead.position,
            Subscription.position >= Subscription.live_from,
        )
    )


def _oldest_work(session: Session, plugins: Sequence[str]) -> datetime | None:
    """Since when the oldest work is due that nobody has begun."""
    on: Any = and_(
        Subscription.plugin == ScheduledWork.plugin,
        Subscription.service_id == ScheduledWork.service_id,
    )
    return session.scalar(
        select(func.min(ScheduledWork.next_attempt_at))
        .join(Subscription, on, isouter=True)
        .where(
            or_(
                and_(Subscription.enabled, ScheduledWork.plugin.in_(plugins)),
                ScheduledWork.plugin == CORE.name,
            )
        )
    )
