"""Endorsing somebody who agreed to be nominated: at least two colleagues, from two services."""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select

from eak_ambassadors.badges import writing
from eak_ambassadors.events import Endorsed
from eak_ambassadors.models import TEXT_LENGTH, Endorsement, Nomination
from eak_ambassadors.recognition import signing
from eak_ambassadors.recognition.issuing import badge_urn
from eak_core.api import (
    Actor,
    Invalid,
    NotFound,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_text,
    clock,
    hold_account,
    insert_once,
    may,
    publish,
    require,
)

#: How many endorsements a nomination needs, each for another service.
NEEDED = 2


def candidacy(session: Session, service: Service, nomination_id: int) -> Nomination:
    """A nomination that was agreed to. `NotFound` otherwise: before, it is nobody's to know of."""
    found = session.get(Nomination, nomination_id) if 0 < nomination_id < 2**31 else None
    if (
        found is None
        or found.service_id != service.id
        or found.agreed_at is None
        or found.nominee_id is None
    ):
        raise NotFound(_l("There is no nomination at this address."))
    return found


def under_way(session: Session, service: Service, at_most: int = 100) -> Sequence[Nomination]:
    """The nominations that were agreed to and not decided, the oldest first."""
    return session.scalars(
        select(Nomination)
        .where(
            Nomination.service_id == service.id,
            Nomination.agreed_at.is_not(None),
            Nomination.closed_at.is_(None),
            Nomination.nominee_id.is_not(None),
        )
        .order_by(Nomination.agreed_at, Nomination.id)
        .limit(at_most)
    ).all()


def endorsements(session: Session, nomination_id: int) -> Sequence[tuple[Endorsement, str]]:
    """What colleagues said, each with the name of the service it was said for."""
    rows = session.execute(
        select(Endorsement, Service.name)
        .join(Service, Service.id == Endorsement.for_service_id)
        .where(Endorsement.nomination_id == nomination_id)
        .order_by(Endorsement.id)
    )
    return [(each, name) for each, name in rows]


def places(session: Session, actor: Actor) -> Sequence[Service]:
    """The services that ``actor`` can speak for: those they may read."""
    services = session.scalars(
        select(Service).where(Service.archived_at.is_(None)).order_by(Service.name, Service.id)
    ).all()
    return [each for each in services if may(actor, "service.read", each)]


def refusal(session: Session, actor: Actor, nomination: Nomination) -> str | None:
    """Why ``actor`` may not endorse ``nomination``; None where they may."""
    if nomination.closed_at is not None:
        return _("This nomination was decided.")
    if actor.person_id == nomination.nominee_id:
        return _("Nobody endorses themselves.")
    if actor.person_id == nomination.nominator_id:
        return _("You have nominated this person: others say now what they have seen.")
    said = select(Endorsement.id).where(
        Endorsement.nomination_id == nomination.id, Endorsement.person_id == actor.person_id
    )
    if session.scalar(said) is not None:
        return _("You have endorsed this person already.")
    return None


def endorse(
    session: Session,
    actor: Actor,
    service: Service,
    nomination: Nomination,
    *,
    for_service_id: int,
    comment: str,
) -> int:
    """Say, for a service, what ``actor`` has seen of the person; answers the endorsement's id.

    It is signed with the key of the service where the nomination stands. `Refused` for a second one
    of the same person or the same service, and where `refusal` says why; `Invalid` for no words.
    """
    require(actor, "ambassadors.endorse", service)
    hold_account(session, actor)
    session.refresh(nomination, with_for_update=True)
    errors: dict[str, str] = {}
    missing = _("Say what you have seen, in %(most)s characters.", most=TEXT_LENGTH)
    comment = checked_text(comment, "comment", errors, most=TEXT_LENGTH, missing=missing)
    spoken_for = {each.id: each for each in places(session, actor)}
    if for_service_id not in spoken_for:
        errors["for_service"] = _("Choose the service in which you work.")
    if errors:
        raise Invalid(_l("The endorsement was not kept."), errors)
    if (why := refusal(session, actor, nomination)) is not None:
        raise Refused(why)
    values = {
        "nomination_id": nomination.id,
        "for_service_id": for_service_id,
        "person_id": actor.person_id,
        "comment": comment,
        "token": "",
        "endorsed_at": clock.now(),
    }
    endorsement_id = insert_once(session, Endorsement, values, Endorsement.id)
    if endorsement_id is None:
        raise Refused(
            _l("Somebody of this service has endorsed this person: one of another service counts.")
        )
    endorsed = Endorsed(nomination_id=nomination.id, endorsement_id=endorsement_id)
    publish(session, endorsed, service_id=service.id, actor_id=actor.person_id)
    said = writing.endorsement(
        badge_urn(new_id(endorsement_id)),
        signing.profile(service),
        badge_urn(nomination.badge_id or ""),
        name=spoken_for[for_service_id].name,
        comment=comment,
        at=clock.now(),
    )
    session.get_one(Endorsement, endorsement_id).token = signing.token(session, service, said)
    return endorsement_id


def is_supported(session: Session, nomination_id: int) -> bool:
    """Whether as many endorsements are there as are needed: each is for another service."""
    found = session.scalars(
        select(Endorsement.id).where(Endorsement.nomination_id == nomination_id).limit(NEEDED)
    )
    return len(found.all()) >= NEEDED


def new_id(_endorsement_id: int) -> str:
    """The name of an endorsement."""
    return str(uuid4())
