"""Deleting everything a plugin has stored, for good, once it is off everywhere.

It works for a plugin whose package is gone too: its tables are known by their prefix. What it
published stays in the log, which is never rewritten; a mark in each log says from where on its own
events count again, and the numbers of its rows are not given out a second time. Its secrets stay
as files: losing them cannot be undone, and no transaction could take it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import MetaData, Table, delete, func, inspect, select

from eak_core.db import Base, Session, db
from eak_core.db.used_ids import remember
from eak_core.errors import Invalid, Refused
from eak_core.events import SITE, publish
from eak_core.events.marks import own_events, set_marks
from eak_core.events.models import EventLog, ParkedEvent, ScheduledWork, Subscription
from eak_core.events.reading import head
from eak_core.i18n import _l, lazy_ngettext
from eak_core.letters.models import OutboxMessage
from eak_core.permissions import Actor, require
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.loading.installed import State
from eak_core.plugins.loading.manifest import ManifestError, check_name
from eak_core.plugins.per_service.events import PluginPurged
from eak_core.plugins.per_service.models import (
    DERIVED,
    PluginActivation,
    PluginFault,
    PluginFaultSource,
    PluginSetting,
)

# Held while tables go; SQLite has one writer, and its readers keep what they began to read.
_ADVISORY_LOCK = 92_113

_ROWS = (
    PluginSetting,
    PluginFault,
    PluginFaultSource,
    *DERIVED,
    ParkedEvent,
    ScheduledWork,
    Subscription,
    PluginActivation,
)


@dataclass(frozen=True, slots=True)
class Remains:
    """What a purge would delete: the tables with their number of rows."""

    tables: dict[str, int]


def remains(session: Session, name: str) -> Remains:
    """What ``name`` has stored, for the question before the purge. `Invalid` for a name that no
    plugin can have."""
    return Remains(
        {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in _tables(session, name)
        }
    )


def purge(session: Session, actor: Actor, name: str) -> Sequence[str]:
    """Drop the tables of ``name`` with its migrations' record, and all its rows in the core's.

    Answers the names of the tables. `Refused` while it is on in any service. The caller has asked
    the person; there is no way back.
    """
    require(actor, "site.administer")
    on = session.scalars(
        select(PluginActivation.service_id)
        .where(PluginActivation.plugin == name, PluginActivation.active)
        .with_for_update()
    ).all()
    if on:
        raise Refused(
            lazy_ngettext(
                "“%(name)s” is on in %(num)s service. Switch it off there first.",
                "“%(name)s” is on in %(num)s services. Switch it off everywhere first.",
                len(on),
                name=name,
            )
        )
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    tables = _tables(session, name)
    places = _places(session, name)
    for table in tables:
        remember(session.connection(), table)
    MetaData().drop_all(session.connection(), tables=tables)
    for model in _ROWS:
        session.execute(delete(model).where(model.plugin == name))
    session.execute(
        delete(OutboxMessage).where(OutboxMessage.plugin == name, OutboxMessage.done_at.is_(None))
    )
    # Last: from here on nobody else publishes there.
    for place in set_marks(session, name, places):
        publish(session, PluginPurged(plugin=name), service_id=place, actor_id=actor.person_id)
    return [table.name for table in tables]


def _places(session: Session, name: str) -> set[int]:
    """The services in which ``name`` has anything, or has published."""
    published = select(EventLog.service_id).where(own_events(name)).distinct()
    stored = (select(model.service_id).where(model.plugin == name).distinct() for model in _ROWS)
    return {place for query in (published, *stored) for place in session.scalars(query)}


def make_sure_of_all(session: Session) -> None:
    """For who is about to ask all plugins about their tables, on or off: none is asked that another
    process has purged, none is left out whose tables are there again, and no purge begins before
    this transaction ends. `Refused` where one holds something and cannot be asked: a copy would
    lack it, and an erasure would leave it behind."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(_ADVISORY_LOCK)))
    notice_purges(session)
    host = get_host()
    if any(each.state is State.PENDING for each in host.installed.values()):
        host.check_migrations(db.engine)
    for name, each in host.installed.items():
        if each.state is State.PENDING and remains(session, name).tables:
            raise Refused(
                _l(
                    "“%(plugin)s” waits for an upgrade of the database, so what it stores about"
                    " people cannot be reached. Nothing was changed; please tell an administrator.",
                    plugin=each.title,
                )
            )


def notice_purges(session: Session) -> None:
    """Let this process no longer take for ready what another one has purged since it started: its
    tables are gone until its migrations have run again."""
    host = get_host()
    last = head(session, SITE)
    if last == host.purges_noticed:
        return
    purged = session.scalars(
        select(EventLog.subject).where(
            EventLog.service_id == SITE,
            EventLog.position > host.purges_noticed,
            EventLog.type == PluginPurged.__event__.name,
        )
    ).all()
    if purged:
        host.check_migrations(db.engine)
    host.purges_noticed = last


def _tables(session: Session, name: str) -> list[Table]:
    """The tables in the database that carry the plugin's prefix and belong to nobody else, what
    is referred to first."""
    try:
        check_name(name)
    except ManifestError as error:
        raise Invalid(_l("“%(name)s” cannot be the name of a plugin.", name=name)) from error
    others = [other for other in get_host().installed if other.startswith(f"{name}_")]
    connection = session.connection()
    found = [
        table
        for table in inspect(connection).get_table_names()
        if table.startswith(f"{name}_")
        and not any(table.startswith(f"{other}_") for other in others)
    ]
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    # The core's tables come along where the plugin's refer to them.
    metadata.reflect(connection, only=found)
    return [table for table in metadata.sorted_tables if table.name in found]
