"""The circuit breaker: a plugin whose hooks keep failing is put aside in the service concerned.

What failed is left out of the page it failed on, so a failure alone costs nobody anything. A plugin
is put aside only where it fails all over: on several pages, for several clients, or in a worker.
What one reader types must never switch it off for everybody else.

During a request a failure is only noted. It is written when the request is over, in a small
transaction of its own: the request's may have been rolled back, or hold the only writer's place.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, has_app_context, has_request_context, request
from sqlalchemy import delete, func, select, update

from eak_core import clock
from eak_core.db import Session, current_session, write_session
from eak_core.db.trouble import is_database_trouble
from eak_core.events import CORE, SITE, publish, schedule
from eak_core.events.parking import describe
from eak_core.networks import client_network
from eak_core.plugins.hooks.isolation import isolated
from eak_core.plugins.per_service.events import PluginSuspended
from eak_core.plugins.per_service.models import PluginActivation, PluginFault, PluginFaultSource

logger = logging.getLogger("eak.plugins")

#: So many failures within this time suspend the plugin …
LIMIT = 5
WINDOW = timedelta(minutes=10)
#: … where they come from as many pages and clients, or from a worker.
PAGES = 3
CLIENTS = 3
#: More sources than these say nothing new.
MOST_SOURCES = 100
#: Faults older than this are forgotten.
KEPT = timedelta(days=30)
#: How much of a traceback is kept, in characters.
LONGEST_TRACEBACK = 20_000
#: The work of telling those who run a service that a plugin was put aside; the room of people does
#: it, as it knows them.
SUSPENDED = "tell_suspended"
#: In the place of a client: what failed outside of a request.
WORKER = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A hook that raised: during this request, or in a worker or a command. ``page`` and ``client``
    tell pages and clients apart, and nothing else about them."""

    service_id: int
    plugin: str
    hook: str
    traceback: str
    page: str
    client: str


def note(plugin: str, hook: str, service_id: int, error: BaseException) -> None:
    """Remember that ``hook`` of ``plugin`` raised ``error``; `write_noted` writes it down."""
    if is_database_trouble(error):
        logger.warning("plugin %s could not answer %s: %s", plugin, hook, error)
        return
    logger.error("plugin %s failed in %s", plugin, hook, exc_info=error)
    if has_app_context():
        noted: list[Failure] = g.setdefault("plugin_failures", [])
        trace = describe(error, LONGEST_TRACEBACK)
        noted.append(Failure(service_id, plugin, hook, trace, *_source()))


def _source() -> tuple[str, str]:
    """What tells this page and this client from others, for as long as a day."""
    if not has_request_context():
        return "", WORKER
    # Not the query: what a reader types there makes no other page.
    page = f"{request.endpoint} {sorted((request.view_args or {}).items())}"
    # Wide, so that one household or one provider's customer is one client.
    return _digest(page), _digest(client_network(ipv4=24, ipv6=48) or "")


def _digest(text: str) -> str:
    key = hashlib.sha256(f"{current_app.secret_key!r} {clock.now():%j}".encode()).digest()
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).hexdigest()


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
                _witness(session, failure)
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
    session.execute(
        update(PluginActivation)
        .where(PluginActivation.service_id == service_id, PluginActivation.plugin == plugin)
        .values(suspended_at=now, suspended_version=_version_of(plugin))
    )
    logger.error("plugin %s is suspended in service %d", plugin, service_id)
    if service_id != SITE:
        publish(session, PluginSuspended(plugin=plugin), service_id=service_id)
        schedule(session, CORE.name, service_id, f"{SUSPENDED}:{plugin}", now)


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
    from eak_core.plugins.loading.host import get_host

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


def _version_of(plugin: str) -> str:
    from eak_core.plugins.loading.host import get_host

    found = get_host().installed.get(plugin)
    return found.version if found else ""


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
    for table in (PluginFault, PluginFaultSource):
        session.execute(delete(table).where(table.service_id == service_id, table.plugin == plugin))
