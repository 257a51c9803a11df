"""Readers from a list that somebody has, with the proof that they agreed."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, select, update

from eak_core.api import (
    Actor,
    EakError,
    Refused,
    Service,
    Session,
    _l,
    clock,
    insert_many_once,
    publish,
    require,
)
from eak_newsletter.events import Subscribed
from eak_newsletter.models import Consent, Interest, Subscriber
from eak_newsletter.readers.ledger import worded
from eak_newsletter.readers.subscribing import Wishes, require_open


class Listed(NamedTuple):
    """A reader on a list: an address in its one form, and what they want."""

    address: str
    wishes: Wishes


def take_in(
    session: Session, actor: Actor, service: Service, address: str, wishes: Wishes, proof: str
) -> bool:
    """`take_in_all` of one; raises what it is refused for."""
    [answer] = take_in_all(session, actor, service, [Listed(address, wishes)], proof)
    if isinstance(answer, EakError):
        raise answer
    return answer


def take_in_all(
    session: Session, actor: Actor, service: Service, listed: Sequence[Listed], proof: str
) -> list[bool | EakError]:
    """Let these addresses get the letter, as ``proof`` says that they agreed; answers of each
    whether it is new, or already gets it, or `Refused` for who has left, or whose mailbox is gone:
    no list brings them back. Their wishes have been checked."""
    require(actor, "newsletter.edit", service)
    require_open(service)
    known = _held(session, service, listed)
    answers: list[bool | EakError] = []
    new: dict[int, Wishes] = {}
    for each in listed:
        subscriber_id, standing = known[each.address]
        if standing == "active" or subscriber_id in new:
            answers.append(False)
        elif standing != "pending":
            message = _l("This reader has left, or their mailbox is gone: ask them anew.")
            answers.append(Refused(message))
        else:
            new[subscriber_id] = each.wishes
            answers.append(True)
    _agree(session, service, new, proof)
    return answers


def _held(
    session: Session, service: Service, listed: Sequence[Listed]
) -> Mapping[str, tuple[int, str]]:
    """The number and the standing of each address, new ones included, locked."""
    addresses = sorted({each.address for each in listed})
    now = clock.now()
    rows = [
        {"service_id": service.id, "address": each, "rhythm": "issue", "standing": "pending",
         "created_at": now}
        for each in addresses
    ]  # fmt: skip
    insert_many_once(session, Subscriber, rows)
    found = session.execute(
        select(Subscriber.address, Subscriber.id, Subscriber.standing)
        .where(Subscriber.service_id == service.id, Subscriber.address.in_(addresses))
        .order_by(Subscriber.id)
        .with_for_update()
    )
    return {address: (number, standing) for address, number, standing in found}


def _agree(session: Session, service: Service, new: Mapping[int, Wishes], proof: str) -> None:
    if not new:
        return
    now, digest = clock.now(), worded(session, proof)
    session.execute(delete(Interest).where(Interest.subscriber_id.in_(new)))
    # A statement for each rhythm, and one for all rows of a table: a row by itself is a way to the
    # database and back, and a list has a hundred thousand.
    for rhythm in {wishes.rhythm for wishes in new.values()}:
        theirs = [number for number, wishes in new.items() if wishes.rhythm == rhythm]
        session.execute(
            update(Subscriber)
            .where(Subscriber.id.in_(theirs))
            .values(standing="active", rhythm=rhythm)
            .execution_options(synchronize_session=False)
        )
    interests = [
        {"subscriber_id": number, "kind": kind, "code": code}
        for number, wishes in new.items()
        for kind, codes in (("subject", wishes.subjects), ("commune", wishes.communes))
        for code in sorted(set(codes))
    ]
    insert_many_once(session, Interest, interests)
    agreed = {"act": "imported", "source": "import", "at": now, "wording": digest}
    insert_many_once(
        session,
        Consent,
        [{"service_id": service.id, "subscriber_id": number, **agreed} for number in new],
    )
    for number in new:
        publish(session, Subscribed(subscriber_id=number, source="import"), service_id=service.id)
