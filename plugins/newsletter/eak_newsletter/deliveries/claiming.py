"""The ledger as a sender writes it: what became of the last letter and which one is next, in one
transaction, committed before any server hears of it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, null, or_, select, update

from eak_core.api import Prepared, Session, clock, is_at_work, is_suppressed
from eak_newsletter.deliveries import pace
from eak_newsletter.deliveries.tables import ERROR_LENGTH, WAITING, Delivery, Sender, State
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber
from eak_newsletter.readers.leaving import suspend

#: What senders are called where it is asked whether they live.
SENDER = "newsletter-sender"
#: What the letter is called among the lists that people end.
LIST = "newsletter.letter"
#: The first pause after a server would not have a letter now; each further one is three times as
#: long, up to `LONGEST_PAUSE`.
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=2)
#: So many letters one transaction leaves out or puts off before it is committed.
MOST_PUT_OFF = 200
#: So often a letter is tried: for about a day and a half.
MOST_ATTEMPTS = 24

_next = (
    select(Delivery.id)
    .where(
        Delivery.issue_id == bindparam("issue"),
        Delivery.next_attempt_at <= bindparam("now"),
        select(Issue.id)
        .where(Issue.id == bindparam("issue"), Issue.state == "sending")
        .exists()
        .correlate(None),
    )
    .order_by(Delivery.next_attempt_at, Delivery.id)
    .limit(1)
    # What another sender is claiming is left to it.
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
#: Where the letter goes, as long as its reader wants it: asked in the statement that claims it.
_address = (
    select(Subscriber.address)
    .where(Subscriber.id == Delivery.subscriber_id, Subscriber.standing == "active")
    .correlate(Delivery)
    .scalar_subquery()
    .label("address")
)
_CLAIM = Prepared(
    update(Delivery)
    .where(Delivery.id == _next)
    .values(
        state="sending",
        sender_id=bindparam("by"),
        attempts=Delivery.attempts + 1,
        next_attempt_at=null(),
        changed_at=bindparam("now"),
    )
    .returning(Delivery.id, Delivery.subscriber_id, Delivery.attempts, Delivery.in_turn, _address)
)
_STATE = Prepared(select(Issue.state).where(Issue.id == bindparam("issue")))
_SETTLE = Prepared(
    update(Delivery)
    # Somebody may have taken this sender for dead: what it knows is still what happened.
    .where(
        Delivery.id == bindparam("delivery"),
        Delivery.sender_id == bindparam("by"),
        or_(Delivery.state == "sending", Delivery.state == "unknown"),
    )
    .values(
        state=bindparam("became"),
        error=bindparam("said"),
        in_turn=False,
        next_attempt_at=bindparam("again"),
        changed_at=bindparam("now"),
    )
)


_PUT_OFF = Prepared(
    update(Delivery)
    .where(Delivery.id == bindparam("delivery"))
    .values(
        state="queued",
        sender_id=null(),
        in_turn=True,
        attempts=Delivery.attempts - 1,
        next_attempt_at=bindparam("turn"),
    )
)


class Claim(NamedTuple):
    """A letter that this sender sends next, and to which address."""

    delivery_id: int
    subscriber_id: int
    attempts: int
    address: str


class Result(NamedTuple):
    """What became of a letter; ``again`` is when it is tried once more. ``gone``: there is no such
    mailbox."""

    claim: Claim
    state: State
    said: str | None = None
    again: datetime | None = None
    gone: bool = False


def is_going_on(session: Session, issue_id: int) -> bool:
    """Whether an issue is being sent, and neither paused, cancelled nor over."""
    return bool(_STATE.run(session.connection(), {"issue": issue_id}).scalar() == "sending")


def claim(
    session: Session, issue_id: int, sender_id: int, pause: timedelta | None = None
) -> Claim | None:
    """The next letter that is due, in `sending` once this transaction is committed; None where none
    is, or very many were not for now. Those whose reader has left by now, or has no mailbox, are
    left out for good; with a ``pause`` between two letters to one domain, those whose turn has not
    come wait for it."""
    connection, now = session.connection(), clock.now()
    values = {"issue": issue_id, "now": now, "by": sender_id}
    for _put_off in range(MOST_PUT_OFF):
        row = _CLAIM.run(connection, values).first()
        if row is None:
            return None
        claimed = Claim(row.id, row.subscriber_id, row.attempts, "")
        address = row.address
        if address is None or is_suppressed(session, address, LIST):
            settle(session, sender_id, Result(claimed, "skipped"))
            continue
        turn = now
        if pause is not None and not row.in_turn:
            turn = pace.turn_of(session, address, pause, now)
        if turn <= now:
            return claimed._replace(address=address)
        _PUT_OFF.run(connection, {"delivery": row.id, "turn": turn})
    return None


def settle(session: Session, sender_id: int, result: Result) -> None:
    """Write down what became of a letter. An address that a server repeats is not kept."""
    said = result.said
    if said and result.claim.address:
        said = said.replace(result.claim.address, "…")[:ERROR_LENGTH]
    _SETTLE.run(
        session.connection(),
        {
            "delivery": result.claim.delivery_id,
            "by": sender_id,
            "became": result.state,
            "said": said,
            "again": result.again,
            "now": clock.now(),
        },
    )
    if result.gone:
        suspend(session, result.claim.subscriber_id)


def next_attempt(attempts: int) -> datetime | None:
    """When a letter is tried again that a server would not have now; None where it is given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    pause: timedelta = min(FIRST_PAUSE * 3 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return clock.now() + pause


def find_the_dead(session: Session, issue_id: int) -> int:
    """Let what dead senders were sending be `unknown`: nobody can tell whether it has left. Answers
    how many."""
    sending = (Delivery.issue_id == issue_id, Delivery.state == "sending")
    senders = session.scalars(select(Delivery.sender_id).where(*sending).distinct()).all()
    dead = [each for each in senders if each is None or not is_at_work(session, SENDER, each)]
    if not dead:
        return 0
    found = session.scalars(
        update(Delivery)
        .where(*sending, Delivery.sender_id.in_(dead))
        .values(state="unknown", changed_at=clock.now())
        .returning(Delivery.id)
    )
    return len(found.all())


def forget_the_dead(session: Session) -> None:
    """Delete the rows of senders that died more than a day ago, and with them what told that they
    lived."""
    old = select(Sender).where(Sender.began_at < clock.now() - timedelta(days=1))
    for sender in session.scalars(old.order_by(Sender.id).limit(1_000)):
        if not is_at_work(session, SENDER, sender.id):
            session.delete(sender)


def next_due(session: Session, issue_id: int) -> datetime | None:
    """When the next letter that waits is due; None where none waits."""
    return session.scalar(
        select(Delivery.next_attempt_at)
        .where(Delivery.issue_id == issue_id, Delivery.next_attempt_at.is_not(None))
        .order_by(Delivery.next_attempt_at)
        .limit(1)
    )


def is_open(session: Session, issue_id: int) -> bool:
    """Whether any letter waits, or is being sent."""
    states = (*WAITING, "sending")
    query = select(Delivery.id).where(Delivery.issue_id == issue_id, Delivery.state.in_(states))
    return session.scalar(query.limit(1)) is not None
