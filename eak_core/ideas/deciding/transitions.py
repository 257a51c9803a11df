"""Bringing ideas from stage to stage: the right person, past the guards, with a public reason."""

from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, delete, func, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Conflict, Refused
from eak_core.events import publish
from eak_core.i18n import _, _l
from eak_core.ideas.content.rows import transferred_meanwhile
from eak_core.ideas.deciding.models import PreparedDecision
from eak_core.ideas.deciding.screening import require_opinions
from eak_core.ideas.events import IdeaStageChanged, IdeaWithdrawn
from eak_core.ideas.models import Idea, StageChange
from eak_core.ideas.stages import ADOPTED, DRAFT, UNDER_WAY, WITHDRAWN, Graph, Stage, weave
from eak_core.permissions import Actor, may, require
from eak_core.plugins.loading.host import get_host
from eak_core.services.models import Service
from eak_core.web.text import REASON_LENGTH
from eak_core.web.typed import checked_words

_EXTENSION = "eak_stage_path"


def stage_graph(active: frozenset[str]) -> Graph:
    """The stages of a service in which the plugins ``active`` are on.

    Plugins that are not ready keep their place and their titles, since ideas may stand there.
    """
    installed = get_host().installed
    known = current_app.extensions.get(_EXTENSION)
    if known is None or known[0] is not installed:
        path = weave(
            (name, stage)
            for name, found in installed.items()
            if found.plugin is not None
            for stage in found.plugin.stages
        )
        known = current_app.extensions[_EXTENSION] = (installed, path)
    return Graph(known[1], active)


def has_outcome(idea: Idea) -> bool:
    """Whether ``idea`` has come to its end: rejected, withdrawn, or an outcome of a plugin."""
    return stage_graph(frozenset()).is_final(idea.stage)


def next_stages(active: frozenset[str], service: Service, idea: Idea, actor: Actor) -> list[Stage]:
    """Where ``actor`` may bring ``idea`` now, the way forward first. Guards may still refuse."""
    if not may(actor, "idea.change_stage", service, idea):
        return []
    return stage_graph(active).next(idea.stage)


def can_withdraw(active: frozenset[str], service: Service, idea: Idea, actor: Actor) -> bool:
    """Whether ``actor`` can take ``idea`` back: its author, as long as it has no outcome and was
    not adopted. From then on others have begun to work on it."""
    if idea.stage in (DRAFT, ADOPTED, UNDER_WAY) or stage_graph(active).is_final(idea.stage):
        return False
    return may(actor, "idea.withdraw", service, idea)


