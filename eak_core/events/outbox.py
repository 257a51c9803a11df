"""What leaves the house: queued in the transaction of the fact, sent after it, at least once.

A message is claimed by moving its next attempt into the future, on the condition that nobody else
has; so there is no "sending" state that a death could leave behind.

Where the other side cannot be reached no message is at fault: the way out is paused, and nothing is
given up meanwhile. What is refused again and again is given up by its age, in days, as mail servers
do (RFC 5321, 4.5.4.1: four or five days at least).
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy import Row, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import read_session, write_session
from eak_core.db.clocks import clock_fault
from eak_core.db.hold import not_held
from eak_core.db.upsert import insert_for, insert_once
from eak_core.events.backoff import retry_time
from eak_core.events.core import get_event_core
from eak_core.events.models import OutboxMessage, TransportPause
from eak_core.events.parking import describe

logger = logging.getLogger("eak.outbox")

#: So long after its first try a message is given up.
GIVE_UP_AFTER = timedelta(days=5)
#: The longest pause of a way out that cannot be reached, in seconds, give or take a fifth.
LONGEST_PAUSE = 250
#: So long what has left is remembered, and what was given up is kept with its address and text.
KEPT = timedelta(days=90)
#: How many rows are forgotten at once: the writer's place is held meanwhile.
FORGOTTEN_AT_ONCE = 5_000
#: How long a sender has before the message is anybody's again.
LEASE = timedelta(minutes=2)
AT_ONCE = 100
#: The longest key that a message may have, in characters.
KEY_LENGTH = 200
#: Kept beside a message that was for somebody who is gone.
NOBODY = "Not sent: the account is closed, erased or not confirmed."


class Undeliverable(Exception):
    """The other side refused for good: trying again is useless."""


class Unreachable(Exception):
    """The other side could not be reached, whatever the message: all others wait too."""


@dataclass(frozen=True)
class Claimed:
    """A message this process has claimed. ``key`` is the same at every attempt; ``since`` is when
    the first was."""

    id: int
    key: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    since: datetime = field(default_factory=clock.now)


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


#: Both are asked again and again by every worker, so they are made once.
_PAUSED = select(TransportPause.kind)
_DUE = (
    select(OutboxMessage.id, OutboxMessage.kind, OutboxMessage.next_attempt_at)
    .where(
        OutboxMessage.next_attempt_at <= bindparam("now"),
        OutboxMessage.done_at.is_(None),
        OutboxMessage.kind.not_in(_PAUSED.where(TransportPause.until > bindparam("now"))),
        not_held(),
    )
    .order_by(OutboxMessage.next_attempt_at)
    .limit(AT_ONCE)
)


class Outbox:
    """Sends the messages that are due, with the transports of one application."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.transports: Mapping[str, Transport] = app.extensions["eak_transports"]
        self._paused: set[str] = set()

    def send_due(self, *, stop: Event | None = None) -> int:
        """Send what is due, at most `AT_ONCE` messages, until ``stop`` is set; answers how many
        left. Nothing is, where the site is held or this process's clock is wrong."""
        with read_session(self.app) as session:
            due = self._due(session)
            if not due or clock_is_wrong(session):
                return 0
        sent, away = 0, set[str]()
        for message_id, kind, seen in due:
            if stop and stop.is_set():
                break
            if kind in away or seen is None:
                continue
            try:
                sent += self._send(message_id, seen)
            except Unreachable:
                away.add(kind)
        return sent

    def _due(self, session: Session) -> Sequence[Row[int, str, datetime | None]]:
        self._paused = set(session.scalars(_PAUSED))
        return session.execute(_DUE, {"now": clock.now()}).all()

    def _send(self, message_id: int, seen: datetime) -> bool:
        claimed = self._claim(message_id, seen)
        if claimed is None:
            return False
        try:
            with self.app.app_context():
                addressed = self._addressed(claimed)
                if addressed is not None:
                    self.transports[claimed.kind](addressed)
        except Unreachable as error:
            self._pause(claimed, error)
            raise
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
            if claimed.kind in self._paused:
                session.execute(delete(TransportPause).where(TransportPause.kind == claimed.kind))
                self._paused.discard(claimed.kind)
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
                .values(
                    attempts=OutboxMessage.attempts + 1,
                    next_attempt_at=clock.now() + LEASE,
                    trying_since=func.coalesce(OutboxMessage.trying_since, clock.now()),
                )
                .returning(
                    OutboxMessage.dedupe_key,
                    OutboxMessage.kind,
                    OutboxMessage.payload,
                    OutboxMessage.attempts,
                    OutboxMessage.trying_since,
                )
            ).one_or_none()
        if row is None:
            return None
        return Claimed(
            message_id,
            row.dedupe_key,
            row.kind,
            json.loads(row.payload),
            row.attempts,
            row.trying_since,
        )

    def _failed(self, claimed: Claimed, error: Exception) -> None:
        logger.warning("outbox message %s did not leave: %s", claimed.id, error)
        refused = isinstance(error, Undeliverable)
        final = refused or clock.now() - claimed.since >= GIVE_UP_AFTER
        with write_session(self.app) as session:
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == claimed.id)
                .values(
                    error=describe(error),
                    refused=refused,
                    next_attempt_at=None if final else retry_time(claimed.attempts, cap=3600),
                )
            )

    def _pause(self, claimed: Claimed, error: Unreachable) -> None:
        """Let everything of this kind wait, and the message be due again at once after that."""
        logger.warning("nothing of the kind %s leaves: %s", claimed.kind, error)
        now, said = clock.now(), describe(error)
        with write_session(self.app) as session:
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == claimed.id)
                .values(error=said, attempts=OutboxMessage.attempts - 1, next_attempt_at=now)
            )
            pause = session.get(TransportPause, claimed.kind, with_for_update=True)
            if pause is None:
                session.execute(
                    insert_for(session, TransportPause)
                    .values(kind=claimed.kind, since=now, until=now, failures=0, error="")
                    .on_conflict_do_nothing()
                )
                pause = session.get_one(TransportPause, claimed.kind, with_for_update=True)
            pause.failures += 1
            pause.until = retry_time(pause.failures, cap=LONGEST_PAUSE)
            pause.error = said


def clock_is_wrong(session: Session) -> bool:
    """Whether this process should send nothing, which the log is told: a wrong clock dates mail
    wrongly and forgets what others have just tried."""
    fault = clock_fault(session)
    if fault is not None:
        logger.error("%s", fault)
    return fault is not None


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
