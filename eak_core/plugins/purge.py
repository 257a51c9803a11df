"""Deleting everything a plugin has stored, for good, once it is off everywhere.

It works for a plugin whose package is gone too: its tables are known by their prefix. What it
published stays in the log, which is never rewritten, and its secrets stay as files: losing them
cannot be undone, and no transaction could take it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import MetaData, Table, delete, exists, func, inspect, select

from eak_core.db import Base, Session, db
from eak_core.errors import Invalid, Refused
from eak_core.events import SITE, publish
from eak_core.events.models import EventLog, OutboxMessage, ParkedEvent, ScheduledWork, Subscription
from eak_core.events.reading import head
from eak_core.i18n import _l, lazy_ngettext
from eak_core.permissions import Actor, require
from eak_core.plugins.events import PluginPurged
from eak_core.plugins.host import get_host
from eak_core.plugins.manifest import ManifestError, check_name
from eak_core.plugins.models import (
    PluginActivation,
    PluginCounter,
    PluginFault,
    PluginFaultSource,
    PluginSetting,
)

_ROWS = (
    PluginSetting,
    PluginFault,
    PluginFaultSource,
    PluginCounter,
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
    tables = _tables(session, name)
    MetaData().drop_all(session.connection(), tables=tables)
    for model in _ROWS:
        session.execute(delete(model).where(model.plugin == name))
    session.execute(
        delete(OutboxMessage).where(OutboxMessage.plugin == name, OutboxMessage.done_at.is_(None))
    )
    publish(session, PluginPurged(plugin=name), service_id=SITE, actor_id=actor.person_id)
    return [table.name for table in tables]


def notice_purges(session: Session) -> None:
    """Let this process no longer take for ready what another one has purged since it started: its
    tables are gone until its migrations have run again."""
    host = get_host()
    last = head(session, SITE)
    if last == host.purges_noticed:
        return
    purged = session.scalar(
        select(
            exists().where(
                EventLog.service_id == SITE,
                EventLog.position > host.purges_noticed,
                EventLog.type == PluginPurged.__event__.name,
            )
        )
    )
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
