"""What administrators look at: messages waiting to leave, and those that were given up."""

import json
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from eak_core.i18n import _
from eak_core.letters.models import OutboxMessage


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
