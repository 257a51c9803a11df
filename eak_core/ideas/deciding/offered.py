"""A transfer that is offered: those who run the service where an idea would go take it, or decline
with a reason. Until then it stays where it is, and everything there goes on.

An internal service does not exist for who may not read it: neither does what it offers, whatever
they run, for somebody who came to a team, or from an address of agents, after it was offered.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_once
from eak_core.errors import Conflict, NotFound, Refused
from eak_core.events import publish
from eak_core.i18n import _, _l
from eak_core.ideas.deciding.models import TransferOffer
from eak_core.ideas.deciding.transferring import STAGES, carry_idea, ensure_transferable, held_idea
from eak_core.ideas.deciding.transitions import checked_reason
from eak_core.ideas.events import IdeaTransferAnswered, IdeaTransferOffered, Outcome
from eak_core.ideas.models import Idea
from eak_core.ideas.visibility import public_ideas
from eak_core.people.rights.actor import readers_among
from eak_core.people.rights.roles import runners_of
from eak_core.permissions import Actor, require
from eak_core.services.lookup import visible_to
from eak_core.services.models import Service

#: How many offers one page lists.
LISTED = 100


class Waiting(NamedTuple):
    """An offer that waits for an answer, with its idea and the other one of both services."""

    offer: TransferOffer
    idea: Idea
    other: Service


def offer_idea(
    session: Session, actor: Actor, service: Service, idea_id: int, to: Service, reason: str
) -> TransferOffer:
    """Offer the idea ``idea_id`` of ``service`` to those who run ``to``, where ``actor`` could
    submit one.

    Refused as `eak_core.ideas.deciding.transferring.transfer_idea` refuses, `Refused` where
    somebody who runs ``to`` may not read ``service``, and `Conflict` where it is offered already.
    """
    require(actor, "idea.change_stage", service)
    require(actor, "idea.submit", to)
    reason = checked_reason(reason)
    # Whoever is offered it reads the idea, and so that there is a service which it comes from.
    told = runners_of(session, to)
    if set(told) - readers_among(session, service, told):
        raise Refused(
            _(
                "Those who run the service “%(service)s” may not all know of this one: nothing"
                " was offered to them.",
                service=to.name,
            )
        )
    ideas = held_idea(session, service, idea_id)
    ensure_transferable(session, actor, service, to, ideas)
    row = {
        "idea_id": idea_id, "from_id": service.id, "to_id": to.id, "offered_by": actor.person_id,
        "offered_at": clock.now(), "reason": reason,
    }  # fmt: skip
    number = insert_once(session, TransferOffer, row, TransferOffer.id)
    if number is None:
        raise Conflict(
            _l(
                "This idea is offered to a service already: nothing was changed. Take that offer"
                " back first."
            )
        )
    offer = session.get_one(TransferOffer, number)
    _tell(session, actor, offer, IdeaTransferOffered(**_ends(offer)))
    return offer


def take_idea(session: Session, actor: Actor, to: Service, offer_id: int) -> Idea:
    """Take the idea of an offer to ``to``, which ``actor`` runs; it is transferred for the reason
    of the offer. `Conflict` where it was answered or taken back in between, `NotFound` where
    the idea has gone, `Refused` where it cannot go by now."""
    require(actor, "idea.change_stage", to)
    offer = _of(session, offer_id, *_received_by(actor, to))
    service = session.get_one(Service, offer.from_id)
    ideas = held_idea(session, service, offer.idea_id)
    _answer(session, actor, offer, "taken")
    return carry_idea(session, actor, service, to, ideas, offer.reason)


def decline_idea(
    session: Session, actor: Actor, to: Service, offer_id: int, reason: str
) -> TransferOffer:
    """Leave the idea of an offer where it is, for a ``reason`` that who offered it reads.
    `Conflict` where it was answered or taken back in between."""
    require(actor, "idea.change_stage", to)
    reason = checked_reason(reason)
    offer = _of(session, offer_id, *_received_by(actor, to))
    _answer(session, actor, offer, "declined", reason)
    return offer


def take_back(session: Session, actor: Actor, service: Service, offer_id: int) -> TransferOffer:
    """Take an offer of ``service`` back: any who run it may. `Conflict` where it was answered in
    between."""
    require(actor, "idea.change_stage", service)
    offer = _of(session, offer_id, TransferOffer.from_id == service.id)
    _answer(session, actor, offer, "taken_back")
    return offer


def waiting(session: Session, actor: Actor, to: Service, offer_id: int) -> Waiting:
    """The offer ``offer_id`` to a service, as long as it waits. `NotFound` without one that
    ``actor`` may know of."""
    row = None
    if 0 < offer_id < 2**31:
        row = session.execute(
            _open(TransferOffer, Idea, Service)
            .join(Service, Service.id == TransferOffer.from_id)
            .where(TransferOffer.id == offer_id, *_received_by(actor, to))
        ).one_or_none()
    if row is None:
        raise _nothing()
    return Waiting(*row)


def received(session: Session, actor: Actor, service: Service) -> list[Waiting]:
    """What is offered to a service and waits, as far as ``actor`` may know of it, the oldest first,
    with the services that offer it; what cannot go as it stands now is left out."""
    rows = session.execute(
        _open(TransferOffer, Idea, Service)
        .join(Service, Service.id == TransferOffer.from_id)
        .where(*_received_by(actor, service))
        .order_by(TransferOffer.id)
        .limit(LISTED)
    )
    return [Waiting(*row) for row in rows]


def sent(session: Session, service: Service) -> list[Waiting]:
    """What a service has offered and waits, the oldest first, with the services that it is offered
    to."""
    rows = session.execute(
        _open(TransferOffer, Idea, Service)
        .join(Service, Service.id == TransferOffer.to_id)
        .where(TransferOffer.from_id == service.id)
        .order_by(TransferOffer.id)
        .limit(LISTED)
    )
    return [Waiting(*row) for row in rows]


def waiting_since(
    session: Session, actor: Actor, service: Service
) -> tuple[tuple[int, datetime | None], tuple[int, datetime | None]]:
    """How many offers to a service that ``actor`` may know of wait for its answer, and since when
    the oldest does; then the same of what it has offered itself."""
    number = _open(func.count(), func.min(TransferOffer.offered_at))
    to_it = session.execute(number.where(*_received_by(actor, service))).one()
    of_it = session.execute(number.where(TransferOffer.from_id == service.id)).one()
    return (to_it[0], to_it[1]), (of_it[0], of_it[1])


def offered_to(session: Session, idea: Idea) -> Waiting | None:
    """The offer of an idea that waits; None where there is none."""
    row = session.execute(
        _open(TransferOffer, Idea, Service)
        .join(Service, Service.id == TransferOffer.to_id)
        .where(TransferOffer.idea_id == idea.id)
    ).one_or_none()
    return None if row is None else Waiting(*row)


def _open(*columns: Any) -> Select[*tuple[Any, ...]]:
    """The statement of the offers that wait, of ideas that can still go."""
    return (
        select(*columns)
        .select_from(TransferOffer)
        .join(Idea, (Idea.id == TransferOffer.idea_id))
        .where(
            TransferOffer.outcome.is_(None),
            Idea.stage.in_(STAGES),
            *public_ideas(TransferOffer.from_id),
        )
    )


def _received_by(actor: Actor, service: Service) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep what is offered to ``service`` by those ``actor`` may read."""
    known = select(Service.id).where(visible_to(actor))
    return TransferOffer.to_id == service.id, TransferOffer.from_id.in_(known)


