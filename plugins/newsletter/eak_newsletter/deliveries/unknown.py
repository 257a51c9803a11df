"""What nobody knows, for a person to decide: letters that a sender was handing over when it died,
or of which a server never said whether it took them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from eak_core.api import Session
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.models import Subscriber

#: So many are shown at once.
MOST = 100


class Unknown(NamedTuple):
    """A letter of which nobody knows; ``address`` is None where the reader is gone."""

    id: int
    address: str | None
    said: str | None


def unknown_of(session: Session, issue_id: int) -> Sequence[Unknown]:
    """The first of them, in the order of the readers."""
    rows = session.execute(
        select(Delivery.id, Subscriber.address, Delivery.error)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id, isouter=True)
        .where(Delivery.issue_id == issue_id, Delivery.state == "unknown")
        .order_by(Delivery.id)
        .limit(MOST)
    )
    return [Unknown(*row) for row in rows]


def done_of(counts: Mapping[str, int]) -> tuple[int, int]:
    """How many letters need nobody any more, of how many."""
    total = sum(counts.values())
    waiting = sum(counts.get(state, 0) for state in ("queued", "deferred", "sending"))
    return total - waiting, total
