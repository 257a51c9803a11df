"""What administrators look at: events set aside, messages waiting to leave, pages of the log."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from eak_core.events.models import EventLog, OutboxMessage, ParkedEvent
from eak_core.i18n import _


def parked_events(*, skipped: bool = False) -> Select[ParkedEvent, bool]:
    """The events that are set aside, or those that were skipped, the latest to be so first.

    Each comes with whether it is the first of its subject: the others wait behind that one.
    """
    first = (
        select(
            ParkedEvent.plugin,
            ParkedEvent.service_id,
            ParkedEvent.subject,
            func.min(ParkedEvent.position).label("position"),
        )
        .where(ParkedEvent.skipped_at.is_(None))
        .group_by(ParkedEvent.plugin, ParkedEvent.service_id, ParkedEvent.subject)
        .subquery()
    )
    query = (
        select(ParkedEvent, func.coalesce(first.c.position, 0) == ParkedEvent.position)
        .join(
            first,
            (first.c.plugin == ParkedEvent.plugin)
            & (first.c.service_id == ParkedEvent.service_id)
            & (first.c.subject == ParkedEvent.subject),
            isouter=True,
        )
        .order_by(ParkedEvent.service_id, ParkedEvent.plugin, ParkedEvent.position)
    )
    if skipped:
        return query.where(ParkedEvent.skipped_at.is_not(None))
    return query.where(ParkedEvent.skipped_at.is_(None))


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How many messages wait to leave, were given up by their age, were refused for good, and have
    left within the time that is kept."""

    waiting: int
    given_up: int
    refused: int
    sent: int


def outbox_counts(session: Session) -> OutboxCounts:
    """How the outbox stands, in one query."""
    left = OutboxMessage.done_at.is_not(None)
    gone = OutboxMessage.next_attempt_at.is_(None)
    waiting, given_up, refused, sent = session.execute(
        select(
            func.count().filter(~left, ~gone),
            func.count().filter(~left, gone, ~OutboxMessage.refused),
            func.count().filter(~left, gone, OutboxMessage.refused),
            func.count().filter(left),
        ).select_from(OutboxMessage)
    ).one()
    return OutboxCounts(waiting, given_up, refused, sent)


def unsent_messages() -> Select[OutboxMessage]:
    """What has not left: first what was given up, then by the age of the message."""
    return (
        select(OutboxMessage)
        .where(OutboxMessage.done_at.is_(None))
        .order_by(OutboxMessage.next_attempt_at.is_not(None), OutboxMessage.id)
    )


def receiver(message: OutboxMessage) -> str:
    """The address a mail waits to be sent to, or the account whose address is looked up then;
    empty for other kinds, and once it has left."""
    if message.kind != "mail" or not message.payload:
        return ""
    payload = json.loads(message.payload)
    if "person_id" in payload:
        return _("Account no. %(id)s", id=payload["person_id"])
    return str(payload.get("to", ""))


def events_up_to(
    session: Session,
    service_id: int,
    position: int | None = None,
    *,
    limit: int,
    type: str | None = None,
) -> Sequence[EventLog]:
    """At most ``limit`` events of a log, the latest first, from ``position`` (by default the head)
    downwards; undecoded, so that a payload nobody can read is shown all the same."""
    query = (
        select(EventLog)
        .where(EventLog.service_id == service_id)
        .order_by(EventLog.position.desc())
        .limit(limit)
    )
    if position is not None:
        query = query.where(EventLog.position <= position)
    if type is not None:
        query = query.where(EventLog.type == type)
    return session.scalars(query).all()
