"""Publishing: events become rows of the log as the last thing before COMMIT.

`publish` only keeps the event with the transaction or savepoint that is open. When the outermost
transaction commits, each service's head is moved once, in ascending order of service (so two
transactions never wait for each other), and the rows are written. The head's row is locked for
these statements, what is kept with the log (`eak_core.events.kept`) and the commit alone; a
rollback gives the positions back, so a gap is a bug.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import uuid4

import msgspec
from blinker import Signal
from sqlalchemy import Connection, insert, text
from sqlalchemy import event as sa_event
from sqlalchemy.orm import Session, SessionTransaction

from eak_core import clock
from eak_core.db.bell import ring
from eak_core.db.prepared import Prepared
from eak_core.events.kept import bring_up_to_date
from eak_core.events.models import EventLog
from eak_core.events.types import Event, EventError, instants_of

#: A handler may publish, whose handlers may publish …; past this it is taken for a loop.
MAX_DEPTH = 16

#: Sent after a commit that recorded events, with ``services``: a wake-up, never a delivery.
committed = Signal()
committed.connect(ring)

_encoder = msgspec.json.Encoder()
_KEY = "eak_unit"

_MOVE_HEAD = Prepared(
    text(
        "UPDATE log_head SET position = position + :events, shown = shown + :shown"
        " WHERE service_id = :service_id RETURNING position"
    )
)
# The first events of a new log.
_FIRST_HEAD = Prepared(
    text(
        "INSERT INTO log_head (position, shown, service_id) VALUES (:events, :shown, :service_id)"
        " ON CONFLICT (service_id) DO UPDATE SET position = log_head.position + excluded.position,"
        " shown = log_head.shown + excluded.shown RETURNING position"
    )
)
_APPEND = Prepared(
    insert(EventLog),
    (
        "service_id",
        "position",
        "event_id",
        "type",
        "version",
        "subject",
        "actor_id",
        "occurred_at",
        "data",
        "depth",
    ),
)


@dataclass(slots=True)
class _Pending:
    """An event waiting for the commit, with the transactions it stands or falls with."""

    event: Event
    data: str
    service_id: int
    actor_id: int | None
    occurred_at: datetime
    depth: int
    within: list[SessionTransaction]


@dataclass(slots=True)
class Unit:
    """What one session is about to record."""

    pending: list[_Pending] = field(default_factory=list)
    sealed: bool = False
    depth: int = 0
    savepoint: SessionTransaction | None = None
    released: SessionTransaction | None = None
    recorded: frozenset[int] = frozenset()


def publish(
    session: Session,
    event: Event,
    *,
    service_id: int,
    actor_id: int | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """Record ``event`` in the log of ``service_id`` when the current transaction commits.

    ``actor_id`` is the id of who acted, None where nobody did. ``occurred_at`` (aware) is for facts
    that come from elsewhere, such as imports; otherwise now. `EventError` at once where the class
    was not declared, a field has the wrong type, an instant has no zone, the payload does not come
    back equal from JSON, or the log of this transaction is already written.
    """
    declared = getattr(type(event), "__event__", None)
    if declared is None or declared.cls is not type(event):
        raise EventError(f"{type(event).__name__} is not declared with @event")
    unit = _unit(session)
    if unit.sealed:
        raise EventError(
            f"{declared.name}: too late, this transaction's events are already written"
        )
    if unit.depth > MAX_DEPTH:
        raise EventError(f"{declared.name}: {MAX_DEPTH} handlers deep; this looks like a loop")
    encoded = _encoder.encode(event)
    try:
        if msgspec.json.decode(encoded, type=type(event)) != event:
            raise EventError(f"{declared.name}: the payload does not survive JSON: {event!r}")
    except msgspec.ValidationError as error:
        raise EventError(f"{declared.name}: {error}") from None
    if any(map(_is_naive, (occurred_at, *instants_of(event)))):
        raise EventError(f"{declared.name}: an instant without its zone means nothing in a log")
    unit.pending.append(
        _Pending(
            event,
            encoded.decode(),
            service_id,
            actor_id,
            occurred_at or clock.now(),
            unit.depth,
            _open_transactions(session),
        )
    )


def _is_naive(instant: datetime | None) -> bool:
    return instant is not None and instant.utcoffset() is None


@contextmanager
def handling(session: Session) -> Iterator[Unit]:
    """While handlers run in the savepoint that is open: a commit of their own, which would tear
    their effects from the cursor, is refused. ``depth`` of what this answers says how many
    handlers away from a person's act they publish."""
    unit = _unit(session)
    unit.savepoint = session.get_nested_transaction()
    try:
        yield unit
    finally:
        unit.depth, unit.savepoint = 0, None


