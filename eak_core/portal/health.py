"""Whether the site is well, for balancers and monitoring: JSON, without a cookie or a page.

``/healthz`` says whether this process can answer: the database does, its migrations have run, it
can be written to, and its clock is that of this process. ``/healthz/worker`` says so of the work in
the background too. They are two, because a balancer that took a process away for a worker that lags
would take all of them away.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from eak_core import clock
from eak_core.db import Session, db, migrations, read_session
from eak_core.db.clocks import clock_fault
from eak_core.db.hold import held_since
from eak_core.db.holding import long_writers
from eak_core.db.writing import can_write
from eak_core.events import CORE
from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog, LogHead, ScheduledWork, Subscription
from eak_core.letters.inspection import outbox_counts
from eak_core.letters.models import TransportPause

health = Blueprint("health", __name__)

logger = logging.getLogger("eak.health")

#: An event or work that waits for longer waits for a worker that does not run.
LATE = timedelta(minutes=1)
#: A mail server that cannot be reached for longer is somebody's to look at.
AWAY = timedelta(minutes=10)


@health.get("/healthz")
def ready() -> Response:
    """200 where pages can be answered and forms taken, 503 otherwise."""
    return _answer(_site())


@health.get("/healthz/worker")
def working() -> Response:
    """200 where events are handled, what is due is done and mail leaves as well, 503 otherwise."""
    found = _site()
    told: dict[str, Any] = {}
    if found.get("migrations"):
        with read_session(_app()) as session:
            found["released"] = held_since(session) is None
            found["worker"] = _worker_is_in_time(session, released=found["released"])
            found["mail"], told["mail"] = _mail(session)
            told["long_writers"] = [
                {"what": each.what, "times": each.times, "seconds": round(each.longest, 1)}
                for each in long_writers(session)
            ]
    return _answer(found, told)


def _answer(checks: dict[str, bool], told: Mapping[str, Any] | None = None) -> Response:
    well = all(checks.values())
    response = jsonify({"ok": well, "checks": checks, **(told or {})})
    response.status_code = 200 if well else 503
    response.headers["Cache-Control"] = "no-store"
    return response


def _site() -> dict[str, bool]:
    """Whether the database answers, has the tables that this code needs, can be written to, and has
    the time that this process has."""
    try:
        with db.engine.connect() as connection:
            current = set(migrations.heads_in(connection, migrations.CORE))
        with read_session(_app()) as session:
            right = clock_fault(session) is None
    except SQLAlchemyError as error:
        # Monitoring asks all the time: one line each, and no traceback.
        logger.warning("the database does not answer: %s", type(error).__name__)
        return {"database": False}
    fits = current == _heads()
    return {"database": True, "migrations": fits, "writing": can_write(_app()), "clock": right}


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001  # a proxy cannot leave its thread


@cache
def _heads() -> set[str]:
    """The last revisions of the core that this code knows."""
    return set(migrations.CORE.newest())


def _worker_is_in_time(session: Session, *, released: bool) -> bool:
    # What a plugin that is not there would do waits for its package, and for no worker.
    plugins = list(get_event_core().subscribers)
    found = [_oldest_event(session, plugins)]
    if released:
        found.append(_oldest_work(session, plugins))
    oldest = [at for at in found if at is not None]
    return not oldest or clock.now() - min(oldest) <= LATE


def _mail(session: Session) -> tuple[bool, dict[str, int]]:
    """Whether mail leaves, and how much waits, was given up and was refused for good.

    What somebody else's server will never take is no fault of this site.
    """
    counts = outbox_counts(session)
    since = session.scalar(select(func.min(TransportPause.since)))
    reached = since is None or clock.now() - since <= AWAY
    return reached and not counts.given_up, {
        "waiting": counts.waiting,
        "given_up": counts.given_up,
        "refused": counts.refused,
    }


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
