"""In which services an idea has been, as far as somebody may know of them: where its former
addresses lead, and what its history tells. A service that somebody may not read does not exist for
them, so an idea went past it from the one before to the one behind."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from eak_core.db import Session
from eak_core.i18n import _
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.models import Idea, IdeaTransfer
from eak_core.ideas.visibility import numbered, shown_idea
from eak_core.permissions import Actor, may
from eak_core.services.models import Service


class Passage(NamedTuple):
    """That an idea went from one service to another, as somebody sees it. ``transfer_id`` is the
    last transfer on the way; ``direct``: there was nothing between both."""

    transfer_id: int
    from_id: int
    to_id: int
    direct: bool


@dataclass(frozen=True, slots=True)
class Transferred:
    """An entry of the history of an idea: it was transferred ``at`` an instant, for the ``reason``
    where it may be read."""

    at: datetime
    label: str
    reason: str
    url: str | None = None


def passages(went: Iterable[tuple[int, int, int]], seen: Container[int]) -> Iterator[Passage]:
    """How an idea that ``went`` through services – each transfer with its id, from where, and to
    where, in their order – did so for somebody who has ``seen`` some of these."""
    here: int | None = None
    for transfer_id, from_id, to_id in went:
        if from_id in seen:
            here = from_id
        if to_id not in seen:
            continue
        if here is not None and here != to_id:
            yield Passage(transfer_id, here, to_id, direct=here == from_id)
        here = to_id


# Put together once: the page of every idea asks for them, and so does its history.
_TRANSFERS = (
    select(IdeaTransfer).where(IdeaTransfer.idea_id == bindparam("idea")).order_by(IdeaTransfer.id)
)


def transfers_of(session: Session, idea_id: int) -> Sequence[IdeaTransfer]:
    """How an idea went from service to service, in the order in which it did."""
    return session.scalars(_TRANSFERS, {"idea": idea_id}).all()


def told_of(
    session: Session, actor: Actor, transfers: Sequence[IdeaTransfer]
) -> Iterator[Transferred]:
    """What ``actor`` is told of ``transfers`` of an idea."""
    if not transfers:
        return
    ids = {each for one in transfers for each in (one.from_id, one.to_id)}
    places = {
        each.id: each.name
        for each in session.scalars(select(Service).where(Service.id.in_(ids)))
        if may(actor, "service.read", each)
    }
    by_id = {each.id: each for each in transfers}
    for passage in passages(((one.id, one.from_id, one.to_id) for one in transfers), places):
        last = by_id[passage.transfer_id]
        label = _(
            "Transferred from “%(here)s” to “%(there)s”",
            here=places[passage.from_id],
            there=places[passage.to_id],
        )
        # What is said of one step is not said of two, nor to who may not know of both its ends.
        yield Transferred(last.at, label, last.reason if passage.direct else "")


def leads_to(
    session: Session, actor: Actor, service: Service, idea_id: int
) -> tuple[str, int] | None:
    """Where the former address of an idea in ``service`` leads to: the address of the service where
    it is, and the idea that it is, or is part of, by now. None where it never was in ``service``,
    or ``actor`` may not read where it is."""
    row = session.execute(
        select(Service, Idea.id, Idea.merged_into_id)
        .join(Idea, Idea.service_id == Service.id)
        .join(IdeaTransfer, IdeaTransfer.idea_id == Idea.id)
        .where(Idea.id == idea_id, IdeaTransfer.from_id == service.id, Service.id != service.id)
        .limit(1)
    ).one_or_none()
    if row is None or not may(actor, "service.read", row[0]):
        return None
    return row[0].slug, row[2] or row[1]


def in_other_services(session: Session, subjects: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The titles and addresses of those of ``subjects`` that are ideas of other services, as
    everybody may read them."""
    ids = numbered("idea", subjects)
    if not ids:
        return {}
    rows = session.execute(
        select(Idea.id, Idea.slug, Idea.title, Service.slug.label("service"))
        .join(Service, Service.id == Idea.service_id)
        .where(Idea.id.in_(ids), Service.audience == "public", shown_idea())
    )
    return {ids[row.id]: (row.title, idea_url(row, service_slug=row.service)) for row in rows}
