"""What becomes of messages in the database: claimed, left, refused, put back, paused.

A message is claimed by moving its next attempt into the future; so there is no "sending" state that
a death could leave behind. A batch is claimed in one transaction. That a message **has left** is
written for each by itself before the next one is sent, so that a sender that is killed leaves one
message at most that is sent a second time; those commits are soft (`eak_core.db.soft`), which a
kill does not undo and which cost a tenth. Only where the machine itself dies, up to a batch is
repeated."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask
from sqlalchemy import (
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db import write_session
from eak_core.db.hold import not_held
from eak_core.db.prepared import Prepared
from eak_core.db.soft import SoftRun
from eak_core.db.upsert import insert_for
from eak_core.failures import describe, retry_time
from eak_core.letters.message import Claimed, NoSuchMailbox, Undeliverable, Unreachable
from eak_core.letters.models import OutboxMessage, TransportPause
from eak_core.letters.suppression import EVERY_LIST, suppress

logger = logging.getLogger("eak.outbox")

#: So long after its first refusal a message is given up.
GIVE_UP_AFTER = timedelta(days=5)
#: The longest pause of a way out that cannot be reached, in seconds, give or take a fifth.
LONGEST_PAUSE = 250
#: How long a sender has before a message is anybody's again.
LEASE = timedelta(minutes=2)

_PAUSED = select(TransportPause.kind)


def _due(lanes: Sequence[int]) -> Any:
    """What is due in these lanes, as they stand in the index: whoever asks goes through what waits
    for a later time in all lanes but the last, which is little."""
    return (
        OutboxMessage.lane.between(min(lanes), max(lanes)),
        OutboxMessage.next_attempt_at <= bindparam("now"),
        OutboxMessage.kind.not_in(_PAUSED.where(TransportPause.until > bindparam("now"))),
        not_held(),
    )


_LEFT = Prepared(
    update(OutboxMessage)
    .where(
        OutboxMessage.id == bindparam("message"),
        OutboxMessage.next_attempt_at == bindparam("until"),
    )
    .values(
        done_at=bindparam("now"),
        next_attempt_at=null(),
        payload=literal_column("''"),
        error=bindparam("said"),
    )
)


@cache
def _due_in(lanes: tuple[int, ...]) -> Any:
    """Asked again and again by every worker, so it is made once."""
    return (
        select(
            OutboxMessage.id,
            OutboxMessage.dedupe_key,
            OutboxMessage.kind,
            OutboxMessage.lane,
            OutboxMessage.payload,
            OutboxMessage.attempts,
            OutboxMessage.trying_since,
            OutboxMessage.next_attempt_at,
            OutboxMessage.service_id,
        )
        .where(*_due(lanes))
        .order_by(OutboxMessage.lane, OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(bindparam("most"))
        # What another sender is claiming is left to it.
        .with_for_update(skip_locked=True, of=OutboxMessage)
    )


@cache
def _is_due(lanes: tuple[int, ...]) -> Any:
    """One look into the index for each lane, in one statement."""
    return select(or_(*(exists(OutboxMessage.id).where(*_due([lane])) for lane in lanes)))


def is_due(session: Session, lanes: Sequence[int]) -> bool:
    """Whether anything in ``lanes`` is to be sent."""
    return bool(session.scalar(_is_due(tuple(lanes)), {"now": clock.now()}))


def claim(app: Flask, lanes: Sequence[int], most: int) -> list[Claimed]:
    """What is due in ``lanes``, which follow each other, the first lane first and in it the
    longest; ``most`` at once, for `LEASE` nobody else's."""
    with write_session(app) as session:
        now = clock.now()
        until = now + LEASE
        rows = session.execute(_due_in(tuple(lanes)), {"now": now, "most": most}).all()
        if rows:
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id.in_([row.id for row in rows]))
                .values(next_attempt_at=until)
            )
    return [
        Claimed(
            row.id,
            row.dedupe_key,
            row.kind,
            json.loads(row.payload),
            row.attempts,
            row.trying_since or now,
            row.lane,
            row.next_attempt_at,
            until,
            row.service_id,
        )
        for row in rows
    ]


def left(run: SoftRun, claimed: Claimed, at: datetime, said: str | None = None) -> None:
    """Write that a message has left, or why it need not (``said``); its text and address go."""
    run(_LEFT, {"message": claimed.id, "until": claimed.until, "now": at, "said": said})


def failed(app: Flask, claimed: Claimed, error: Exception) -> None:
    """Let a message that was refused wait, or give it up."""
    logger.warning("outbox message %s did not leave: %s", claimed.id, error)
    refused = isinstance(error, Undeliverable)
    final = refused or clock.now() - claimed.since >= GIVE_UP_AFTER
    attempts = claimed.attempts + 1
    with write_session(app) as session:
        session.execute(
            update(OutboxMessage)
            .where(_is(claimed))
            .values(
                error=describe(error),
                refused=refused,
                attempts=attempts,
                trying_since=func.coalesce(OutboxMessage.trying_since, clock.now()),
                next_attempt_at=None if final else retry_time(attempts, cap=3600),
            )
        )
        if isinstance(error, NoSuchMailbox):
            suppress(session, claimed.payload["to"], EVERY_LIST)


def put_back(app: Flask, claimed: Sequence[Claimed]) -> None:
    """Let messages that were not tried be due again, as long as they are."""
    if not claimed:
        return
    with write_session(app) as session:
        session.execute(
            update(OutboxMessage)
            .where(or_(*map(_is, claimed)))
            .values(next_attempt_at=min(each.due for each in claimed))
        )


def pause(app: Flask, claimed: Claimed, error: Unreachable) -> None:
    """Let everything of this kind wait, and the message be due at once after that, behind the
    others: should it be its own fault after all, it is in nobody's way."""
    logger.warning("nothing of the kind %s leaves: %s", claimed.kind, error)
    now, said = clock.now(), describe(error)
    with write_session(app) as session:
        session.execute(
            update(OutboxMessage).where(_is(claimed)).values(error=said, next_attempt_at=now)
        )
        paused = session.get(TransportPause, claimed.kind, with_for_update=True)
        if paused is None:
            session.execute(
                insert_for(session, TransportPause)
                .values(kind=claimed.kind, since=now, until=now, failures=0, error="")
                .on_conflict_do_nothing()
            )
            paused = session.get_one(TransportPause, claimed.kind, with_for_update=True)
        paused.failures += 1
        paused.until = retry_time(paused.failures, cap=LONGEST_PAUSE)
        paused.error = said


def paused_kinds(session: Session) -> set[str]:
    """The ways out that could not be reached when they were tried last."""
    return set(session.scalars(_PAUSED))


def end_pause(app: Flask, kind: str) -> None:
    """The way out is open again."""
    with write_session(app) as session:
        session.execute(delete(TransportPause).where(TransportPause.kind == kind))


def _is(claimed: Claimed) -> Any:
    return (OutboxMessage.id == claimed.id) & (OutboxMessage.next_attempt_at == claimed.until)
