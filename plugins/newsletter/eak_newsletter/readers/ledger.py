"""The ledger of consent: what every reader agreed to and took back, never changed afterwards.

Where a reader stands follows from the ledger alone (`standing_of`); the column that says so is the
same, kept for statements that ask about very many.
"""

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import select

from eak_core.api import Session, clock, insert_once
from eak_newsletter.models import Act, Consent, Source, Standing, Subscriber, Wording

#: Where each act brings a reader; the others leave them where they are.
_BRINGS: dict[str, Standing] = {
    "confirmed": "active",
    "imported": "active",
    "stopped": "stopped",
    "complained": "stopped",
    "suspended": "suspended",
    "erased": "stopped",
}


def standing_of(acts: Iterable[str]) -> Standing:
    """Where somebody stands after ``acts``, in their order."""
    standing: Standing = "pending"
    for act in acts:
        standing = _BRINGS.get(act, standing)
    return standing


def write_down(
    session: Session, subscriber: Subscriber, act: Act, source: Source, shown: str = ""
) -> None:
    """Add ``act`` to the ledger, with the words that were ``shown``, and let ``subscriber`` stand
    where it brings them. The caller holds the row."""
    digest = worded(session, shown) if shown else None
    session.add(
        Consent(
            service_id=subscriber.service_id,
            subscriber_id=subscriber.id,
            act=act,
            source=source,
            at=clock.now(),
            wording=digest,
        )
    )
    subscriber.standing = _BRINGS.get(act, subscriber.standing)
    session.flush()


def worded(session: Session, shown: str) -> str:
    """The digest under which the words that were ``shown`` are kept, once."""
    digest = sha256(shown.encode()).hexdigest()
    insert_once(session, Wording, {"digest": digest, "text": shown}, Wording.digest)
    return digest


def acts_of(session: Session, subscriber_id: int) -> list[Consent]:
    """All that the ledger says of a reader, in its order."""
    query = select(Consent).where(Consent.subscriber_id == subscriber_id)
    return list(session.scalars(query.order_by(Consent.id)))
