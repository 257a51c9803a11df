"""What administrators look at: messages waiting to leave, and those that were given up."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from eak_core.i18n import _
from eak_core.letters.models import OutboxMessage

#: So many are counted, and then it is “more than”: nobody needs it exactly, and a newsletter is
#: long.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How many messages wait to leave, were given up by their age, were refused for good, and have
    left within the time that is kept; `MOST_COUNTED` where there are as many or more."""

    waiting: int
    given_up: int
    refused: int
    sent: int


def outbox_counts(session: Session) -> OutboxCounts:
    """How the outbox stands: each from the beginning of an index, however long it is."""
    waits = OutboxMessage.next_attempt_at.is_not(None)
    gone = OutboxMessage.done_at.is_(None) & OutboxMessage.next_attempt_at.is_(None)
    waiting, given_up, refused, sent = session.execute(
        select(
            _counted(waits),
            _counted(gone & ~OutboxMessage.refused),
            _counted(gone & OutboxMessage.refused),
            _counted(OutboxMessage.done_at.is_not(None)),
        )
    ).one()
    return OutboxCounts(waiting, given_up, refused, sent)


def _counted(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(OutboxMessage.id).where(condition).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def given_up_messages() -> Select[OutboxMessage]:
    """What was given up or refused, the oldest first."""
    return (
        select(OutboxMessage)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.next_attempt_at.is_(None))
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    )


def next_messages(session: Session, most: int = 20) -> Sequence[OutboxMessage]:
    """What waits, as it leaves: ``most`` of it."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.next_attempt_at.is_not(None))
        .order_by(OutboxMessage.lane, OutboxMessage.next_attempt_at)
        .limit(most)
    ).all()


def receiver(message: OutboxMessage) -> str:
    """The address a mail waits to be sent to, or the account whose address is looked up then;
    empty for other kinds, and once it has left."""
    if message.kind != "mail" or not message.payload:
        return ""
    payload = json.loads(message.payload)
    if "person_id" in payload:
        return _("Account no. %(id)s", id=payload["person_id"])
    return str(payload.get("to", ""))
