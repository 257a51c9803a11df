"""The journal: who decided what and when, in sentences, from the log itself.

The log says numbers and words of machines; who and what they mean is looked up when somebody reads
it, for a page at a time. So whoever was erased is nobody here too, and the log stays as it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from eak_core.calendar import midnight
from eak_core.db import Session
from eak_core.events import SITE
from eak_core.events.extracts import read_log
from eak_core.events.models import EventLog
from eak_core.events.types import Recorded
from eak_core.i18n import _, _l, ngettext
from eak_core.ideas.stages import Graph
from eak_core.ideas.transitions import stage_graph
from eak_core.moderation.things import address_of, things_of
from eak_core.people.deputies import acted_for
from eak_core.people.models import Deputy
from eak_core.people.names import person_names
from eak_core.plugins.per_service.activation import titles
from eak_core.services.models import Service

#: How many lines a page shows.
PER_PAGE = 50
#: How many a file has at most: the latest ones.
MOST = 10_000
_AT_ONCE = 500

#: What is decided, by kind: what it is called, and the events that tell of it.
KINDS: Mapping[str, tuple[Any, tuple[str, ...]]] = MappingProxyType(
    {
        "ideas": (
            _l("Ideas"),
            ("idea.stage_changed", "idea.merged", "idea.opinion_asked", "idea.opinion_given"),
        ),
        "moderation": (
            _l("Moderation"),
            (
                "content.hidden",
                "content.restored",
                "content.report_decided",
                "content.appeal_decided",
                "moderation.measure_taken",
                "moderation.measure_lifted",
            ),
        ),
        "people": (
            _l("People and roles"),
            (
                "role.granted",
                "role.revoked",
                "deputy.named",
                "deputy.ended",
                "person.closed",
                "person.reopened",
                "person.secured",
                "person.unsecured",
                "person.consulted",
            ),
        ),
        "plugins": (
            _l("Plugins"),
            (
                "plugin.enabled",
                "plugin.disabled",
                "plugin.configured",
                "plugin.suspended",
                "plugin.resumed",
                "plugin.rebuilt",
                "plugin.purged",
            ),
        ),
        "settings": (
            _l("Settings"),
            (
                "service.created",
                "service.changed",
                "service.promise_changed",
                "service.screening_changed",
                "charter.changed",
                "subject.changed",
                "criterion.changed",
            ),
        ),
    }
)


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


@dataclass(frozen=True, slots=True)
class Words:
    """What numbers mean: the names of people, of what was written, of stages."""

    people: Mapping[int, str]
    things: Mapping[str, str]
    graph: Graph

    def person(self, number: int) -> str:
        return self.people.get(number) or _("somebody who has left the site")

    def thing(self, subject: str) -> str:
        return self.things.get(subject) or _("something that is there no more")

    def stage(self, name: str) -> str:
        return str(self.graph.stage(name).title)


#: Says what an event tells, by its payload.
Sayer = Callable[[Mapping[str, Any], Words], str]

_ROLES = {"manager": _l("manager of the service"), "administrator": _l("administrator of the site")}
_OUTCOMES = {
    "hidden": _l("Reports answered, the text is hidden: %(thing)s"),
    "kept": _l("Reports answered, the text stays: %(thing)s"),
    "gone": _l("Reports closed, the text is there no more: %(thing)s"),
}
_VERDICTS = {
    "upheld": _l("Appeal decided, the decision stands: %(thing)s"),
    "reversed": _l("Appeal decided, the decision is reversed: %(thing)s"),
}
_CHANGED = {
    "name": _l("name"),
    "description": _l("description"),
    "audience": _l("audience"),
    "theme": _l("appearance"),
    "archived": _l("the service is archived"),
    "restored": _l("the service is open again"),
}


def _moved(data: Mapping[str, Any], words: Words) -> str:
    return _(
        "“%(thing)s” goes from “%(here)s” to “%(there)s”",
        thing=words.thing(f"idea:{data['idea_id']}"),
        here=words.stage(data["from_stage"]),
        there=words.stage(data["to_stage"]),
    )


def _merged(data: Mapping[str, Any], words: Words) -> str:
    return _(
        "“%(thing)s” becomes part of “%(other)s”",
        thing=words.thing(f"idea:{data['idea_id']}"),
        other=words.thing(f"idea:{data['into_id']}"),
    )


def _of_content(text: Any) -> Sayer:
    return lambda data, words: str(text) % {"thing": words.thing(data["content"])}


def _of_outcome(texts: Mapping[str, Any]) -> Sayer:
    def say(data: Mapping[str, Any], words: Words) -> str:
        return str(texts[data["outcome"]]) % {"thing": words.thing(data["content"])}

    return say


def _of_person(text: Any) -> Sayer:
    def say(data: Mapping[str, Any], words: Words) -> str:
        role = str(_ROLES.get(data.get("role", ""), ""))
        return str(text) % {"name": words.person(data["person_id"]), "role": role}

    return say


def _of_deputy(text: Any) -> Sayer:
    return lambda data, words: (
        str(text) % {"name": words.person(data["person_id"]), "other": words.person(data["for_id"])}
    )


def _of_plugin(text: Any) -> Sayer:
    return lambda data, words: str(text) % {"plugin": titles([data["plugin"]])}


def _of_service(data: Mapping[str, Any], words: Words) -> str:
    changed = ", ".join(str(_CHANGED.get(each, each)) for each in data["changed"])
    return _("Settings of the service: %(changed)s", changed=changed)


def _promised(data: Mapping[str, Any], words: Words) -> str:
    if data["days"] is None:
        return _("No answer is promised to new ideas any more")
    return ngettext(
        "An answer to new ideas is promised within %(num)s day",
        "An answer to new ideas is promised within %(num)s days",
        data["days"],
    )


def _measured(data: Mapping[str, Any], words: Words) -> str:
    if data["kind"] == "warning":
        return _("Somebody is warned for misuse of the site")
    return _("Somebody is suspended for a time for misuse of the site")


def _plain(text: Any) -> Sayer:
    return lambda data, words: str(text)


SAYERS: Mapping[str, Sayer] = MappingProxyType(
    {
        "idea.stage_changed": _moved,
        "idea.merged": _merged,
        "idea.opinion_asked": lambda data, words: _(
            "%(name)s is asked for an opinion on “%(thing)s”",
            name=words.person(data["reviewer_id"]),
            thing=words.thing(f"idea:{data['idea_id']}"),
        ),
        "idea.opinion_given": lambda data, words: _(
            "An opinion on “%(thing)s” is given", thing=words.thing(f"idea:{data['idea_id']}")
        ),
        "content.hidden": _of_content(_l("Hidden: %(thing)s")),
        "content.restored": _of_content(_l("Shown again: %(thing)s")),
        "content.report_decided": _of_outcome(_OUTCOMES),
        "content.appeal_decided": _of_outcome(_VERDICTS),
        "moderation.measure_taken": _measured,
        "moderation.measure_lifted": _plain(_l("A warning or a suspension is taken back")),
        "role.granted": _of_person(_l("%(name)s becomes %(role)s")),
        "role.revoked": _of_person(_l("%(name)s is no longer %(role)s")),
        "deputy.named": _of_deputy(_l("%(name)s acts in the place of %(other)s")),
        "deputy.ended": _of_deputy(_l("%(name)s acts no more in the place of %(other)s")),
        "person.consulted": _of_person(_l("The account of %(name)s was looked up")),
        "person.closed": _of_person(_l("The account of %(name)s is closed")),
        "person.reopened": _of_person(_l("The account of %(name)s is open again")),
        "person.secured": _of_person(_l("The account of %(name)s asks for a second factor")),
        "person.unsecured": _of_person(
            _l("The account of %(name)s no longer asks for a second factor")
        ),
        "plugin.enabled": _of_plugin(_l("The plugin “%(plugin)s” is switched on")),
        "plugin.disabled": _of_plugin(_l("The plugin “%(plugin)s” is switched off")),
        "plugin.configured": _of_plugin(_l("The settings of “%(plugin)s” are changed")),
        "plugin.suspended": _of_plugin(_l("The plugin “%(plugin)s” is put aside after failures")),
        "plugin.resumed": _of_plugin(_l("The plugin “%(plugin)s” is let back")),
        "plugin.rebuilt": _of_plugin(_l("The plugin “%(plugin)s” is built anew")),
        "plugin.purged": _of_plugin(_l("Everything that “%(plugin)s” had stored is deleted")),
        "service.created": _plain(_l("The service is opened")),
        "service.changed": _of_service,
        "service.promise_changed": _promised,
        "service.screening_changed": lambda data, words: ngettext(
            "%(num)s opinion is asked for before a decision",
            "%(num)s opinions are asked for before a decision",
            data["opinions"],
        ),
        "charter.changed": _plain(_l("The charter is changed")),
        "subject.changed": _plain(_l("The list of subjects is changed")),
        "criterion.changed": _plain(_l("The criteria are changed")),
    }
)

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
    things = {} if service is None else things_of(session, service, subjects)
    words = Words(
        person_names(session, people),
        {subject: str(thing.label) for subject, thing in things.items()},
        stage_graph(frozenset()),
    )
    for each in events:
        thing = things.get(_subject(each))
        yield Line(
            each.position,
            each.occurred_at,
            _actor(each, words, acted),
            _KIND_OF[each.type],
            SAYERS[each.type](each.data, words),
            address_of(service, thing) if service is not None and thing is not None else None,
        )


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