def change_stage(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    idea: Idea,
    to: str,
    reason: str,
    *,
    seen: str | None = None,
) -> StageChange:
    """Bring ``idea`` to the stage ``to``, with a public ``reason``.

    ``seen`` is the stage that the person had before their eyes. `Forbidden` without the role,
    `Conflict` where somebody moved the idea in between, `Refused` where the graph or a guard says
    no, `Invalid` without a reason; nothing is written then.
    """
    reason = checked_move(actor, service, active, idea, to, reason, seen=seen)
    # Held, so that nobody gives, or takes away, an opinion meanwhile.
    held = session.scalar(select(Idea.stage).where(Idea.id == idea.id).with_for_update())
    if held == idea.stage:
        require_opinions(session, actor, service, idea, to)
    change = _move(session, actor, service, active, idea, to, reason)
    session.execute(delete(PreparedDecision).where(PreparedDecision.idea_id == idea.id))
    publish(
        session,
        IdeaStageChanged(
            idea_id=idea.id,
            from_stage=change.from_stage,
            to_stage=change.to_stage,
            change_id=change.id,
        ),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return change


def foresee_change(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    idea: Idea,
    to: str,
    *,
    seen: str | None = None,
) -> None:
    """Return where `change_stage` would bring ``idea`` to ``to`` as everything stands; raises what
    it would otherwise. Nothing is held and nothing written."""
    _check_way(actor, service, active, idea, to, seen)
    require_opinions(session, actor, service, idea, to)
    _pass_guards(session, actor, service, active, idea, to)


def checked_move(
    actor: Actor,
    service: Service,
    active: frozenset[str],
    idea: Idea,
    to: str,
    reason: str,
    *,
    seen: str | None,
) -> str:
    """The public ``reason`` as it is kept, where ``actor`` may bring ``idea`` to ``to`` as far as
    the graph says; refused as `change_stage` says."""
    _check_way(actor, service, active, idea, to, seen)
    return checked_reason(reason)


def _check_way(
    actor: Actor,
    service: Service,
    active: frozenset[str],
    idea: Idea,
    to: str,
    seen: str | None,
) -> None:
    require(actor, "idea.change_stage", service, idea)
    graph = stage_graph(active)
    if seen is not None and seen != idea.stage:
        raise _moved_meanwhile(graph, idea.stage)
    if to not in {stage.name for stage in graph.next(idea.stage)}:
        raise Refused(
            _(
                "From “%(here)s”, this idea cannot go to “%(there)s” in this service.",
                here=graph.stage(idea.stage).title,
                there=graph.stage(to).title,
            )
        )


def withdraw_idea(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    idea: Idea,
    reason: str,
) -> StageChange:
    """Take ``idea`` back for its author, with a public ``reason``; its page then says only that.

    `Forbidden` for anybody else, `Refused` for a draft (it is deleted instead), once there is an
    outcome, or by a guard; `Conflict` where somebody moved the idea in between.
    """
    require(actor, "idea.withdraw", service, idea)
    if idea.stage == DRAFT:
        raise Refused(_l("A draft is not public yet: delete it instead."))
    if stage_graph(active).is_final(idea.stage):
        raise Refused(_l("This idea has come to its outcome: it can no longer be withdrawn."))
    if idea.stage in (ADOPTED, UNDER_WAY):
        raise Refused(
            _l(
                "This idea was adopted, and others are at work on it: nothing was changed. If it"
                " must stop, write to those who run the service."
            )
        )
    change = _move(session, actor, service, active, idea, WITHDRAWN, reason)
    publish(
        session,
        IdeaWithdrawn(idea_id=idea.id, from_stage=change.from_stage, change_id=change.id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return change


def _move(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    idea: Idea,
    to: str,
    reason: str,
) -> StageChange:
    """Pass the guards, then move ``idea`` provided that nobody else did."""
    reason = checked_reason(reason)
    here = idea.stage
    # Before the guards, not after them: what they go by may be written by somebody who holds the
    # idea, such as a ballot that is just announced.
    held = select(Idea.stage, Idea.service_id).where(Idea.id == idea.id).with_for_update()
    stands = session.execute(held).one_or_none()
    if stands is not None and stands.service_id != service.id:
        raise transferred_meanwhile()
    if stands is None or stands.stage != here:
        session.refresh(idea)
        raise _moved_meanwhile(stage_graph(active), idea.stage)
    _pass_guards(session, actor, service, active, idea, to)
    at = clock.now()
    moved = session.scalar(
        update(Idea)
        .where(Idea.id == idea.id, Idea.stage == here)
        .values(stage=to, updated_at=at, answered_at=answered_at(to, at))
        .returning(Idea.id)
    )
    if moved is None:
        session.refresh(idea)
        raise _moved_meanwhile(stage_graph(active), idea.stage)
    change = StageChange(
        idea_id=idea.id, from_stage=here, to_stage=to, actor_id=actor.person_id, at=at,
        reason=reason,
    )  # fmt: skip
    session.add(change)
    session.flush()
    return change


def _pass_guards(
    session: Session,
    actor: Actor,
    service: Service,
    active: frozenset[str],
    idea: Idea,
    to: str,
) -> None:
    denial = get_host().first_denial(
        "can_change_stage", active,
        session=session, service=service, idea=idea, to=to, actor=actor,
    )  # fmt: skip
    if denial is not None:
        raise Refused(denial.message)


def answered_at(to: str, at: datetime) -> ColumnElement[Any]:
    """When the first answer was given, for an idea that comes to ``to`` at ``at``: by whatever ends
    its screening, its withdrawal too, after which nobody waits for one."""
    kept: ColumnElement[Any] = Idea.answered_at.expression
    return kept if stage_graph(frozenset()).awaits_answer(to) else func.coalesce(kept, at)


def take_back_erased(session: Session, idea: Idea) -> None:
    """Withdraw ``idea``, which is hidden, with the account of its author: nobody is asked, and no
    guard can keep the words of somebody who has asked to be forgotten."""
    here = idea.stage
    change = StageChange(
        idea_id=idea.id,
        from_stage=here,
        to_stage=WITHDRAWN,
        actor_id=None,
        at=clock.now(),
        reason=_("The account of its author was erased."),
    )
    session.add(change)
    idea.stage, idea.updated_at = WITHDRAWN, change.at
    idea.answered_at = idea.answered_at or change.at
    session.flush()
    publish(
        session,
        IdeaWithdrawn(idea_id=idea.id, from_stage=here, change_id=change.id),
        service_id=idea.service_id,
    )


def checked_reason(reason: str) -> str:
    """The public ``reason`` of a change as it is kept; `Invalid` without one, or for a long one."""
    return checked_words(
        reason,
        "reason",
        _l("Nothing was changed: a public reason is needed."),
        most=REASON_LENGTH,
        missing=_l("Give a reason: it will be public, and readers will look for it."),
    )


def _moved_meanwhile(graph: Graph, stage: str) -> Conflict:
    return Conflict(
        _(
            "Somebody else moved this idea in between: it now stands in “%(stage)s”."
            " Nothing was changed.",
            stage=graph.stage(stage).title,
        )
    )
