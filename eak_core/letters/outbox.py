"""What leaves the house, queued with the fact; `eak_core.letters.sending` sends it afterwards."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db.afterwards import afterwards
from eak_core.db.bell import ring
from eak_core.db.upsert import insert_many_once
from eak_core.letters.models import Lane, OutboxMessage, TransportPause

#: So long what has left is remembered, and what was given up is kept with its address and text.
KEPT = timedelta(days=90)
#: How many rows are forgotten at once: the writer's place is held meanwhile.
FORGOTTEN_AT_ONCE = 5_000
#: The longest key that a message may have, in characters.
KEY_LENGTH = 200
#: How many messages one statement writes.
QUEUED_AT_ONCE = 1_000

_GIVEN_UP = OutboxMessage.done_at.is_(None) & OutboxMessage.next_attempt_at.is_(None)


class Message(NamedTuple):
    """What is to leave, once per ``dedupe_key``."""

    dedupe_key: str
    payload: Mapping[str, Any]


def enqueue(
    session: Session,
    *,
    kind: str,
    payload: Mapping[str, Any],
    dedupe_key: str,
    plugin: str = "core",
    service_id: int = 0,
    lane: Lane = Lane.USUAL,
) -> bool:
    """Queue a message, once per ``dedupe_key``; False where it was queued before. `ValueError` for
    a key of more than 200 characters, which only one of the databases would refuse."""
    messages = [Message(dedupe_key, payload)]
    queued = enqueue_many(
        session, kind=kind, messages=messages, plugin=plugin, service_id=service_id, lane=lane
    )
    return queued == 1


def enqueue_many(
    session: Session,
    *,
    kind: str,
    messages: Sequence[Message],
    plugin: str = "core",
    service_id: int = 0,
    lane: Lane = Lane.BULK,
) -> int:
    """Queue ``messages``, each once per its key, a thousand in one statement; answers how many were
    not queued before. `ValueError` as for `enqueue`."""
    now = clock.now()
    every = {
        "plugin": plugin,
        "service_id": service_id,
        "kind": kind,
        "lane": int(lane),
        "created_at": now,
        "attempts": 0,
        "next_attempt_at": now,
        "refused": False,
    }
    for key, _payload in messages:
        if len(key) > KEY_LENGTH:
            raise ValueError(f"a dedupe_key has {KEY_LENGTH} characters at most: {key!r}")
    rows = [
        {**every, "dedupe_key": key, "payload": json.dumps(payload, ensure_ascii=False)}
        for key, payload in messages
    ]
    afterwards(session, partial(ring, session))
    return sum(
        insert_many_once(session, OutboxMessage, rows[start : start + QUEUED_AT_ONCE])
        for start in range(0, len(rows), QUEUED_AT_ONCE)
    )


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
    lane: Lane = Lane.USUAL,
    reply_to: str = "",
    owed: bool = False,
) -> bool:
    """Queue one mail to one address, which is answered to ``reply_to`` (both in the form of
    `normal_address`). Addresses and text are wiped once it has left. It does not leave where nobody
    behind the address may read ``service_id``, unless it is ``owed`` to them."""
    payload: dict[str, Any] = {"to": to, "subject": subject, "text": text, "html": html}
    if reply_to:
        payload["reply_to"] = reply_to
    if owed:
        payload["owed"] = True
    return enqueue(
        session,
        kind="mail",
        payload=payload,
        dedupe_key=dedupe_key,
        plugin=plugin,
        service_id=service_id,
        lane=lane,
    )


def forget_old(session: Session) -> int:
    """Delete what left, or was given up, more than `KEPT` ago; answers how many, at most
    `FORGOTTEN_AT_ONCE`."""
    before = clock.now() - KEPT
    left = OutboxMessage.done_at < before
    given_up = _GIVEN_UP & (OutboxMessage.created_at < before)
    gone = 0
    for old in (left, given_up):
        ids = select(OutboxMessage.id).where(old).limit(FORGOTTEN_AT_ONCE - gone)
        deleted = delete(OutboxMessage).where(OutboxMessage.id.in_(ids))
        gone += len(session.scalars(deleted.returning(OutboxMessage.id)).all())
    return gone


def forget(session: Session, person_id: int | None, address: str | None) -> None:
    """Drop the mails to this person, and to their ``address``, that have not left, for good: they
    were erased. There is one of the two at least."""
    # No text in a payload holds these: JSON writes its quotes with a backslash before them.
    to = [f'"person_id": {person_id}{end}' for end in ",}"] if person_id is not None else []
    if address is not None:
        said = json.dumps(address, ensure_ascii=False)
        to += [f'"to": {said}', f'"reply_to": {said}']
    theirs = or_(*(OutboxMessage.payload.contains(each, autoescape=True) for each in to))
    # What has left holds nothing, and is most of the table: neither condition looks at it.
    for not_left in (OutboxMessage.next_attempt_at.is_not(None), _GIVEN_UP):
        found = select(OutboxMessage.id).where(not_left, OutboxMessage.kind == "mail", theirs)
        session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(found)))


def retry(session: Session, message_id: int | None = None) -> int:
    """Let a message that was given up, or all of them, be tried again at once; answers how many.

    One that waits for its next try is left alone: somebody may be sending it now.
    """
    statement = (
        update(OutboxMessage)
        .where(_GIVEN_UP)
        .values(next_attempt_at=clock.now(), attempts=0, refused=False, trying_since=None)
        .returning(OutboxMessage.id)
    )
    if message_id is not None:
        statement = statement.where(OutboxMessage.id == message_id)
    session.execute(update(TransportPause).values(until=clock.now()))
    return len(session.scalars(statement).all())
