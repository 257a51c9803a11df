"""Leaving: by a click, by a mail program's button, by an account, or because a mailbox is gone."""

from datetime import datetime

from sqlalchemy import delete, select

from eak_core.api import Service, Session, clock, forget_mail_to, publish
from eak_newsletter.events import Unsubscribed
from eak_newsletter.models import Act, Source, Subscriber
from eak_newsletter.readers.ledger import write_down
from eak_newsletter.readers.letters import CONFIRMED_WITHIN
from eak_newsletter.readers.subscribing import held

#: How many that never confirmed are forgotten at once.
FORGOTTEN_AT_ONCE = 1_000


def stop(session: Session, service: Service, subscriber_id: int, source: Source) -> bool:
    """Send this reader nothing any more; whether there is such a reader. Twice is once."""
    subscriber = held(session, service, subscriber_id)
    if subscriber is None:
        return False
    if subscriber.standing != "stopped":
        end(session, subscriber, "stopped", source)
    return True


def end(session: Session, subscriber: Subscriber, act: Act, source: Source) -> None:
    """Write down that a reader gets nothing any more, and tell the log where they did."""
    had_it = subscriber.standing == "active"
    write_down(session, subscriber, act, source)
    if had_it:
        publish(
            session,
            Unsubscribed(subscriber_id=subscriber.id, act=act, source=source),
            service_id=subscriber.service_id,
        )


def erase_address(session: Session, address: str, source: Source = "request") -> int:
    """Take an address off every list, table and queue of letters, in all services; answers in how
    many it was. The ledger keeps the number, which nobody can trace back any more."""
    found = session.scalars(
        select(Subscriber)
        .where(Subscriber.address == address)
        .order_by(Subscriber.id)
        .with_for_update()
    ).all()
    for subscriber in found:
        erase(session, subscriber, source)
    forget_mail_to(session, address)
    return len(found)


def erase(session: Session, subscriber: Subscriber, source: Source) -> None:
    """Delete a reader's row, and say in the ledger that it is gone. The caller holds it."""
    end(session, subscriber, "erased", source)
    session.execute(delete(Subscriber).where(Subscriber.id == subscriber.id))
    session.expunge(subscriber)


def forget_unconfirmed(session: Session, service_id: int) -> bool:
    """Delete those who were asked longer than `CONFIRMED_WITHIN` ago and did not answer; whether
    there may be more."""
    before: datetime = clock.now() - CONFIRMED_WITHIN
    old = session.scalars(
        select(Subscriber)
        .where(
            Subscriber.service_id == service_id,
            Subscriber.standing == "pending",
            Subscriber.created_at < before,
        )
        .order_by(Subscriber.id)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for subscriber in old:
        erase(session, subscriber, "age")
    return len(old) == FORGOTTEN_AT_ONCE


def suspend(session: Session, subscriber_id: int) -> None:
    """Send nothing any more to a mailbox that is not there."""
    subscriber = session.get(
        Subscriber, subscriber_id, with_for_update=True, populate_existing=True
    )
    if subscriber is not None and subscriber.standing == "active":
        end(session, subscriber, "suspended", "bounce")
