"""Reading the log, for subscriptions, administrators and checks alike."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Integer, ScalarSelect, String, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from eak_core.db.prepared import Prepared
from eak_core.db.used_ids import gone_back
from eak_core.events.kept import faults
from eak_core.events.marks import unmarked
from eak_core.events.models import EventLog, LogHead
from eak_core.events.registry import EventRegistry, UnknownVersion
from eak_core.events.types import EventError, Recorded

COLUMNS = (
    EventLog.position,
    EventLog.event_id,
    EventLog.type,
    EventLog.version,
    EventLog.subject,
    EventLog.actor_id,
    # As the driver gives it: turning a million instants into objects that nobody looks at would
    # cost as much as handling the events.
    type_coerce(EventLog.occurred_at, String),
    EventLog.data,
    EventLog.depth,
)


def position_of(service_id: Any) -> ScalarSelect[int]:
    """The position of the last event of the log of ``service_id``, an expression, as a part of a
    statement. It is null where nothing happened yet."""
    return select(LogHead.position).where(LogHead.service_id == service_id).scalar_subquery()


_HEAD = Prepared(select(position_of(bindparam("service"))))


def head(session: Session, service_id: int) -> int:
    """The position of the last event of this log; 0 where nothing happened yet."""
    found: int | None = _HEAD.run(session.connection(), {"service": service_id}).scalar()
    return found or 0


_rows_after = (
    select(*COLUMNS)
    .where(EventLog.service_id == bindparam("service"), EventLog.position > bindparam("after"))
    .order_by(EventLog.position)
    .limit(bindparam("limit", type_=Integer))
)

#: A row of the log as `rows_after` gives it: the values of `COLUMNS`.
LogRow = tuple[int, str, str, int, str, int | None, Any, str, int]
#: Where in a `LogRow` stands what is asked of it before it is decoded.
POSITION: Final = 0
TYPE: Final = 2
SUBJECT: Final = 4


def rows_after(session: Session, service_id: int, position: int, limit: int) -> Sequence[LogRow]:
    """At most ``limit`` rows of the log after ``position``, in order, undecoded."""
    # Through the connection: the session would look at every row for objects to track. And as
    # tuples of the driver: making rows of them would cost more than all that is done with them.
    found = session.connection().execute(
        _rows_after, {"service": service_id, "after": position, "limit": limit}
    )
    assert found.cursor is not None
    rows = found.cursor.fetchall()
    found.close()
    return rows


def recorded(registry: EventRegistry, service_id: int, row: LogRow) -> Recorded:
    """The event of a row of `rows_after`, decoded."""
    position, event_id, name, version, subject, actor_id, occurred_at, data, depth = row
    return Recorded(
        service_id,
        position,
        event_id,
        name,
        version,
        subject,
        actor_id,
        occurred_at,
        registry.decode(name, version, data),
        depth,
    )


def all_recorded(
    registry: EventRegistry, service_id: int, rows: Sequence[LogRow]
) -> tuple[list[Recorded], EventError | None]:
    """The events of ``rows`` up to the first that cannot be decoded, and why it cannot."""
    decoders = registry.decoders
    try:  # nearly always every row is of a current version and whole
        return [
            Recorded(service_id, at, key, name, version, subject, actor, stamp,
                     decoders[name, version](data), depth)
            for at, key, name, version, subject, actor, stamp, data, depth in rows
        ], None  # fmt: skip
    except (KeyError, msgspec.MsgspecError):
        events: list[Recorded] = []
        for row in rows:
            try:
                events.append(recorded(registry, service_id, row))
            except EventError as error:
                return events, error
        return events, None


def verify(session: Session, registry: EventRegistry, *, only: int | None = None) -> Iterator[str]:
    """A sentence for each fault found in any log, or in that of the service ``only``: a gap, a head
    that does not fit, a payload that cannot be read, a purge without its mark; for numbers that
    a plugin's tables gave out again after it; and for each figure kept with the log that is not
    what the rows say. Nothing, where all is well."""
    counted = select(
        EventLog.service_id,
        func.count().label("count"),
        func.min(EventLog.position).label("first"),
        func.max(EventLog.position).label("last"),
    ).group_by(EventLog.service_id)
    heads_read = _heads
    if only is not None:
        counted = counted.where(EventLog.service_id == only)
        heads_read = heads_read.where(LogHead.service_id == only)
    seen = set()
    heads = dict(row for row in session.execute(heads_read))
    for service_id, count, first, last in session.execute(counted):
        seen.add(service_id)
        if first != 1 or last != count:
            yield f"log {service_id}: {count} events stand at positions {first} to {last}"
        if heads.get(service_id) != last:
            yield f"log {service_id}: the head says {heads.get(service_id)}, the log ends at {last}"
    for service_id, position in heads.items():
        if service_id not in seen and position:
            yield f"log {service_id}: the head says {position}, the log is empty"
    yield from unmarked(session, only=only)
    yield from faults(session, only)
    if only is None:
        yield from gone_back(session.connection())
    yield from _unreadable(session, registry, only)


_heads = select(LogHead.service_id, LogHead.position)


def _unreadable(session: Session, registry: EventRegistry, only: int | None) -> Iterator[str]:
    query = select(
        EventLog.service_id, EventLog.position, EventLog.type, EventLog.version, EventLog.data
    ).execution_options(yield_per=2000)
    if only is not None:
        query = query.where(EventLog.service_id == only)
    for service_id, position, name, version, data in session.execute(query):
        where = f"log {service_id}, position {position}"
        try:
            registry.decode(name, version, data)
        except UnknownVersion:
            yield f"{where}: {name} version {version} is newer than this code"
        except EventError as error:
            yield f"{where}: {name} cannot be read: {error}"
