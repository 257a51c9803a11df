"""The outbox emptied: what was queued is sent after the transaction of the fact, at least once.

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
from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import read_session, write_session
from eak_core.db.clocks import clock_fault
from eak_core.db.hold import not_held
from eak_core.db.upsert import insert_for
from eak_core.failures import describe, retry_time
from eak_core.letters.models import OutboxMessage, TransportPause

logger = logging.getLogger("eak.outbox")

#: So long after its first try a message is given up.
GIVE_UP_AFTER = timedelta(days=5)
#: The longest pause of a way out that cannot be reached, in seconds, give or take a fifth.
LONGEST_PAUSE = 250
#: How long a sender has before the message is anybody's again.
LEASE = timedelta(minutes=2)
AT_ONCE = 100
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
            address = self.app.extensions["eak_find_address"](session, person_id)
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
