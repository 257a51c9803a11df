"""A plugin's place in the log of a service: started, stopped, begun again, and looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from eak_core import clock
from eak_core.db.upsert import insert_for
from eak_core.events.models import LogHead, ParkedEvent, Subscription
from eak_core.events.reading import head


def start(session: Session, plugin: str, service_id: int) -> int:
    """Let ``plugin`` read the log of ``service_id``; answers how many events it will catch up.

    The first time it begins at the beginning; later it goes on where it stopped. Either way what
    happened up to now counts as a replay.
    """
    live_from = head(session, service_id)
    position: int = session.execute(
        insert_for(session, Subscription)
        .values(
            plugin=plugin,
            service_id=service_id,
            position=0,
            live_from=live_from,
            enabled=True,
            tries=0,
            careful_until=0,
            failures=0,
            handled=0,
            handling_ms=0,
        )
        .on_conflict_do_update(
            index_elements=[Subscription.plugin, Subscription.service_id],
            set_={"enabled": True, "live_from": live_from, "failures": 0, "retry_at": None},
        )
        .returning(Subscription.position)
    ).scalar_one()
    return live_from - position


def stop(session: Session, plugin: str, service_id: int) -> None:
    """Let ``plugin`` read no further; its place is kept.

    Waits for the batch that is being handled; once this is committed no handler of the plugin runs
    for the service, in any process.
    """
    session.execute(
        update(Subscription)
        .where(Subscription.plugin == plugin, Subscription.service_id == service_id)
        .values(enabled=False)
    )


def read_by(session: Session) -> frozenset[str]:
    """The plugins that are to read on in any service."""
    query = select(Subscription.plugin).where(Subscription.enabled).distinct()
    return frozenset(session.scalars(query))


def locked(session: Session, plugin: str, service_id: int) -> Subscription | None:
    """The subscription's row, locked; whoever switches the plugin off waits for this batch."""
    return session.scalars(
        select(Subscription)
        .where(
            Subscription.plugin == plugin,
            Subscription.service_id == service_id,
            Subscription.enabled,
        )
        .with_for_update()
    ).one_or_none()


def rebuild(
    session: Session, plugin: str, service_id: int, reset: Callable[[Session, int], None]
) -> int:
    """Empty what ``plugin`` has built for the service (``reset``) and let it read the log anew.

    Answers how many events will be handled again.
    """
    session.execute(
        select(Subscription.position)
        .where(Subscription.plugin == plugin, Subscription.service_id == service_id)
        .with_for_update()
    )
    reset(session, service_id)
    forget_parked(session, plugin, service_id)
    live_from = head(session, service_id)
    session.execute(
        update(Subscription)
        .where(Subscription.plugin == plugin, Subscription.service_id == service_id)
        .values(
            position=0,
            live_from=live_from,
            tries=0,
            careful_until=0,
            failures=0,
            retry_at=None,
            error=None,
        )
    )
    return live_from


def forget_parked(session: Session, plugin: str, service_id: int) -> None:
    """Drop what is parked: the replay will meet these events again."""
    session.execute(
        delete(ParkedEvent).where(
            ParkedEvent.plugin == plugin, ParkedEvent.service_id == service_id
        )
    )


@dataclass(frozen=True)
class Health:
    """One subscription as administrators see it. ``lag`` is in events.

    ``retry_at`` is set while it waits after trouble with the database; ``error`` says which.
    """

    plugin: str
    service_id: int
    position: int
    head: int
    live_from: int
    enabled: bool
    parked: int
    handled: int
    handling_ms: int
    error: str | None
    retry_at: datetime | None = None
    oldest_parked: datetime | None = None

    @property
    def lag(self) -> int:
        return self.head - self.position

    @property
    def catching_up(self) -> bool:
        """Whether it still reads what happened before it was switched on."""
        return self.position < self.live_from

    @property
    def in_trouble(self) -> bool:
        """Whether somebody should look at it."""
        return self.enabled and (self.parked > 0 or self.error is not None)

    @property
    def ms_per_event(self) -> float:
        return self.handling_ms / self.handled if self.handled else 0.0


_parked = (
    select(
        ParkedEvent.plugin,
        ParkedEvent.service_id,
        func.count().label("parked"),
        func.min(ParkedEvent.parked_at).label("oldest"),
    )
    .where(ParkedEvent.skipped_at.is_(None))
    .group_by(ParkedEvent.plugin, ParkedEvent.service_id)
)


def health(
    session: Session, *, service_id: int | None = None, plugin: str | None = None
) -> list[Health]:
    """Every subscription, or those of one service or plugin, with one query."""
    parked = _parked.subquery()
    query = (
        select(
            Subscription.plugin,
            Subscription.service_id,
            Subscription.position,
            func.coalesce(LogHead.position, 0),
            Subscription.live_from,
            Subscription.enabled,
            func.coalesce(parked.c.parked, 0),
            Subscription.handled,
            Subscription.handling_ms,
            Subscription.error,
            Subscription.retry_at,
            parked.c.oldest,
        )
        .join(LogHead, LogHead.service_id == Subscription.service_id, isouter=True)
        .join(
            parked,
            and_(
                parked.c.plugin == Subscription.plugin,
                parked.c.service_id == Subscription.service_id,
            ),
            isouter=True,
        )
        .order_by(Subscription.service_id, Subscription.plugin)
    )
    if service_id is not None:
        query = query.where(Subscription.service_id == service_id)
    if plugin is not None:
        query = query.where(Subscription.plugin == plugin)
    return [Health(*row) for row in session.execute(query)]


#: Asked several times a second by every worker, so it is made once.
_LAGGING = (
    select(Subscription.plugin, Subscription.service_id)
    .join(LogHead, LogHead.service_id == Subscription.service_id)
    .where(
        Subscription.enabled,
        Subscription.position < LogHead.position,
        Subscription.plugin.in_(bindparam("plugins", expanding=True)),
    )
    .order_by(Subscription.service_id, Subscription.plugin)
)
_READING = _LAGGING.where(
    or_(Subscription.retry_at.is_(None), Subscription.retry_at <= bindparam("now"))
)


def waiting(
    session: Session, plugins: Sequence[str], *, even_if_backing_off: bool = False
) -> list[tuple[str, int]]:
    """The subscriptions (plugin, service) that have events to read and may read them now."""
    query = _LAGGING if even_if_backing_off else _READING
    rows = session.execute(query, {"plugins": plugins, "now": clock.now()})
    return [(plugin, service_id) for plugin, service_id in rows]
