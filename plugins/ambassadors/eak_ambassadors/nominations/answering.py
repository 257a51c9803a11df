"""The answer of the person who was nominated: theirs alone.

Agreeing is an event. Refusing leaves nothing that anybody else could see: no event, no mail, no
scheduled work, no other page, and no other time. It can be taken back as long as one may answer.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, select, update

from eak_ambassadors.events import Consented
from eak_ambassadors.models import Nomination
from eak_ambassadors.nominations.nominating import TIME_TO_ANSWER
from eak_core.api import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    Service,
    Session,
    SignInRequired,
    _l,
    clock,
    hold_account,
    person_address,
    publish,
)


def asked(session: Session, actor: Actor, service: Service, nomination_id: int) -> Nomination:
    """A nomination that asks ``actor``, or that they have agreed to. `NotFound` for everybody else,
    and once the time to answer is over: nobody learns from an address that somebody was
    nominated."""
    if not actor.signed_in:
        raise SignInRequired(_l("Please sign in with the address that we have written to."))
    found = session.scalar(
        select(Nomination)
        .where(Nomination.id == nomination_id, *_asking(session, actor, service))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(_l("There is no nomination at this address that asks you."))
    return found


def asking(session: Session, actor: Actor, service: Service) -> Sequence[Nomination]:
    """The nominations that ``actor`` may answer, the oldest first."""
    if not actor.signed_in:
        return []
    return session.scalars(
        select(Nomination)
        .where(*_asking(session, actor, service), Nomination.agreed_at.is_(None))
        .order_by(Nomination.id)
    ).all()


def agree(session: Session, actor: Actor, service: Service, nomination_id: int) -> None:
    """Let the nomination go on; what follows is read by the agents of the administration.

    `Forbidden` for whoever is no agent, `Conflict` where another one of theirs is under way.
    """
    hold_account(session, actor)
    found = _held(session, actor, service, nomination_id)
    if found.agreed_at is not None:
        return
    if not actor.agent:
        raise Forbidden(_l("Agents of the administration are recognised here."))
    if under_way(session, service.id, actor.person_id or 0):
        raise Conflict(_l("Another nomination of yours is under way: it says the same."))
    found.nominee_id, found.agreed_at, found.refused_at = actor.person_id, clock.now(), None
    found.badge_id = new_badge_id(found.id)
    session.flush()
    consented = Consented(nomination_id=found.id)
    publish(session, consented, service_id=service.id, actor_id=actor.person_id)


def refuse(session: Session, actor: Actor, service: Service, nomination_id: int) -> None:
    """Let the nomination go no further, without anybody being told."""
    hold_account(session, actor)
    found = _held(session, actor, service, nomination_id)
    if found.agreed_at is not None:
        raise Conflict(_l("You have agreed to this nomination."))
    found.refused_at = found.refused_at or clock.now()


def new_badge_id(_nomination_id: int) -> str:
    """The name of the badge that a nomination may lead to: what supports it is about that."""
    return str(uuid4())


def under_way(session: Session, service_id: int, person_id: int) -> bool:
    """Whether a nomination that ``person_id`` has agreed to waits for what follows."""
    return (
        session.scalar(
            select(Nomination.id)
            .where(
                Nomination.service_id == service_id,
                Nomination.nominee_id == person_id,
                Nomination.agreed_at.is_not(None),
                Nomination.closed_at.is_(None),
            )
            .limit(1)
        )
        is not None
    )


def forget_old(session: Session, service_id: int) -> None:
    """Forget whom nominations were of that nobody has agreed to in time: refused or not, they are
    the same afterwards."""
    session.execute(
        update(Nomination)
        .where(
            Nomination.service_id == service_id,
            Nomination.agreed_at.is_(None),
            Nomination.nominated_at <= clock.now() - TIME_TO_ANSWER,
        )
        .values(address=None, name="", examples="", conflict="", refused_at=None)
    )


def open_since() -> datetime:
    """From when on a nomination must be for its answer to count now."""
    return clock.now() - TIME_TO_ANSWER


def _held(session: Session, actor: Actor, service: Service, nomination_id: int) -> Nomination:
    """The nomination, which nobody else changes before this transaction ends; nor any other of
    the same person, who might agree to two at once."""
    held = select(Nomination.id).where(*_asking(session, actor, service)).order_by(Nomination.id)
    session.execute(held.with_for_update()).all()
    return asked(session, actor, service, nomination_id)


def _asking(session: Session, actor: Actor, service: Service) -> tuple[ColumnElement[bool], ...]:
    address = person_address(session, actor.person_id or 0) if actor.confirmed else None
    theirs = Nomination.nominee_id == actor.person_id
    waiting = (
        Nomination.agreed_at.is_(None)
        & (Nomination.address == (address or ""))
        & (Nomination.nominated_at > open_since())
    )
    return (Nomination.service_id == service.id, theirs | waiting)
