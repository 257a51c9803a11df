"""The ledger as a sender writes it: a portion taken into its hand, and of each letter of it what
became of the last one and that this is the next, committed before any server hears of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Integer, String, and_, bindparam, case, false, null, or_, select, update

from eak_core.api import (
    Prepared,
    Service,
    Session,
    SoftRun,
    clock,
    log_position_of,
    mail_mark,
    suppression,
)
from eak_newsletter.deliveries.tables import ERROR_LENGTH, WAITING, Delivery, State
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber

#: What the letter is called among the lists that people end.
LIST = "newsletter.letter"
#: The first pause after a server would not have a letter now; each further one is three times as
#: long, up to `LONGEST_PAUSE`.
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=2)
#: So many letters a sender takes into its hand at once, in an ordinary commit.
PORTION = 50
#: So often a letter is tried: for about a day and a half.
MOST_ATTEMPTS = 24
#: What sorts out those in somebody's hand, on the index that is kept of them.
IN_HAND = (
    Delivery.next_attempt_at.is_(None),
    Delivery.state.in_((*WAITING, "sending")),
)


class Taken(NamedTuple):
    """A letter in a sender's hand, the number of its reader, and their address, None where they
    have left."""

    delivery_id: int
    subscriber_id: int
    address: str | None


class Claim(NamedTuple):
    """A letter that this sender sends next, and to which address, empty where its reader wants it
    no more; ``in_turn``: this is its place in the line of its domain; ``position`` is that of the
    log of the service by then."""

    delivery_id: int
    subscriber_id: int
    attempts: int
    address: str
    in_turn: bool = False
    position: int = 0


class Result(NamedTuple):
    """What became of a letter; ``again`` is when it is tried once more. ``gone``: there is no such
    mailbox."""

    claim: Claim
    state: State
    said: str | None = None
    again: datetime | None = None
    gone: bool = False


_issue = bindparam("issue", type_=Integer)
_going_on = (
    select(Issue.id)
    .join(Service, Service.id == Issue.service_id)
    .where(Issue.id == _issue, Issue.state == "sending", Service.archived_at.is_(None))
)
_GOING_ON = Prepared(_going_on)
#: Where the letter goes, as long as its reader wants it.
_address = (
    select(Subscriber.address)
    .where(Subscriber.id == Delivery.subscriber_id, Subscriber.standing == "active")
    .correlate(Delivery)
    .scalar_subquery()
    .label("address")
)
_position = log_position_of(
    select(Issue.service_id).where(Issue.id == _issue).correlate(None).scalar_subquery()
).label("position")
_is_last = Delivery.id == bindparam("last")
_at = Delivery.next_attempt_at.type
#: What became of the last letter, and the next one, in one statement: both are rows of one table,
#: and each way to the database and back would keep the mail server waiting.
_STEP = Prepared(
    update(Delivery)
    .where(
        or_(
            # Somebody may have taken this sender for dead: what it knows is still what happened.
            and_(
                _is_last,
                Delivery.sender_id == bindparam("by"),
                or_(Delivery.state == "sending", Delivery.state == "unknown"),
            ),
            # Or have put back what it has in its hand.
            and_(
                Delivery.id == bindparam("next"),
                Delivery.sender_id == bindparam("by"),
                or_(Delivery.state == "queued", Delivery.state == "deferred"),
                Delivery.next_attempt_at.is_(None),
                _going_on.exists().correlate(None),
            ),
        )
    )
    .values(
        state=case((_is_last, bindparam("became", type_=String)), else_="sending"),
        error=case((_is_last, bindparam("said", type_=String)), else_=Delivery.error),
        sender_id=case((_is_last, null()), else_=Delivery.sender_id),
        attempts=case((_is_last, Delivery.attempts), else_=Delivery.attempts + 1),
        in_turn=case((_is_last, false()), else_=Delivery.in_turn),
        next_attempt_at=case((_is_last, bindparam("again", type_=_at)), else_=null()),
        changed_at=bindparam("now"),
    )
    .returning(
        Delivery.id,
        Delivery.subscriber_id,
        Delivery.attempts,
        Delivery.in_turn,
        _position,
        _address,
        suppression(LIST).label("is_suppressed"),
    )
)
_PUT_OFF = Prepared(
    update(Delivery)
    .where(Delivery.id == bindparam("delivery"), Delivery.sender_id == bindparam("by"))
    .values(
        state="queued",
        sender_id=null(),
        in_turn=True,
        attempts=Delivery.attempts - 1,
        next_attempt_at=bindparam("turn", type_=_at),
    )
)


def is_going_on(session: Session, issue_id: int) -> bool:
    """Whether an issue is being sent, and neither paused, cancelled nor over, in a service that is
    not archived: nothing of one that is leaves any more."""
    return _GOING_ON.run(session.connection(), {"issue": issue_id}).first() is not None


def hold(session: Session, issue_id: int, sender_id: int, most: int = PORTION) -> Sequence[Taken]:
    """Take up to ``most`` letters that are due into the hand of a sender, in their order. What
    another one takes at the same moment is left to it."""
    due = (
        select(Delivery.id)
        .where(Delivery.issue_id == issue_id, Delivery.next_attempt_at <= clock.now())
        .order_by(Delivery.next_attempt_at, Delivery.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(due.scalar_subquery()))
        .values(sender_id=sender_id, next_attempt_at=None)
        .returning(Delivery.id, Delivery.subscriber_id, _address)
        .execution_options(synchronize_session=False)
    )
    return sorted(Taken(*row) for row in rows)


def put_back(session: Session, issue_id: int, sender_id: int) -> None:
    """Let what a sender has in its hand, and has not begun with, wait for anybody again."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.issue_id == issue_id,
            Delivery.sender_id == sender_id,
            Delivery.state.in_(WAITING),
            Delivery.next_attempt_at.is_(None),
        )
        .values(sender_id=None, next_attempt_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def claim(
    run: SoftRun, issue_id: int, sender_id: int, held: Taken | None, last: Result | None = None
) -> Claim | None:
    """Let what a sender holds be `sending`, and write down what became of its ``last`` letter.
    None where it may not be sent any more: the issue is paused or over, or somebody put the letter
    back. Whether the reader wants it is asked at this very moment. An address that a server repeats
    is not kept."""
    said = last.said if last else None
    if said and last and last.claim.address:
        said = said.replace(last.claim.address, "…")[:ERROR_LENGTH]
    values = {
        "issue": issue_id,
        "by": sender_id,
        "next": held.delivery_id if held else None,
        "mark": mail_mark(held.address) if held and held.address else "",
        "last": last.claim.delivery_id if last else None,
        "became": last.state if last else None,
        "said": said,
        "again": last.again if last else None,
        "now": clock.now(),
    }
    for row in run(_STEP, values):
        delivery_id, subscriber_id, attempts, in_turn, position, address, is_suppressed = row
        if held is not None and delivery_id == held.delivery_id:
            # An address never changes; should one, it is not what was asked about.
            wanted = address is not None and address == held.address and not is_suppressed
            to = address if wanted else ""
            return Claim(delivery_id, subscriber_id, attempts, to, bool(in_turn), position or 0)
    return None


def put_off(run: SoftRun, sender_id: int, claimed: Claim, turn: datetime) -> None:
    """Let a letter that was claimed wait for its ``turn`` after all."""
    run(_PUT_OFF, {"delivery": claimed.delivery_id, "by": sender_id, "turn": turn})


def next_attempt(attempts: int) -> datetime | None:
    """When a letter is tried again that a server would not have now; None where it is given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    pause: timedelta = min(FIRST_PAUSE * 3 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return clock.now() + pause


def next_due(session: Session, issue_id: int) -> datetime | None:
    """When the next letter that waits is due; None where none waits. What is in somebody's hand may
    be due again at any time, so it is looked at soon."""
    due = session.scalar(
        select(Delivery.next_attempt_at)
        .where(Delivery.issue_id == issue_id, Delivery.next_attempt_at.is_not(None))
        .order_by(Delivery.next_attempt_at)
        .limit(1)
    )
    if not is_in_hand(session, issue_id):
        return due
    soon: datetime = clock.now() + FIRST_PAUSE
    return soon if due is None else min(due, soon)


def is_open(session: Session, issue_id: int) -> bool:
    """Whether any letter waits, or is in somebody's hand."""
    query = select(Delivery.id).where(
        Delivery.issue_id == issue_id, Delivery.next_attempt_at.is_not(None)
    )
    return session.scalar(query.limit(1)) is not None or is_in_hand(session, issue_id)


def is_in_hand(session: Session, issue_id: int) -> bool:
    """Whether somebody has letters of an issue in their hand, or died with them."""
    query = select(Delivery.id).where(Delivery.issue_id == issue_id, *IN_HAND)
    return session.scalar(query.limit(1)) is not None
