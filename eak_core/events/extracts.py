"""Extracts of a log: what happened of some types, or to one subject, page by page.

Each page costs what it shows, however long the log: the events of each type, and those of each type
about a subject, stand in an index in the order of their positions, and only as many of each are
read as the page can hold.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import Session

from eak_core.events.core import get_event_core
from eak_core.events.models import EventLog, LogHead
from eak_core.events.reading import COLUMNS, TYPE, LogRow, recorded
from eak_core.events.registry import EventRegistry
from eak_core.events.subscribers import EVERYTHING, check_claim, plain, prefix_of
from eak_core.events.types import E, Event, EventError, Recorded

#: How many events one page holds at most.
MOST = 1_000


def read_log(
    session: Session,
    service_id: int,
    *,
    types: Iterable[type[Event] | str] = (),
    subject: str | None = None,
    newest_first: bool = False,
    beyond: int | None = None,
    limit: int = 100,
) -> list[Recorded]:
    """At most ``limit`` events of the log of a service (`SITE`: of the site).

    ``types`` are what a subscriber claims: classes, names, beginnings of names such as ``voting.``;
    without any it is every event. ``subject`` is what they are about, such as ``idea:12``. They
    come in the order of the log, or ``newest_first``. The next page lies ``beyond`` the
    ``position`` of the last event of this one, in either direction.

    The payload of what is named by its class is of that class; any other is a plain dict, as a
    subscriber gets it, or as it was written where this code cannot read it. A log tells what was
    said, before a purge as well; for what counts, subscribe. `ValueError` for a ``limit`` that is
    not from 1 to 1000; `EventError` for what could be no event's name, and for an event of a class
    that cannot be read.
    """
    if not 1 <= limit <= MOST:
        raise ValueError(f"limit is from 1 to {MOST}, not {limit}")
    typed = frozenset(each.__event__.name for each in types if not isinstance(each, str))
    claims = typed.union(each for each in types if isinstance(each, str))
    found = positions(
        session, service_id, types=claims, subject=subject,
        newest_first=newest_first, beyond=beyond, limit=limit,
    )  # fmt: skip
    if found is None:
        return []
    query = (
        select(*COLUMNS)
        .where(EventLog.service_id == service_id, EventLog.position.in_(found))
        .order_by(_order(newest_first))
    )
    registry = get_event_core().registry
    rows = cast("Sequence[LogRow]", session.execute(query).all())
    return [_recorded(registry, service_id, row, typed) for row in rows]


def past_events(session: Session, event: type[E], service_id: int) -> Iterator[E]:
    """Every ``event`` that was published in a service, in order, before a purge as well. For what
    was said, and not for what counts."""
    after = 0
    while found := read_log(session, service_id, types=[event], beyond=after, limit=MOST):
        for recorded_event in found:
            yield cast("E", recorded_event.data)
        after = found[-1].position


def last_shown(session: Session, service_ids: Sequence[int]) -> dict[int, datetime]:
    """When what pages show of each of these services changed last (an instant): the last event of
    its log that is not quiet, in one statement; nothing of what has no event."""
    quiet = [each.name for each in get_event_core().registry.types.values() if each.quiet]
    # Not named with `LogHead.position`: the instant of a quiet event is nobody's to know.
    last = (
        select(EventLog.occurred_at)
        .where(EventLog.service_id == LogHead.service_id, EventLog.type.not_in(quiet))
        .order_by(EventLog.position.desc())
        .limit(1)
        .correlate(LogHead)
        .scalar_subquery()
    )
    query = select(LogHead.service_id, last).where(LogHead.service_id.in_(service_ids))
    rows: Sequence[Any] = session.execute(query).all()
    return {row[0]: row[1] for row in rows if row[1] is not None}


def positions(
    session: Session,
    service_id: int,
    *,
    types: Iterable[str] = (),
    subject: str | None = None,
    newest_first: bool = False,
    beyond: int | None = None,
    limit: int,
) -> Select[int] | None:
    """Where in a log that stands which `read_log` reads; None where there is none of it."""
    claims = frozenset(types)
    for claim in claims:
        check_claim(claim)
    conditions = [EventLog.service_id == service_id]
    if subject is not None:
        conditions.append(EventLog.subject == subject)
    known = _names(session, conditions, claims, whole=subject is None)
    if beyond is not None:
        past = EventLog.position < beyond if newest_first else EventLog.position > beyond
        conditions.append(past)
    order = _order(newest_first)
    page = select(EventLog.position).where(*conditions).order_by(order).limit(limit)
    if known is None:
        return page
    pages = [page.where(EventLog.type == name) for name in known]
    if len(pages) < 2:
        return pages[0] if pages else None
    each = union_all(*(select(one.subquery().c.position) for one in pages)).subquery()
    column = each.c.position
    return select(column).order_by(column.desc() if newest_first else column).limit(limit)


def _order(newest_first: bool) -> ColumnElement[int]:
    return EventLog.position.desc() if newest_first else EventLog.position.asc()


def _names(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    claims: frozenset[str],
    *,
    whole: bool,
) -> list[str] | None:
    """The names of events to read, where that is not the ``whole`` log."""
    if claims and not any(claim[-1] in ".*" for claim in claims):
        return sorted(claims)
    everything = not claims or EVERYTHING in claims
    if everything and whole:
        return None
    # Beginnings of names stand together in no index whose order is that of a language.
    found = _names_there(session, conditions)
    return [name for name in found if everything or name in claims or prefix_of(name) in claims]


def _names_there(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Sequence[str]:
    """Each name once, with one look into the index for each: SQL knows no other way to skip."""

    def first(*more: ColumnElement[bool]) -> Select[str]:
        return select(EventLog.type).where(*conditions, *more).order_by(EventLog.type).limit(1)

    names = select(first().scalar_subquery().label("name")).cte("names", recursive=True)
    following = first(EventLog.type > names.c.name).correlate(names).scalar_subquery()
    names = names.union_all(select(following).where(names.c.name.is_not(None)))
    return session.scalars(select(names.c.name).where(names.c.name.is_not(None))).all()


def _recorded(
    registry: EventRegistry, service_id: int, row: LogRow, typed: frozenset[str]
) -> Recorded:
    name = row[TYPE]
    try:
        event = recorded(registry, service_id, row)
    except EventError:
        if name in typed:
            raise
        return recorded(_NOBODYS, service_id, row)
    return event if name in typed else plain(event)


#: Knows no type, and so leaves each payload as it was written.
_NOBODYS = EventRegistry([])
