"""What the letter keeps about a person: the copy of it, and its erasure."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from eak_core.api import Session, person_address
from eak_newsletter.models import Subscriber
from eak_newsletter.readers.leaving import erase, erase_address
from eak_newsletter.readers.ledger import acts_of
from eak_newsletter.readers.subscribing import wishes_of


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """The letters that the account, or its address, gets, with what was agreed to."""
    return {"subscriptions": [_copy(session, each) for each in _theirs(session, person_id)]}


def _copy(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    wishes = wishes_of(session, subscriber)
    return {
        "service_id": subscriber.service_id,
        "address": subscriber.address,
        "standing": subscriber.standing,
        "rhythm": wishes.rhythm,
        "subjects": list(wishes.subjects),
        "communes": list(wishes.communes),
        "since": subscriber.created_at,
        "consent": [
            {"act": each.act, "source": each.source, "at": each.at, "text": each.wording}
            for each in acts_of(session, subscriber.id)
        ],
    }


def erase_person(session: Session, person_id: int) -> None:
    """Take the account, and the address that it has, off every list."""
    address = person_address(session, person_id)
    for subscriber in _theirs(session, person_id):
        erase(session, subscriber, "account")
    if address is not None:
        erase_address(session, address, "account")


def _theirs(session: Session, person_id: int) -> Sequence[Subscriber]:
    address = person_address(session, person_id)
    theirs = Subscriber.person_id == person_id
    if address is not None:
        theirs = or_(theirs, Subscriber.address == address)
    return session.scalars(select(Subscriber).where(theirs).order_by(Subscriber.id)).all()
