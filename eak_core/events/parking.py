"""Events that could not be handled: kept aside with all later ones of the same subject.

The first of a subject is tried again with growing pauses; after `MAX_ATTEMPTS` it waits for an
administrator, who retries it or skips it with a reason. The ones behind it follow in order.
"""

from typing import Literal

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.errors import NotFound, Refused
from eak_core.events.log import publish
from eak_core.events.models import ParkedEvent, Subscription
from eak_core.events.types import CORE, Code, Event, event
from eak_core.failures import describe, note, retry_time
from eak_core.i18n import _l
from eak_core.visible import trimmed

MAX_ATTEMPTS = 8


@event(CORE, "event.retried", version=1, subject="event:{position}")
class EventRetried(Event):
    """An administrator had a parked event handled again."""

    plugin: Code
    position: int


@event(CORE, "event.skipped", version=1, subject="event:{position}")
class EventSkipped(Event):
    """An administrator gave up a parked event, for a reason kept beside it."""

    plugin: Code
    position: int


def park(
    session: Session,
    plugin: str,
    service_id: int,
    position: int,
    subject: str,
    error: BaseException | str,
    *,
    behind: bool = False,
) -> None:
    """Put one event aside; ``behind`` another one of its subject it has no try of its own."""
    what = f"event {position} of service {service_id}, for {plugin},"
    session.add(
        ParkedEvent(
            plugin=plugin,
            service_id=service_id,
            position=position,
            subject=subject,
            error=describe(error) if behind else note(f"{what} is parked", error),
            attempts=0 if behind else 1,
            parked_at=clock.now(),
            retry_at=None if behind else retry_time(1),
        )
    )
    session.flush()


def parked_subjects(session: Session, plugin: str, service_id: int) -> set[str]:
    """The subjects whose events must wait."""
    return set(
        session.scalars(
            select(ParkedEvent.subject)
            .where(
                ParkedEvent.plugin == plugin,
                ParkedEvent.service_id == service_id,
                ParkedEvent.skipped_at.is_(None),
            )
            .distinct()
        )
    )


_first = (
    select(
        ParkedEvent.plugin,
        ParkedEvent.service_id,
        func.min(ParkedEvent.position).label("position"),
    )
    .where(ParkedEvent.skipped_at.is_(None))
    .group_by(ParkedEvent.plugin, ParkedEvent.service_id, ParkedEvent.subject)
    .subquery()
)
#: Asked by every worker again and again, so it is made once.
_DUE = (
    select(ParkedEvent.plugin, ParkedEvent.service_id, ParkedEvent.position)
    .join(
        _first,
        (_first.c.plugin == ParkedEvent.plugin)
        & (_first.c.service_id == ParkedEvent.service_id)
        & (_first.c.position == ParkedEvent.position),
    )
    .join(
        Subscription,
        (Subscription.plugin == ParkedEvent.plugin)
        & (Subscription.service_id == ParkedEvent.service_id),
    )
    .where(
        Subscription.enabled,
        ParkedEvent.retry_at <= bindparam("now"),
        ParkedEvent.plugin.in_(bindparam("plugins", expanding=True)),
    )
    .order_by(ParkedEvent.service_id, ParkedEvent.position)
)


def due(session: Session, plugins: list[str]) -> list[tuple[str, int, int]]:
    """The parked events (plugin, service, position) to try now: the first of their subject only."""
    rows = session.execute(_DUE, {"plugins": plugins, "now": clock.now()})
    return [(plugin, service, position) for plugin, service, position in rows]


def free_next(session: Session, parked: ParkedEvent) -> None:
    """``parked`` no longer stands in the way: let the next one of its subject be tried at once."""
    following = session.scalar(
        select(ParkedEvent)
        .where(
            ParkedEvent.plugin == parked.plugin,
            ParkedEvent.service_id == parked.service_id,
            ParkedEvent.subject == parked.subject,
            ParkedEvent.position > parked.position,
            ParkedEvent.skipped_at.is_(None),
        )
        .order_by(ParkedEvent.position)
        .limit(1)
    )
    if following is not None:
        following.retry_at = clock.now()


def decide(
    session: Session,
    plugin: str,
    service_id: int,
    position: int,
    decision: Literal["retry", "skip"],
    *,
    actor_id: int | None,
    reason: str = "",
) -> None:
    """An administrator's decision on a parked event. Skipping asks for a reason.

    `NotFound` where it is not parked any more, `Refused` without a reason or behind another one.
    """
    parked = session.get(ParkedEvent, (plugin, service_id, position), with_for_update=True)
    if parked is None or parked.skipped_at is not None:
        raise NotFound(_l("This event is no longer parked: it was handled or skipped meanwhile."))
    if _stands_behind(session, parked):
        raise Refused(_l("An earlier event of the same subject is parked: decide on that one."))
    if decision == "retry":
        parked.retry_at = clock.now()
        parked.attempts = min(parked.attempts, MAX_ATTEMPTS - 1)
        publish(
            session,
            EventRetried(plugin=plugin, position=position),
            service_id=service_id,
            actor_id=actor_id,
        )
        return
    reason = trimmed(reason)
    if not reason:
        raise Refused(_l("Say why this event is skipped: the reason is kept beside it."))
    parked.skipped_at = clock.now()
    parked.skipped_by = actor_id
    parked.skip_reason = reason
    free_next(session, parked)
    publish(
        session,
        EventSkipped(plugin=plugin, position=position),
        service_id=service_id,
        actor_id=actor_id,
    )


def _stands_behind(session: Session, parked: ParkedEvent) -> bool:
    first = session.scalar(
        select(func.min(ParkedEvent.position)).where(
            ParkedEvent.plugin == parked.plugin,
            ParkedEvent.service_id == parked.service_id,
            ParkedEvent.subject == parked.subject,
            ParkedEvent.skipped_at.is_(None),
        )
    )
    return first != parked.position


def count_attempt(session: Session, plugin: str, service_id: int, position: int) -> bool:
    """Count a try before it is made, so that one that kills the process counts too.

    False where the event is not parked any more.
    """
    attempts = session.scalar(
        update(ParkedEvent)
        .where(
            ParkedEvent.plugin == plugin,
            ParkedEvent.service_id == service_id,
            ParkedEvent.position == position,
            ParkedEvent.skipped_at.is_(None),
        )
        .values(attempts=ParkedEvent.attempts + 1)
        .returning(ParkedEvent.attempts)
    )
    if attempts is None:
        return False
    session.execute(
        update(ParkedEvent)
        .where(
            ParkedEvent.plugin == plugin,
            ParkedEvent.service_id == service_id,
            ParkedEvent.position == position,
        )
        .values(retry_at=None if attempts >= MAX_ATTEMPTS else retry_time(attempts, cap=3600))
    )
    return True
