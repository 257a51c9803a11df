"""Senders: who is at work, and what those leave behind who died."""

import secrets
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import delete, select, update

from eak_core.api import Session, clock, is_at_work
from eak_newsletter.deliveries.claiming import IN_HAND
from eak_newsletter.deliveries.tables import WAITING, Delivery, Sender

#: What senders are called where it is asked whether they live.
SENDER = "newsletter-sender"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def begin(session: Session) -> int:
    """A new sender; answers its number."""
    sender = Sender(id=secrets.randbelow(2**31 - 1) + 1, began_at=clock.now(), epoch=epoch(session))
    session.add(sender)
    session.flush()
    return sender.id


def epoch(session: Session) -> str:
    """What is another once soft commits may have been lost. PostgreSQL says so by itself, see
    `Sender`; a file of SQLite loses them when its machine falls."""
    return _boot() if session.get_bind().dialect.name == "sqlite" else ""


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        # Where no one can tell, each process is one of its own, and nothing is sent twice.
        return secrets.token_hex(16)


def find_the_dead(session: Session, issue_id: int | None = None) -> int:
    """Let what dead senders were sending, of one issue or of all, be `unknown`: nobody can tell
    whether it has left. What they had in their hand besides goes back into the queue, or is unknown
    where the last of what they wrote may be lost. Answers how many are unknown."""
    theirs = IN_HAND if issue_id is None else (Delivery.issue_id == issue_id, *IN_HAND)
    senders = session.scalars(select(Delivery.sender_id).where(*theirs).distinct()).all()
    dead = [each for each in senders if each is None or not is_at_work(session, SENDER, each)]
    if not dead:
        return 0
    traceable = session.scalars(
        select(Sender.id).where(Sender.id.in_(dead), Sender.epoch == epoch(session))
    ).all()
    session.execute(
        update(Delivery)
        .where(*theirs, Delivery.sender_id.in_(traceable), Delivery.state.in_(WAITING))
        .values(sender_id=None, next_attempt_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    found = session.scalars(
        update(Delivery)
        .where(*theirs, Delivery.sender_id.in_(dead))
        .values(state="unknown", changed_at=clock.now())
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return len(found.all())


def forget_the_dead(session: Session) -> None:
    """Delete the rows of senders that died more than a day ago, and with them what told that they
    lived."""
    find_the_dead(session)
    old = select(Sender).where(Sender.began_at < clock.now() - timedelta(days=1))
    for sender in session.scalars(old.order_by(Sender.id).limit(1_000)):
        if not is_at_work(session, SENDER, sender.id):
            session.delete(sender)


def end(session: Session, sender_id: int) -> None:
    """A sender has ended in order."""
    session.execute(delete(Sender).where(Sender.id == sender_id))