def _of(session: Session, offer_id: int, *conditions: ColumnElement[bool]) -> TransferOffer:
    """An offer; `NotFound` without one."""
    query = select(TransferOffer).where(TransferOffer.id == offer_id, *conditions)
    found = session.scalar(query) if 0 < offer_id < 2**31 else None
    if found is None:
        raise _nothing()
    return found


def _answer(
    session: Session, actor: Actor, offer: TransferOffer, outcome: Outcome, answer: str = ""
) -> None:
    """Let an offer have its ``outcome``, once; `Conflict` where it had one in between."""
    session.refresh(offer, with_for_update=True)
    if offer.outcome is not None:
        raise Conflict(
            _l("This offer was answered, or taken back, in between: nothing was changed.")
        )
    offer.outcome, offer.answer = outcome, answer
    offer.answered_by, offer.answered_at = actor.person_id, clock.now()
    session.flush()
    event = IdeaTransferAnswered(**_ends(offer), outcome=outcome)
    _tell(session, actor, offer, event)


def _ends(offer: TransferOffer) -> dict[str, int]:
    return {
        "idea_id": offer.idea_id, "from_id": offer.from_id, "to_id": offer.to_id,
        "offer_id": offer.id,
    }  # fmt: skip


def _tell(
    session: Session,
    actor: Actor,
    offer: TransferOffer,
    event: IdeaTransferOffered | IdeaTransferAnswered,
) -> None:
    """Say it in the logs of both services: each has its own journal."""
    for service_id in (offer.from_id, offer.to_id):
        publish(session, event, service_id=service_id, actor_id=actor.person_id)


def _nothing() -> NotFound:
    return NotFound(_l("There is no offer at this address: it was answered, or taken back."))
