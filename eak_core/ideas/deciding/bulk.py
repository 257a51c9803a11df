"""All ideas that filters keep brought to one stage, however many: some at a time, by a worker, each
by the act of a single decision (`eak_core.ideas.deciding.moving`). It goes on where it stood when a
worker has ended in between."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Conflict, Refused
from eak_core.events import CORE, Part, on_schedule, schedule
from eak_core.i18n import _l
from eak_core.ideas.deciding.models import BulkMove
from eak_core.ideas.deciding.moving import Chosen, Fate, foresee_each, move_each
from eak_core.ideas.deciding.screening import OPEN, near_to
from eak_core.ideas.deciding.transitions import checked_reason, stage_graph
from eak_core.ideas.models import Idea
from eak_core.ideas.reading.listing import Filters, conditions
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.permissions import Actor, may, require
from eak_core.plugins.per_service.activation import active_plugins
from eak_core.services.lookup import row_in
from eak_core.services.models import Service

NAME = "bulk_move"
#: How many ideas one transaction moves: whoever waits to write has a turn in between.
PORTION = 50
#: How many are brought to another stage by one act of somebody.
MOST = 5_000
#: Of so many that stayed it is told which.
TOLD = 100
#: So long after it was asked for it is known what became of it.
REMEMBERED = timedelta(days=30)


def number_of(session: Session, service: Service, filters: Filters) -> int:
    """How many ideas ``filters`` keep, at most one more than `MOST`."""
    kept = select(Idea.id).where(*conditions(session, service.id, filters)).limit(MOST + 1)
    return session.scalar(select(func.count()).select_from(kept.subquery())) or 0


def near_among(session: Session, actor: Actor, service: Service, filters: Filters) -> int:
    """How many of those ideas ``actor`` cannot decide about, being too near to them."""
    if filters.stage not in OPEN:
        return 0
    kept = conditions(session, service.id, filters)
    near = select(func.count()).select_from(Idea).where(*kept, near_to(service, actor))
    return session.scalar(near) or 0


def begin(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    filters: Filters,
    to: str,
    reason: str,
) -> BulkMove:
    """Let every idea that ``filters``, which name a stage, keep be brought to ``to`` for one public
    ``reason``, as soon as a worker comes to it.

    The same asked twice is asked once. `Forbidden` without the right, `Invalid` without a reason,
    `Refused` where no idea of that stage can go there, for none and for more than `MOST`;
    `Conflict` while another one is under way.
    """
    require(actor, "idea.change_stage", service)
    reason = checked_reason(reason)
    here = filters.stage or ""
    if to not in {stage.name for stage in stage_graph(active).next(here)}:
        raise Refused(_l("Choose where these ideas go."))
    asked = {
        "asked_by": actor.person_id,
        "from_stage": here,
        "to_stage": to,
        "subject": filters.subject,
        "commune": filters.commune,
        "text": filters.text,
    }
    # One after the other: whoever asks at the same time waits here.
    session.get_one(Service, service.id, with_for_update={"key_share": True})
    running = session.scalar(
        select(BulkMove).where(BulkMove.service_id == service.id, BulkMove.outcome.is_(None))
    )
    if running is not None:
        if all(getattr(running, name) == value for name, value in asked.items()):
            return running
        raise Conflict(_l("Ideas of this service are being moved already: wait until it is done."))
    total = number_of(session, service, filters)
    if not 0 < total <= MOST:
        raise Refused(
            _l("At most 5,000 ideas can be moved at once: narrow the list by its filters.")
            if total
            else _l("There is no such idea any more.")
        )
    session.execute(
        delete(BulkMove).where(
            BulkMove.service_id == service.id, BulkMove.asked_at < clock.now() - REMEMBERED
        )
    )
    move = BulkMove(
        service_id=service.id, asked_at=clock.now(), reason=reason, total=total, **asked
    )
    session.add(move)
    session.flush()
    schedule(session, CORE.name, service.id, f"{NAME}:{move.id}", clock.now())
    return move


@on_schedule(CORE, NAME)
def go_on(session: Session, service: Service, name: str, due_at: datetime) -> Part | None:
    """Bring the next ideas to their stage; all that moved so far stays moved, whatever comes."""
    move = session.get(BulkMove, int(name.partition(":")[2]), with_for_update=True)
    if move is None or move.outcome is not None:
        return None
    actor = actor_for(session, session.get_one(Person, move.asked_by))
    if not may(actor, "idea.change_stage", service):
        move.outcome = "stopped"
        return None
    kept = conditions(session, service.id, filters_of(move))
    ids = session.scalars(
        select(Idea.id).where(*kept, Idea.id > move.after_id).order_by(Idea.id).limit(PORTION)
    ).all()
    chosen = [Chosen(each, move.from_stage) for each in ids]
    active = active_plugins(session, service.id)
    fates = move_each(session, actor, service, active, chosen, move.to_stage, move.reason)
    stay = [str(each.chosen.idea_id) for each in fates if not each.moves]
    move.done += len(ids)
    move.moved += len(ids) - len(stay)
    move.stayed = " ".join([*move.stayed.split(), *stay][:TOLD])
    if len(ids) < PORTION:
        move.outcome = "done"
        return None
    move.after_id = ids[-1]
    return Part(move.done, max(move.total, move.done))


def filters_of(move: BulkMove) -> Filters:
    """What keeps the ideas that ``move`` is about."""
    return Filters(
        stage=move.from_stage, subject=move.subject, commune=move.commune, text=move.text
    )


def bulk_move_of(session: Session, service: Service, move_id: int) -> BulkMove:
    """A move of this service. `NotFound` without one."""
    return row_in(session, service, BulkMove, move_id)


def stayed(
    session: Session, actor: Actor, service: Service, active: frozenset[str], move: BulkMove
) -> list[Fate]:
    """The first ideas that stayed where they were, with why they would stay now."""
    chosen = [Chosen(int(each), move.from_stage) for each in move.stayed.split()]
    return foresee_each(session, actor, service, active, chosen, move.to_stage)
