"""What leaves the house: queued in the transaction of the fact, sent after it, at least once.

A message is claimed by moving its next attempt into the future, on the condition that nobody else
has; so there is no "sending" state that a death could leave behind.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import read_session, write_session
from eak_core.db.upsert import insert_once
from eak_core.events.backoff import retry_time
from eak_core.events.core import get_event_core
from eak_core.events.models import OutboxMessage
from eak_core.events.parking import describe

logger = logging.getLogger("eak.outbox")

MAX_ATTEMPTS = 10
#: How long a sender has before the message is anybody's again.
LEASE = timedelta(minutes=2)
AT_ONCE = 100
#: The longest key that a message may have, in characters.
KEY_LENGTH = 200
#: Kept beside a message that was for somebody who is gone.
NOBODY = "Not sent: the account is closed, erased or not confirmed."


class Undeliverable(Exception):
    """The other side refused for good: trying again is useless."""


@dataclass(frozen=True)
class Claimed:
    """A message this process has claimed. ``key`` is the same at every attempt."""

    id: int
    key: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int


#: Sends one kind of message; raises if it could not.
Transport = Callable[[Claimed], None]


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


class Outbox:
    """Sends the messages that are due, with the transports of one application."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.transports: Mapping[str, Transport] = app.extensions["eak_transports"]

    def send_due(self, *, stop: Event | None = None) -> int:
        """Send what is due, at most `AT_ONCE` messages, until ``stop`` is set; answers how many
        left."""
        with read_session(self.app) as session:
            due = session.execute(
                select(OutboxMessage.id, OutboxMessage.next_attempt_at)
                .where(
                    OutboxMessage.next_attempt_at <= clock.now(), OutboxMessage.done_at.is_(None)
                )
                .order_by(OutboxMessage.next_attempt_at)
                .limit(AT_ONCE)
            ).all()
        return sum(
            self._send(message_id, seen)
            for message_id, seen in due
            if seen is not None and not (stop and stop.is_set())
        )

    def _send(self, message_id: int, seen: datetime) -> bool:
        claimed = self._claim(message_id, seen)
        if claimed is None:
            return False
        try:
            with self.app.app_context():
                addressed = self._addressed(claimed)
                if addressed is not None:
                    self.transports[claimed.kind](addressed)
        except Exception as error:  # noqa: BLE001  # whatever it was, it is kept beside the message and shown
            self._failed(claimed, error)
            return False
        with write_session(self.app) as session:
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == message_id)
                .values(
                    done_at=clock.now(),
                    next_attempt_at=None,
                    payload="",
                    error=None if addressed else NOBODY,
                )
            )
        return True

    def _addressed(self, claimed: Claimed) -> Claimed | None:
        """``claimed`` with the address of the person it is for, as it is now; None where nothing
        is sent to them any more."""
        person_id = claimed.payload.get("person_id")
        if claimed.kind != "mail" or person_id is None:
            return claimed
        with read_session(self.app) as session:
            address = get_event_core(self.app).find_address(session, person_id)
        if address is None:
            return None
        return replace(claimed, payload={**claimed.payload, "to": address})

    def _claim(self, message_id: int, seen: datetime) -> Claimed | None:
        with write_session(self.app) as session:
            row = session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == message_id, OutboxMessage.next_attempt_at == seen)
                .values(attempts=OutboxMessage.attempts + 1, next_attempt_at=clock.now() + LEASE)
                .returning(
                    OutboxMessage.dedupe_key,
                    OutboxMessage.kind,
                    OutboxMessage.payload,
                    OutboxMessage.attempts,
                )
            ).one_or_none()
        if row is None:
            return None
        return Claimed(message_id, row.dedupe_key, row.kind, json.loads(row.payload), row.attempts)

    def _failed(self, claimed: Claimed, error: Exception) -> None:
        logger.warning("outbox message %s did not leave: %s", claimed.id, error)
        final = isinstance(error, Undeliverable) or claimed.attempts >= MAX_ATTEMPTS
        with write_session(self.app) as session:
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == claimed.id)
                .values(
                    error=describe(error),
                    next_attempt_at=None if final else retry_time(claimed.attempts, cap=3600),
                )
            )


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
        .values(next_attempt_at=clock.now(), attempts=0)
        .returning(OutboxMessage.id)
    )
    if message_id is not None:
        statement = statement.where(OutboxMessage.id == message_id)
    return len(session.scalars(statement).all())
