"""Services looked up: that of a request, in one query, and those that somebody may read."""

from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, bindparam, func, not_, or_, select, true

from eak_core.db import Session
from eak_core.errors import NotFound
from eak_core.events.models import LogHead, Subscription
from eak_core.permissions import Actor
from eak_core.plugins.per_service.models import PluginActivation
from eak_core.services.models import Service
from eak_core.services.slugs import SHAPE
from eak_core.web.forms import LARGEST_INTEGER

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A service as one request sees it, from its first moment to its last.

    ``head`` is the last position of the service's log. ``validator`` counts the events that were
    published, and those that a subscriber has handled, because pages show what subscribers derive
    from events: later than the head moves, and where an event was parked, long after their cursors
    have. Quiet events move neither count.
    """

    service: Service
    active_plugins: frozenset[str]
    head: int
    validator: str


_plugins = (
    select(func.aggregate_strings(PluginActivation.plugin, " "))
    .where(
        PluginActivation.service_id == Service.id,
        PluginActivation.active,
        PluginActivation.suspended_at.is_(None),
    )
    .correlate(Service)
    .scalar_subquery()
)
_head = (
    select(LogHead.position)
    .where(LogHead.service_id == Service.id)
    .correlate(Service)
    .scalar_subquery()
)
_shown = (
    select(LogHead.shown)
    .where(LogHead.service_id == Service.id)
    .correlate(Service)
    .scalar_subquery()
)
_handled = (
    select(func.sum(Subscription.shown))
    .where(Subscription.service_id == Service.id)
    .correlate(Service)
    .scalar_subquery()
)
_place = select(
    Service,
    _plugins,
    func.coalesce(_head, 0),
    func.coalesce(_shown, 0),
    func.coalesce(_handled, 0),
).where(Service.slug == bindparam("slug"))


def find(session: Session, slug: str) -> Place | None:
    """The service at ``/<slug>/`` with what is on in it; None where there is none."""
    if not SHAPE.fullmatch(slug):
        return None
    row = session.execute(_place, {"slug": slug}).one_or_none()
    if row is None:
        return None
    service, plugins, head, shown, handled = row
    return Place(service, frozenset((plugins or "").split()), head, f"{shown}.{handled}")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Service` that keeps those ``actor`` may read."""
    if actor.is_system or actor.administrator:
        return true()
    open_to = not_(Service.preparing) if actor.agent else Service.audience == "public"
    return or_(open_to, Service.id.in_(sorted(actor.managed)))


def row_in(
    session: Session, service: Service, table: type[T], number: int, missing: Any = None
) -> T:
    """The row ``number`` of ``table``, whose rows are each of a service, where it is of
    ``service``. `NotFound` otherwise, also for what is no number of a row; ``missing`` says so."""
    found = session.get(table, number) if 0 < number <= LARGEST_INTEGER else None
    if found is None or cast("Any", found).service_id != service.id:
        raise NotFound(*([] if missing is None else [missing]))
    return found