def _unit(session: Session) -> Unit:
    unit = session.info.get(_KEY)
    if unit is None:
        unit = session.info[_KEY] = Unit()
    return cast("Unit", unit)


def _open_transactions(session: Session) -> list[SessionTransaction]:
    if session.get_transaction() is None:
        session.begin()
    current = session.get_nested_transaction() or session.get_transaction()
    chain = []
    while current is not None:
        chain.append(current)
        current = current.parent
    return chain


def install(session_class: type[Session]) -> None:
    """Make every session of ``session_class`` record what was published."""
    sa_event.listen(session_class, "before_commit", _before_commit)
    sa_event.listen(session_class, "after_commit", _after_commit)
    sa_event.listen(session_class, "after_transaction_end", _after_transaction_end)


def _before_commit(session: Session) -> None:
    unit = _unit(session)
    # It fires when a savepoint is released too.
    savepoint = session.get_nested_transaction()
    if savepoint is not None and savepoint is unit.savepoint:
        raise EventError("a handler may not commit: its effects and the cursor go together")
    if savepoint is not None:
        return
    if unit.sealed:
        raise EventError("writing this transaction's events failed: it can only be rolled back")
    session.flush()
    unit.sealed = True
    if not unit.pending:
        return
    pending, unit.pending = unit.pending, []
    connection = session.connection()
    by_service: dict[int, list[_Pending]] = {}
    for item in pending:
        by_service.setdefault(item.service_id, []).append(item)
    for service_id in sorted(by_service):
        items = by_service[service_id]
        _record(connection, service_id, items)
        bring_up_to_date(session, service_id, (item.event for item in items))
    unit.recorded = frozenset(by_service)


def _record(connection: Connection, service_id: int, items: list[_Pending]) -> None:
    shown = sum(not item.event.__event__.quiet for item in items)
    move = {"events": len(items), "shown": shown, "service_id": service_id}
    head = _MOVE_HEAD.run(connection, move).scalar_one_or_none()
    if head is None:
        head = _FIRST_HEAD.run(connection, move).scalar_one()
    rows = []
    for position, item in enumerate(items, start=head - len(items) + 1):
        declared = item.event.__event__
        rows.append(
            {
                "service_id": service_id,
                "position": position,
                "event_id": str(uuid4()),
                "type": declared.name,
                "version": declared.version,
                "subject": subject_of(item.event),
                "actor_id": item.actor_id,
                "occurred_at": item.occurred_at,
                "data": item.data,
                "depth": item.depth,
            }
        )
    _APPEND.run(connection, rows)


def subject_of(event: Event) -> str:
    """The subject of ``event``, such as ``idea:42``."""
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return event.__event__.subject.format(**fields)


def _after_commit(session: Session) -> None:
    unit = session.info.get(_KEY)
    if unit is None:
        return
    savepoint = session.get_nested_transaction()
    if savepoint is not None:
        unit.released = savepoint
    elif unit.recorded:
        recorded, unit.recorded = unit.recorded, frozenset()
        committed.send(session, services=recorded)


def _after_transaction_end(session: Session, transaction: SessionTransaction) -> None:
    """Forget what did not hold. A savepoint that ends without release was rolled back or closed:
    `after_soft_rollback` is not told of the latter, so it cannot be relied on."""
    unit = session.info.get(_KEY)
    if unit is None:
        return
    if transaction.parent is None:
        unit.pending.clear()
        unit.sealed = False
        unit.released = None
        unit.recorded = frozenset()
    elif transaction.nested:
        if transaction is not unit.released:
            unit.pending = [item for item in unit.pending if transaction not in item.within]
        unit.released = None
