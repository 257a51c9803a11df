"""Switching a plugin off where ideas may stand in its stages: they go elsewhere first."""

from sqlalchemy import func, select

from eak_core.db import Session
from eak_core.errors import Refused
from eak_core.i18n import lazy_ngettext
from eak_core.ideas.deciding.moving import move_ideas
from eak_core.ideas.models import Idea
from eak_core.permissions import Actor
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import Switched, active_plugins, disabling, titles
from eak_core.services.models import Service


def ideas_by_stage(session: Session, service_id: int) -> dict[str, int]:
    """How many ideas of a service stand in each stage, hidden ones too."""
    rows = session.execute(
        select(Idea.stage, func.count()).where(Idea.service_id == service_id).group_by(Idea.stage)
    )
    return dict(rows.all())


def disable(
    session: Session,
    actor: Actor,
    service: Service,
    name: str,
    *,
    move_ideas_to: str | None = None,
    reason: str = "",
) -> Switched:
    """Switch the plugin ``name`` off in ``service``; its data is kept.

    Ideas that stand in one of its stages go to ``move_ideas_to`` with the public ``reason``.
    `Refused` where nobody said where to, and where another plugin that is on requires it.
    """
    # In this order, as a handler that moves an idea holds its subscription before the idea.
    with disabling(session, actor, service, name) as switched:
        if switched.changed:
            _clear_stages(session, actor, service, name, move_ideas_to, reason)
    return switched


def _clear_stages(
    session: Session, actor: Actor, service: Service, name: str, to: str | None, reason: str
) -> None:
    found = get_host().installed.get(name)
    stages = [stage.name for stage in found.plugin.stages] if found and found.plugin else []
    standing = ideas_by_stage(session, service.id) if stages else {}
    ideas = sum(standing.get(stage, 0) for stage in stages)
    if not ideas:
        return
    if to is None or to in stages:
        raise Refused(
            lazy_ngettext(
                "%(num)s idea stands in a stage of “%(plugin)s”. Please say where it goes.",
                "%(num)s ideas stand in stages of “%(plugin)s”. Please say where they go.",
                ideas,
                plugin=titles([name]),
            )
        )
    staying = active_plugins(session, service.id)
    move_ideas(session, actor, service, stages, to, reason, active=staying)
