"""What is new for somebody on the site: how many, page by page, and read."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.db.rows import read_rows
from eak_core.events import CORE
from eak_core.notices.models import Notice, Occasion
from eak_core.notices.reading import Shelf, Told
from eak_core.permissions import Actor
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.services.lookup import visible_to
from eak_core.services.models import Service

#: How many one page shows.
PER_PAGE = 20
#: Up to how many are counted.
MOST = 99


class Page(NamedTuple):
    """Some notices, the latest first; what is ``older`` lies beyond that number, None where there
    is nothing."""

    items: list[Told]
    older: int | None


def unread(session: Session, actor: Actor) -> int:
    """How many notices ``actor`` has not read, of services they may read and plugins that are on
    there; at most one more than `MOST`."""
    # All that `visible_to` asks of somebody.
    alike = Actor(agent=actor.agent, administrator=actor.administrator, managed=actor.managed)
    return read_rows(session, _unread(alike), {"reader": actor.person_id}).scalar() or 0


@lru_cache(maxsize=256)
def _unread(alike: Actor) -> Any:
    """Asked for every page of whoever is signed in, so it is made once for all who may read the
    same services: citizens, agents, those who run one."""
    found = _seen_by(alike, select(Notice.occasion_id)).where(Notice.read_at.is_(None))
    return select(func.count()).select_from(found.limit(MOST + 1).subquery())


def page_of(session: Session, actor: Actor, beyond: int | None) -> Page:
    """The notices of ``actor`` older than the one numbered ``beyond``, or the latest."""
    query = _seen_by(actor, select(Notice, Occasion))
    if beyond is not None:
        query = query.where(Notice.occasion_id < beyond)
    rows: Sequence[tuple[Notice, Occasion]] = [
        (notice, occasion)
        for notice, occasion in session.execute(
            query.order_by(Notice.occasion_id.desc()).limit(PER_PAGE + 1),
            {"reader": actor.person_id},
        )
    ]
    shown = rows[:PER_PAGE]
    told = Shelf(session, [occasion for _notice, occasion in shown]).told(actor, shown)
    return Page(told, shown[-1][1].id if len(rows) > PER_PAGE else None)


def mark_read(session: Session, person_id: int, occasion_id: int | None = None) -> None:
    """Note that somebody has read a notice, or all of them; no mail tells them any more."""
    query = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    if occasion_id is not None:
        query = query.where(Notice.occasion_id == occasion_id)
    session.execute(query.values(read_at=clock.now(), mail_due_at=None))


def _seen_by(actor: Actor, query: Any) -> Any:
    """``query`` with the notices of the ``reader`` it is asked for, who may read what ``actor``
    does, that are not held back as a whole: of services that they may not read, and of plugins that
    are off."""
    on = and_(
        PluginActivation.service_id == Occasion.service_id,
        PluginActivation.plugin == Occasion.plugin,
        PluginActivation.active,
        PluginActivation.suspended_at.is_(None),
    )
    return (
        query.join_from(Notice, Occasion, Occasion.id == Notice.occasion_id)
        .join(Service, Service.id == Occasion.service_id)
        .join(PluginActivation, on, isouter=True)
        .where(
            Notice.person_id == bindparam("reader"),
            or_(Occasion.plugin == CORE.name, PluginActivation.plugin.is_not(None)),
            visible_to(actor),
        )
    )
