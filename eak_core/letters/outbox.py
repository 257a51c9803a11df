"""What leaves the house, queued with the fact; `eak_core.letters.sending` sends it afterwards."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db.upsert import insert_once
from eak_core.letters.models import OutboxMessage, TransportPause

#: So long what has left is remembered, and what was given up is kept with its address and text.
KEPT = timedelta(days=90)
#: How many rows are forgotten at once: the writer's place is held meanwhile.
FORGOTTEN_AT_ONCE = 5_000
#: The longest key that a message may have, in characters.
KEY_LENGTH = 200


def enqueue(
    session: Session,
    *,
    kind: str,
    payload: Mapping[str, Any],
    dedupe_key: str,
    plugin: str = "core",
    service_id: int = 0,
) -> bool:
    """Queue a message, once per ``dedupe_key``; False where it was queued before. `ValueError` for
    a key of more than 200 characters, which only one of the databases would refuse."""
    if len(dedupe_key) > KEY_LENGTH:
        raise ValueError(f"a dedupe_key has {KEY_LENGTH} characters at most: {dedupe_key!r}")
    now = clock.now()
    row = {
        "plugin": plugin,
        "service_id": service_id,
        "dedupe_key": dedupe_key,
        "kind": kind,
        "payload": json.dumps(payload, ensure_ascii=False),
        "created_at": now,
        "attempts": 0,
        "next_attempt_at": now,
    }
    return insert_once(session, OutboxMessage, row, OutboxMessage.id) is not None


def enqueue_mail(
    session: Session,
    *,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    dedupe_key: str,
    plugin: str = "core",
    service_id: int = 0,
) -> bool:
    """Queue one mail to one address. The address and the text are wiped once it has left."""
    payload = {"to": to, "subject": subject, "text": text, "html": html}
    return enqueue(
        session,
        kind="mail",
        payload=payload,
        dedupe_key=dedupe_key,
        plugin=plugin,
        service_id=service_id,
    )


def forget_old(session: Session) -> int:
    """Delete what left, or was given up, more than `KEPT` ago; answers how many, at most
    `FORGOTTEN_AT_ONCE`."""
    before = clock.now() - KEPT
    old = (
        select(OutboxMessage.id)
        .where(
            or_(
                OutboxMessage.done_at < before,
                and_(
                    OutboxMessage.done_at.is_(None),
                    OutboxMessage.next_attempt_at.is_(None),
                    OutboxMessage.created_at < before,
                ),
            )
        )
        .limit(FORGOTTEN_AT_ONCE)
    )
    gone = session.scalars(
        delete(OutboxMessage).where(OutboxMessage.id.in_(old)).returning(OutboxMessage.id)
    )
    return len(gone.all())


def forget(session: Session, person_id: int, address: str | None) -> None:
    """Drop the mails to this person, and to their ``address``, that have not left, for good: they
    were erased."""
    # No text in a payload holds these: JSON writes its quotes with a backslash before them.
    to = [f'"person_id": {person_id}{end}' for end in ",}"]
    if address is not None:
        to.append(f'"to": {json.dumps(address, ensure_ascii=False)}')
    session.execute(
        delete(OutboxMessage).where(
            OutboxMessage.kind == "mail",
            OutboxMessage.done_at.is_(None),
            or_(*(OutboxMessage.payload.contains(each, autoescape=True) for each in to)),
        )
    )


def retry(session: Session, message_id: int | None = None) -> int:
    """Let a message that was given up, or all of them, be tried again at once; answers how many.

    One that waits for its next try is left alone: somebody may be sending it now.
    """
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.next_attempt_at.is_(None))
        .values(next_attempt_at=clock.now(), attempts=0, refused=False, trying_since=None)
        .returning(OutboxMessage.id)
    )
    if message_id is not None:
        statement = statement.where(OutboxMessage.id == message_id)
    session.execute(update(TransportPause).values(until=clock.now()))
    return len(session.scalars(statement).all())
