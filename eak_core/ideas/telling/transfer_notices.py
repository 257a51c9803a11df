"""What people are told of ideas that go from one service to another: where they are, as far as they
may know it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from eak_core.db import Session
from eak_core.events import CORE
from eak_core.events.types import Recorded
from eak_core.i18n import _, _l
from eak_core.ideas.deciding.models import TransferOffer
from eak_core.ideas.events import (
    IdeaReceived,
    IdeaTransferAnswered,
    IdeaTransferOffered,
    IdeaTransferred,
)
from eak_core.ideas.models import Idea, IdeaTransfer
from eak_core.ideas.telling.notices import DECISIONS, around, link_to, readable_ideas
from eak_core.ideas.visibility import subject_of
from eak_core.notices.kinds import NoticeKind, Told, tells
from eak_core.people.rights.actor import readers_among
from eak_core.people.rights.roles import runners_of
from eak_core.permissions import Actor, may
from eak_core.plugins.hooks.contributions import NoticeSentence
from eak_core.services.lookup import visible_to
from eak_core.services.models import Service

OFFERS = NoticeKind(
    CORE,
    "offers",
    _l("Ideas that services offer each other"),
    _l("Another service offers you an idea, or answers what you offered."),
    managers=True,
)


@tells(CORE, OFFERS, IdeaTransferOffered)
def tell_of_offer(session: Session, event: Recorded) -> Told | None:
    """Those who run the service to which an idea is offered, and may know where it comes from."""
    if event.service_id != event.data.to_id:
        return None
    here, there = (
        session.get_one(Service, each) for each in (event.data.from_id, event.service_id)
    )
    people = readers_among(session, here, runners_of(session, there))
    return Told(people=sorted(people), permission="idea.change_stage")


@tells(CORE, OFFERS, IdeaTransferAnswered)
def tell_of_answer(session: Session, event: Recorded) -> Told | None:
    """Who offered an idea; nobody of what they took back."""
    if event.service_id != event.data.from_id or event.data.outcome == "taken_back":
        return None
    offer = session.get_one(TransferOffer, event.data.offer_id)
    return Told(people=[offer.offered_by], permission="idea.change_stage")


@tells(CORE, DECISIONS, IdeaReceived)
def tell_of_arrival(session: Session, event: Recorded) -> Told | None:
    """Those who write an idea that came from another service, who follow it, and who follow its
    subjects here or the service."""
    idea = session.get(Idea, event.data.idea_id)
    if idea is None or not readable_ideas(session, event.service_id, [idea.id]):
        return None
    return Told(people=idea.writers, followed=(subject_of(idea.id), *around(session, event)))


@tells(CORE, DECISIONS, IdeaTransferred)
def tell_of_departure(session: Session, event: Recorded) -> Told:
    """Those who followed an idea that left, and may not read the service where it is: they are
    still among its followers here."""
    return Told(followed=(subject_of(event.data.idea_id),))


def sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Iterator[tuple[int, NoticeSentence]]:
    """What ``actor`` is told of those of ``events`` that are transfers."""
    came = [each for each in events if isinstance(each.data, IdeaReceived)]
    if came:
        ideas = readable_ideas(session, service.id, [each.data.idea_id for each in came])
        known = _arrived(session, actor, came)
        for each in came:
            if each.data.idea_id in ideas:
                idea = ideas[each.data.idea_id]
                yield each.position, _came(idea, service, known.get(each.data.transfer_id))
    for each in events:
        if isinstance(each.data, IdeaTransferred):
            yield each.position, _left()
    asked = [each for each in events if isinstance(each.data, _OF_OFFERS)]
    if asked:
        query = (
            select(TransferOffer, Idea.title)
            .join(Idea, Idea.id == TransferOffer.idea_id)
            .join(Service, Service.id == TransferOffer.from_id)
            .where(visible_to(actor))
        )
        offers = {
            offer.id: (offer, title)
            for offer, title in session.execute(
                query.where(TransferOffer.id.in_([each.data.offer_id for each in asked]))
            )
        }
        for each in asked:
            if each.data.offer_id in offers:
                yield each.position, _of_offer(each, *offers[each.data.offer_id])


_OF_OFFERS = (IdeaTransferOffered, IdeaTransferAnswered)


def _of_offer(event: Recorded, offer: TransferOffer, title: str) -> NoticeSentence:
    place, because = "ideas_manage.offers", _("You run this service.")
    if isinstance(event.data, IdeaTransferOffered):
        text = _("“%(idea)s” is offered to your service", idea=title)
        return NoticeSentence(text, place, {}, offer.reason, because)
    if event.data.outcome == "taken":
        text = _("“%(idea)s”, which you offered, was taken", idea=title)
    else:
        text = _("“%(idea)s”, which you offered, was declined and stays", idea=title)
    return NoticeSentence(text, place, {}, offer.answer or "", because)


def _arrived(
    session: Session, actor: Actor, events: Sequence[Recorded]
) -> dict[int, tuple[str, str]]:
    """From which service ideas came, and why, as far as ``actor`` may read that service."""
    if not events:
        return {}
    rows = session.execute(
        select(IdeaTransfer.id, IdeaTransfer.reason, Service)
        .join(Service, Service.id == IdeaTransfer.from_id)
        .where(IdeaTransfer.id.in_([each.data.transfer_id for each in events]))
    )
    return {
        number: (place.name, reason)
        for number, reason, place in rows
        if may(actor, "service.read", place)
    }


def _came(idea: Any, service: Service, told: tuple[str, str] | None) -> NoticeSentence:
    link = link_to(idea)
    text = _(
        "“%(idea)s” is in the service “%(service)s” now", idea=idea.title, service=service.name
    )
    if told is None:
        return NoticeSentence(text, link.endpoint, link.values)
    text = _(
        "“%(idea)s” was transferred from “%(here)s” to “%(there)s”, where it goes on",
        idea=idea.title, here=told[0], there=service.name,
    )  # fmt: skip
    return NoticeSentence(text, link.endpoint, link.values, told[1])


def _left() -> NoticeSentence:
    """Without its title and without where it is, which who is told may not read."""
    text = _("An idea that you follow has left this service")
    return NoticeSentence(text, "ideas.index", {}, "", _("You follow it."))
