"""Subscribing: whoever types an address asks, and whoever reads its mail agrees (double opt-in).

Nothing that is answered tells whether an address is known. Who is signed in has proved already
that the address of their account is theirs, so they agree at once.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from eak_core.api import (
    Actor,
    Invalid,
    Refused,
    Service,
    Session,
    SignInRequired,
    _,
    _l,
    clock,
    communes,
    insert_once,
    normal_address,
    person_address,
    publish,
    require,
    subjects_of,
)
from eak_newsletter.events import Subscribed
from eak_newsletter.models import RHYTHMS, Interest, Source, Subscriber
from eak_newsletter.readers import letters
from eak_newsletter.readers.ledger import write_down


@dataclass(frozen=True)
class Wishes:
    """How often somebody wants the letter, and of what it tells them: subjects and communes by
    their codes, none for all."""

    rhythm: str = "issue"
    subjects: Collection[str] = field(default=())
    communes: Collection[str] = field(default=())


def consent_text(service: Service) -> str:
    """What somebody reads before they agree; it is kept word by word with what they agree to."""
    return _(
        "I want to receive the letter of “%(service)s” at this address. I can end it at any time by"
        " the link in each letter. My address serves to send me the letter and nothing else; it is"
        " given to nobody, and erased when I ask for it. Nobody measures whether I open or"
        " click.",
        service=service.name,
    )


def ask(
    session: Session, actor: Actor, service: Service, address: str, wishes: Wishes, shown: str
) -> None:
    """Let ``address`` be asked by mail whether it wants the letter.

    Nothing tells the caller whether it is known, or was written to. `Invalid` for what is no
    address or no wish.
    """
    require(actor, "newsletter.subscribe", service)
    require_open(service)
    try:
        address = normal_address(address)
    except ValueError:
        message = _("This is not an e-mail address: check it for a missing or extra character.")
        raise Invalid(_l("Nothing was kept."), {"address": message}) from None
    check(session, service, wishes)
    subscriber = hold(session, service, address)
    if subscriber.standing == "active":
        letters.say_known(session, service, subscriber)
        return
    if letters.ask_to_confirm(session, service, subscriber):
        # What is asked for a second time that day leaves no trace: nobody heard of it.
        write_down(session, subscriber, "asked", "page", shown)
        if subscriber.standing == "pending":
            subscriber.created_at = clock.now()
        keep_wishes(session, subscriber, wishes)


def confirm(session: Session, service: Service, subscriber_id: int) -> bool:
    """Agree, by the link that only whoever reads that mailbox has; False where it was too late."""
    subscriber = held(session, service, subscriber_id)
    if subscriber is None:
        return False
    if subscriber.standing != "active":
        _agree(session, subscriber, "link")
    return True


def subscribe_account(
    session: Session, actor: Actor, service: Service, wishes: Wishes, shown: str
) -> Subscriber:
    """Give the letter to whoever is signed in, or change what they get of it, at the address of
    their account. `Refused` where that is not confirmed."""
    require(actor, "newsletter.subscribe", service)
    require_open(service)
    address = person_address(session, actor.person_id) if actor.person_id is not None else None
    if address is None or not actor.confirmed:
        raise Refused(_l("Confirm the address of your account first: we have sent you a link."))
    check(session, service, wishes)
    subscriber = hold(session, service, address)
    subscriber.person_id = actor.person_id
    keep_wishes(session, subscriber, wishes)
    if subscriber.standing == "active":
        write_down(session, subscriber, "changed", "account")
    else:
        _agree(session, subscriber, "account", shown)
    return subscriber


def change(session: Session, service: Service, subscriber_id: int, wishes: Wishes) -> bool:
    """Change what a reader gets, by a link in one of their letters; False where they are gone."""
    check(session, service, wishes)
    subscriber = held(session, service, subscriber_id)
    if subscriber is None or subscriber.standing != "active":
        return False
    keep_wishes(session, subscriber, wishes)
    write_down(session, subscriber, "changed", "link")
    return True


def of_account(session: Session, actor: Actor, service: Service) -> Subscriber | None:
    """The reader that whoever is signed in is here, by the address of their account; None where
    they never were. `SignInRequired` where nobody is signed in."""
    if actor.person_id is None:
        raise SignInRequired(_l("Please sign in to see your subscription."))
    address = person_address(session, actor.person_id)
    query = select(Subscriber).where(Subscriber.service_id == service.id)
    return session.scalar(query.where(Subscriber.address == address))


def _agree(session: Session, subscriber: Subscriber, source: Source, shown: str = "") -> None:
    write_down(session, subscriber, "confirmed", source, shown)
    publish(
        session,
        Subscribed(subscriber_id=subscriber.id, source=source),
        service_id=subscriber.service_id,
    )


def require_open(service: Service) -> None:
    """`Refused` where the service is archived: nobody writes letters there any more."""
    if service.archived_at is not None:
        raise Refused(_l("This service is archived: its letter has ended."))


def check(session: Session, service: Service, wishes: Wishes) -> None:
    """`Invalid` where ``wishes`` name what the service does not have."""
    errors = {}
    if wishes.rhythm not in RHYTHMS:
        errors["rhythm"] = _("Choose how often you want the letter.")
    if not set(wishes.subjects) <= {each.code for each in subjects_of(session, service.id)}:
        errors["subjects"] = _("Choose among the subjects of this service.")
    if not set(wishes.communes) <= {each.code for each in communes(session)}:
        errors["communes"] = _("Choose among the communes of the territory.")
    if errors:
        raise Invalid(_l("Nothing was kept."), errors)


def hold(session: Session, service: Service, address: str) -> Subscriber:
    """The reader at ``address``, who is new where nobody asked for it so far, locked."""
    row = {
        "service_id": service.id,
        "address": address,
        "rhythm": "issue",
        "standing": "pending",
        "created_at": clock.now(),
    }
    insert_once(session, Subscriber, row, Subscriber.id)
    return session.scalars(
        select(Subscriber)
        .where(Subscriber.service_id == service.id, Subscriber.address == address)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def held(session: Session, service: Service, subscriber_id: int) -> Subscriber | None:
    """The reader of that number in ``service``, locked; None where there is none any more."""
    return session.scalar(
        select(Subscriber)
        .where(Subscriber.id == subscriber_id, Subscriber.service_id == service.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def keep_wishes(session: Session, subscriber: Subscriber, wishes: Wishes) -> None:
    """Keep what a reader wants in the place of what they wanted before."""
    subscriber.rhythm = wishes.rhythm
    session.execute(delete(Interest).where(Interest.subscriber_id == subscriber.id))
    session.add_all(
        Interest(subscriber_id=subscriber.id, kind=kind, code=code)
        for kind, codes in (("subject", wishes.subjects), ("commune", wishes.communes))
        for code in sorted(set(codes))
    )
    session.flush()


def wishes_of(session: Session, subscriber: Subscriber) -> Wishes:
    """What a reader wants."""
    rows = session.execute(
        select(Interest.kind, Interest.code)
        .where(Interest.subscriber_id == subscriber.id)
        .order_by(Interest.code)
    ).all()
    of = {kind: [code for each, code in rows if each == kind] for kind in ("subject", "commune")}
    return Wishes(subscriber.rhythm, of["subject"], of["commune"])
