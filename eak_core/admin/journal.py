"""The journal: who decided what and when, in sentences, from the log itself.

The log says numbers and words of machines; who and what they mean is looked up when somebody reads
it, for a page at a time. So whoever was erased is nobody here too, and the log stays as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from eak_core.admin.journal_sentences import KINDS, SAYERS, Words
from eak_core.calendar import midnight
from eak_core.db import Session
from eak_core.events import SITE
from eak_core.events.extracts import read_log
from eak_core.events.models import EventLog
from eak_core.events.types import Recorded
from eak_core.i18n import _
from eak_core.ideas.deciding.transitions import stage_graph
from eak_core.ideas.reading.places import in_other_services
from eak_core.moderation.things import address_of, things_of
from eak_core.people.models import Deputy
from eak_core.people.names import person_names
from eak_core.people.rights.deputies import acted_for
from eak_core.services.models import Service

#: How many lines a page shows.
PER_PAGE = 50
#: How many a file has at most: the latest ones.
MOST = 10_000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """Something was decided: when, by ``who``, of which ``kind``, and ``what`` in a sentence. The
    page that it is about is at ``url``, where there is one."""

    position: int
    at: datetime
    who: str
    kind: str
    what: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to read: a ``kind`` of `KINDS` or all, from one day to another (both of
    them too), and beyond which position."""

    kind: str = ""
    since: date | None = None
    until: date | None = None
    beyond: int | None = None


_KIND_OF = {name: kind for kind, (_title, names) in KINDS.items() for name in names}


def lines(
    session: Session, service: Service | None, asked: Asked, limit: int = PER_PAGE
) -> tuple[list[Line], int | None]:
    """At most ``limit`` decisions in ``service`` (None for the site itself), the latest first, and
    the position beyond which there are more. The same few statements for each page."""
    service_id = SITE if service is None else service.id
    names = KINDS[asked.kind][1] if asked.kind else tuple(_KIND_OF)
    beyond = _beginning(session, service_id, names, asked)
    if beyond == 0:
        return [], None
    events = read_log(
        session, service_id, types=names, newest_first=True, beyond=beyond, limit=limit + 1
    )
    if asked.since is not None:
        first = midnight(asked.since)
        events = [each for each in events if each.occurred_at >= first]
    shown = events[:limit]
    more = shown[-1].position if len(events) > limit else None
    return list(_said(session, service, shown)), more


def all_lines(session: Session, service: Service | None, asked: Asked) -> Iterator[Line]:
    """All that is asked for, at most `MOST`, part by part."""
    beyond = asked.beyond
    for _part in range(MOST // _AT_ONCE):
        part = Asked(asked.kind, asked.since, asked.until, beyond)
        found, beyond = lines(session, service, part, _AT_ONCE)
        yield from found
        if beyond is None:
            return


def _beginning(session: Session, service_id: int, names: Sequence[str], asked: Asked) -> int | None:
    """Beyond which position what is asked for begins: None for the head, 0 where there is none."""
    if asked.beyond is not None or asked.until is None:
        return asked.beyond
    after = midnight(asked.until + timedelta(days=1))
    last = session.scalar(
        select(EventLog.position)
        .where(
            EventLog.service_id == service_id,
            EventLog.type.in_(names),
            EventLog.occurred_at < after,
        )
        .order_by(EventLog.position.desc())
        .limit(1)
    )
    return 0 if last is None else last + 1


def _said(session: Session, service: Service | None, events: Sequence[Recorded]) -> Iterator[Line]:
    people = {each.actor_id for each in events if each.actor_id is not None}
    for name in ("person_id", "for_id", "reviewer_id"):
        people |= {each.data[name] for each in events if name in each.data}
    acted = acted_for(session, service.id, sorted(people)) if service is not None else {}
    people |= {row.for_id for rows in acted.values() for row in rows}
    subjects = sorted({_subject(each) for each in events} - {""})
    things = _things(session, service, subjects) if service is not None else {}
    words = Words(
        person_names(session, people),
        {subject: label for subject, (label, _url) in things.items()},
        stage_graph(frozenset()),
        _services(session, events),
    )
    for each in events:
        yield Line(
            each.position,
            each.occurred_at,
            _actor(each, words, acted),
            _KIND_OF[each.type],
            SAYERS[each.type](each.data, words),
            things.get(_subject(each), ("", None))[1],
        )


def _things(
    session: Session, service: Service, subjects: Sequence[str]
) -> dict[str, tuple[str, str | None]]:
    """What ``subjects`` are called, and their addresses: what is in the service, and the ideas that
    went to one that everybody may read."""
    found: dict[str, tuple[str, str | None]] = {
        subject: (str(thing.label), address_of(service, thing))
        for subject, thing in things_of(session, service, subjects).items()
    }
    gone = [each for each in subjects if each not in found]
    return {**found, **in_other_services(session, gone)} if gone else found


def _services(session: Session, events: Sequence[Recorded]) -> dict[int, str]:
    """The names of the services to which ideas went, and from which they came; of one that not
    everybody may read, its name is said to nobody: not all who run this one may."""
    ids = {each.data[name] for each in events for name in ("from_id", "to_id") if name in each.data}
    if not ids:
        return {}
    query = select(Service.id, Service.name).where(
        Service.id.in_(ids), Service.audience == "public"
    )
    return dict(session.execute(query).all())


def _actor(event: Recorded, words: Words, acted: Mapping[int, Sequence[Deputy]]) -> str:
    """Who decided, and in whose place where it was not in their own."""
    if event.actor_id is None:
        return _("the site")
    name = words.person(event.actor_id)
    for row in acted.get(event.actor_id, ()):
        if row.begins_at <= event.occurred_at < row.ends_at:
            return _("%(name)s, deputy of %(other)s", name=name, other=words.person(row.for_id))
    return name


def _subject(event: Recorded) -> str:
    """What of the service an event is about, as moderation names it."""
    return event.subject if _KIND_OF[event.type] in {"ideas", "moderation"} else ""
