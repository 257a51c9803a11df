"""The rules of a service: which events are evidence, of whom, and under which words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from eak_ambassadors.events import RulesChanged
from eak_ambassadors.evidence.matching import Matcher, condition
from eak_ambassadors.models import Evidence, Rule
from eak_core.api import (
    Actor,
    Invalid,
    NotFound,
    Recorded,
    Refused,
    Service,
    Session,
    _,
    _l,
    clean_line,
    hold_account,
    insert_once,
    person_names,
    publish,
    read_log,
    require,
)

_EVENT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")
LABEL_LENGTH, CONDITION_LENGTH = 80, 80
#: How many rules a service has at most: each event is held against all of its type.
MOST = 50
#: Of so many past events a preview looks at the latest, and shows so many lines.
LOOKED_AT, LINES = 20_000, 5


@dataclass(frozen=True, slots=True)
class Wording:
    """A rule as it is typed."""

    event: str
    person: str
    only: str
    label: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a rule would touch, by their names and in their order, and what some lines would be
    about. It counts nothing."""

    names: Sequence[str]
    lines: Sequence[tuple[datetime, str]]
    whole: bool


def rules_of(session: Session, service_id: int) -> Sequence[Rule]:
    """The rules of a service, in the order of their words."""
    return session.scalars(
        select(Rule).where(Rule.service_id == service_id).order_by(Rule.label, Rule.id)
    ).all()


def matchers_of(session: Session, service_id: int) -> list[Matcher]:
    """The rules of a service, to hold events against."""
    rows = select(Rule.id, Rule.event, Rule.person, Rule.only).where(Rule.service_id == service_id)
    return [
        Matcher(rule_id, event, person, *condition(only))
        for rule_id, event, person, only in session.execute(rows)
    ]


def add(session: Session, actor: Actor, service: Service, wording: Wording) -> int:
    """Add a rule, which counts for all that has happened, too; answers its number.

    `Invalid` names each field that is wrong, `Refused` a rule that is there already.
    """
    require(actor, "ambassadors.run", service)
    hold_account(session, actor)
    wording = checked(wording)
    if len(rules_of(session, service.id)) >= MOST:
        raise Refused(_("A service has %(most)s rules at most.", most=MOST))
    values = {
        "service_id": service.id,
        "event": wording.event,
        "person": wording.person,
        "only": wording.only,
        "label": wording.label,
    }
    rule_id = insert_once(session, Rule, values, Rule.id)
    if rule_id is None:
        raise Refused(_l("This rule is there already."))
    _tell(session, actor, service, rule_id)
    return rule_id


def remove(session: Session, actor: Actor, service: Service, rule_id: int) -> None:
    """Take a rule away, with the evidence that it gave."""
    require(actor, "ambassadors.run", service)
    gone = session.scalar(
        delete(Rule).where(Rule.id == rule_id, Rule.service_id == service.id).returning(Rule.id)
    )
    if gone is None:
        raise NotFound(_l("There is no such rule any more."))
    session.execute(
        delete(Evidence).where(Evidence.service_id == service.id, Evidence.rule_id == rule_id)
    )
    _tell(session, actor, service, rule_id)


def checked(wording: Wording) -> Wording:
    """``wording`` cleaned. `Invalid` names each field that is wrong."""
    event, person = clean_line(wording.event), clean_line(wording.person)
    only, label = clean_line(wording.only), clean_line(wording.label)
    errors: dict[str, str] = {}
    if not _EVENT.fullmatch(event) or len(event) > 64:
        errors["event"] = _("An event is named like “idea.stage_changed”.")
    if not _FIELD.fullmatch(person):
        errors["person"] = _("Say “actor”, or the field of the event that names the person.")
    try:
        only = "=".join(condition(only)) if only else ""
    except ValueError:
        errors["only"] = _("A condition is written “field=value”.")
    if len(only) > CONDITION_LENGTH:
        errors["only"] = _("A condition is written “field=value”.")
    if not label or len(label) > LABEL_LENGTH:
        errors["label"] = _("Say in a few words what the person did.")
    if errors:
        raise Invalid(_l("The rule was not kept."), errors)
    return Wording(event, person, only, label)


def preview(
    session: Session, service: Service, wording: Wording, watched: frozenset[int]
) -> Preview:
    """Whom the rule ``wording`` would touch among ``watched``, before it is saved."""
    wording = checked(wording)
    matcher = Matcher(0, wording.event, wording.person, *condition(wording.only))
    people: set[int] = set()
    lines: list[tuple[datetime, str]] = []
    seen, beyond = 0, None
    for event in _past(session, service.id, wording.event):
        seen, beyond = seen + 1, event.position
        person = matcher.person_of(event.actor_id, event.data)
        if person in watched:
            assert person is not None
            people.add(person)
            if len(lines) < LINES:
                lines.append((event.occurred_at, event.subject))
    names = sorted(person_names(session, people).values())
    return Preview(names, lines, whole=seen < LOOKED_AT or beyond is None)


def _past(session: Session, service_id: int, event: str) -> Iterator[Recorded]:
    """The latest events of a type, the newest first."""
    beyond: int | None = None
    for _page in range(LOOKED_AT // 1_000):
        found = read_log(
            session, service_id, types=[event], newest_first=True, beyond=beyond, limit=1_000
        )
        yield from found
        if len(found) < 1_000:
            return
        beyond = found[-1].position


def _tell(session: Session, actor: Actor, service: Service, rule_id: int) -> None:
    event = RulesChanged(rule_id=rule_id)
    publish(session, event, service_id=service.id, actor_id=actor.person_id)
