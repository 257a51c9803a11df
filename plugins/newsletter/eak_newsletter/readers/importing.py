"""Readers from a list that somebody has, with the proof that they agreed."""

from eak_core.api import Actor, Refused, Service, Session, _l, publish, require
from eak_newsletter.events import Subscribed
from eak_newsletter.models import Subscriber
from eak_newsletter.readers.ledger import write_down
from eak_newsletter.readers.subscribing import Wishes, hold, keep_wishes, require_open


def take_in(
    session: Session, actor: Actor, service: Service, address: str, wishes: Wishes, proof: str
) -> bool:
    """Let ``address`` get the letter, as ``proof`` says that they agreed; False where they do
    already. `Refused` for who has left, or whose mailbox is gone: no list brings them back."""
    require(actor, "newsletter.edit", service)
    require_open(service)
    subscriber: Subscriber = hold(session, service, address)
    if subscriber.standing == "active":
        return False
    if subscriber.standing != "pending":
        raise Refused(_l("This reader has left, or their mailbox is gone: ask them anew."))
    keep_wishes(session, subscriber, wishes)
    write_down(session, subscriber, "imported", "import", proof)
    publish(
        session, Subscribed(subscriber_id=subscriber.id, source="import"), service_id=service.id
    )
    return True
