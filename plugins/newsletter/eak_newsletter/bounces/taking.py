"""Taking in a mail that came back: what it says is written down, and the rules are applied."""

from email import message_from_bytes, policy
from typing import Literal, cast

from sqlalchemy import func, select

from eak_core.api import Session, clock, insert_once
from eak_newsletter.bounces import reading, rules
from eak_newsletter.bounces.tables import Returned
from eak_newsletter.deliveries import return_address
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.models import Consent, Subscriber
from eak_newsletter.readers.leaving import end

#: What is longer is not read: a report quotes a part of the letter at most.
MOST_BYTES = 10_000_000
Taken = Literal["hard", "soft", "complaint", "nothing", "unknown"]


def take(session: Session, mail: bytes) -> Taken:
    """Take ``mail`` in; answers what it was: ``unknown`` where it is of no letter that was sent,
    ``nothing`` where it says nothing of a mailbox. The same mail twice counts once."""
    message = message_from_bytes(mail[:MOST_BYTES], policy=policy.compat32)
    number = return_address.delivery_of(
        return_address.signing_key(), return_address.recipients_of(message)
    )
    delivery = session.get(Delivery, number) if number is not None else None
    if delivery is None or delivery.state not in ("sent", "unknown"):
        return "unknown"
    kind = reading.kind_of(message)
    if kind is None:
        return "nothing"
    row = {
        "issue_id": delivery.issue_id,
        "delivery_id": delivery.id,
        "subscriber_id": delivery.subscriber_id,
        "kind": kind,
        "at": clock.now(),
    }
    if insert_once(session, Returned, row, Returned.id) is not None:
        _apply(session, delivery.subscriber_id)
    return kind


def _apply(session: Session, subscriber_id: int) -> None:
    reader = session.get(Subscriber, subscriber_id, with_for_update=True, populate_existing=True)
    if reader is None or reader.standing != "active":
        return
    agreed = select(func.max(Consent.at)).where(
        Consent.subscriber_id == subscriber_id, Consent.act.in_(("confirmed", "imported"))
    )
    rows = session.execute(
        select(Returned.kind, Returned.at)
        .where(Returned.subscriber_id == subscriber_id, Returned.at >= agreed.scalar_subquery())
        .order_by(Returned.id)
    )
    verdict = rules.verdict([(cast("rules.Kind", kind), at) for kind, at in rows])
    if verdict is not None:
        end(session, reader, verdict, "bounce")
