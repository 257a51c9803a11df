"""Several ideas brought to one stage at once: each by the act of a single decision, and told one by
one what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Conflict, Refused
from eak_core.events import publish
from eak_core.i18n import _, _l
from eak_core.ideas.deciding import prepared
from eak_core.ideas.deciding.models import PreparedDecision
from eak_core.ideas.deciding.transitions import (
    answered_at,
    change_stage,
    checked_reason,
    foresee_change,
    stage_graph,
)
from eak_core.ideas.events import IdeaStageChanged
from eak_core.ideas.models import Idea, StageChange
from eak_core.ideas.stages import UNCHOSEN
from eak_core.ideas.visibility import public_ideas
from eak_core.permissions import Actor, require
from eak_core.services.models import Service

#: How many ideas are brought to another stage by one act.
MOST = 100


class Chosen(NamedTuple):
    """An idea that somebody chose, and the stage in which it stood before their eyes."""

    idea_id: int
    seen: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a chosen idea. ``refusal`` says why it stays where it is; ``already`` where
    it stood in the asked stage before. ``idea`` is None where everybody may no longer read it."""

    chosen: Chosen
    idea: Idea | None
    refusal: Any = None
    already: bool = False

    @property
    def moves(self) -> bool:
        """Whether it comes, or came, from another stage to the asked one."""
        return self.refusal is None and not self.already


def foresee_each(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    chosen: Sequence[Chosen],
    to: str,
) -> list[Fate]:
    """What would become of the ``chosen`` ideas if they were to come to ``to`` now, in their order;
    nothing is written. `Refused` for more than `MOST`."""

    def foresee(idea: Idea, seen: str) -> None:
        foresee_change(session, actor, service, active, idea, to, seen=seen)
        if idea.id in waiting:
            raise _prepared()

    require(actor, "idea.change_stage", service)
    ideas = _public(session, service, chosen)
    query = select(PreparedDecision).where(PreparedDecision.idea_id.in_(ideas))
    waiting = {
        each.idea_id
        for each in session.scalars(query)
        if each.from_stage == ideas[each.idea_id].stage
    }
    return _fates(ideas, chosen, to, foresee)


def move_each(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    chosen: Sequence[Chosen],
    to: str,
    reason: str,
) -> list[Fate]:
    """Bring the ``chosen`` ideas to ``to`` with one public ``reason``, each as `change_stage` does
    it alone, and answer what became of each, in their order.

    One that is refused leaves nothing of itself and keeps no other back; one that stands there
    already, because the same was sent before, is left alone. `Forbidden` without the right,
    `Invalid` without a reason, `Refused` for more than `MOST`: nothing is changed then.
    """

    def move(idea: Idea, seen: str) -> None:
        with session.begin_nested():
            if prepared.prepared_for(session, idea) is not None:
                raise _prepared()
            change_stage(session, actor, service, active, idea, to, reason, seen=seen)

    require(actor, "idea.change_stage", service)
    return _fates(_public(session, service, chosen, hold=True), chosen, to, move)


def _fates(
    ideas: dict[int, Idea],
    chosen: Sequence[Chosen],
    to: str,
    act: Callable[[Idea, str], None],
) -> list[Fate]:
    found = []
    for each in chosen:
        idea, refusal, already = ideas.get(each.idea_id), None, False
        if idea is None:
            refusal = _l("This idea is no longer public: look for it in the list of its stage.")
        elif idea.stage == to:
            already = True
        else:
            try:
                act(idea, each.seen)
            except (Conflict, Refused) as why:
                refusal = str(why)
        found.append(Fate(each, idea, refusal, already))
    return found


def _public(
    session: Session, service: Service, chosen: Sequence[Chosen], *, hold: bool = False
) -> dict[int, Idea]:
    """The public ones among ``chosen`` ideas by their ids; all held in one order where two people
    may choose the same."""
    if len(chosen) > MOST:
        raise Refused(
            _l(
                "At most 100 ideas can be moved at once: nothing was changed. Choose fewer, then"
                " the others."
            )
        )
    query = select(Idea).where(
        Idea.id.in_({each.idea_id for each in chosen}), *public_ideas(service.id)
    )
    if hold:
        query = query.order_by(Idea.id).with_for_update()
        query = query.execution_options(populate_existing=True)
    return {idea.id: idea for idea in session.scalars(query)}


def _prepared() -> Refused:
    return Refused(
        _l(
            "An answer is prepared for this idea: publish it, or forget it, on the page of the"
            " idea."
        )
    )


def move_ideas(
    session: Session,
    actor: Actor,
    service: Service,
    from_stages: Sequence[str],
    to: str,
    reason: str,
    *,
    active: frozenset[str],
) -> int:
    """Bring every idea in ``from_stages`` to ``to`` before their plugin is switched off.

    ``active`` are the plugins that stay on. Guards are not asked, since the rules they keep go
    with the plugin. Answers how many ideas moved; each change is an event.
    """
    require(actor, "idea.change_stage", service)
    graph = stage_graph(active)
    if to in UNCHOSEN or to not in {stage.name for stage in graph.stages()}:
        raise Refused(
            _("Ideas cannot be brought to “%(there)s” here.", there=graph.stage(to).title)
        )
    reason = checked_reason(reason)
    moving = session.execute(
        select(Idea.id, Idea.stage)
        .where(Idea.service_id == service.id, Idea.stage.in_(from_stages))
        .order_by(Idea.id)
        .with_for_update()
    ).all()
    if not moving:
        return 0
    standing = [(idea_id, stage) for idea_id, stage in moving]
    changes = _write_moves(session, actor, standing, to, reason)
    for (idea_id, stage), change_id in zip(standing, changes, strict=True):
        publish(
            session,
            IdeaStageChanged(idea_id=idea_id, from_stage=stage, to_stage=to, change_id=change_id),
            service_id=service.id,
            actor_id=actor.person_id,
        )
    return len(moving)


def _write_moves(
    session: Session, actor: Actor, standing: Sequence[tuple[int, str]], to: str, reason: str
) -> Sequence[int]:
    """Bring the ideas of ``standing``, each with its stage, to ``to``; answers the ids of the
    changes, in the same order."""
    at = clock.now()
    rows = [
        {"idea_id": idea_id, "from_stage": stage, "to_stage": to,
         "actor_id": actor.person_id, "at": at, "reason": reason}
        for idea_id, stage in standing
    ]  # fmt: skip
    changes = session.scalars(
        insert(StageChange).returning(StageChange.id, sort_by_parameter_order=True), rows
    ).all()
    session.execute(
        update(Idea)
        .where(Idea.id.in_([idea_id for idea_id, _stage in standing]))
        .values(stage=to, updated_at=at, answered_at=answered_at(to, at))
    )
    return changes
