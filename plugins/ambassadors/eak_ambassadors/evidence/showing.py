"""Evidence as readers see it: what somebody did, about what, and when. Nothing is counted, and the
same about the same thing is one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eak_ambassadors.models import Evidence, Rule
from eak_core.api import Actor, NavItem, Service, Session, things_named

#: So many events are looked at, the latest first, and so many lines are shown.
LOOKED_AT, LINES = 500, 30


@dataclass(frozen=True, slots=True)
class Line:
    """Something that somebody did: ``label`` says what, ``thing`` is what it is about."""

    label: str
    thing: NavItem
    at: datetime


def lines(session: Session, actor: Actor, service: Service, person_id: int) -> Sequence[Line]:
    """What ``person_id`` carried, the latest first, as far as ``actor`` may see the things."""
    rows = session.execute(
        select(Rule.label, Evidence.subject, Evidence.idea_id, Evidence.occurred_at)
        .join(Rule, Rule.id == Evidence.rule_id)
        .where(Evidence.service_id == service.id, Evidence.person_id == person_id)
        .order_by(Evidence.position.desc())
        .limit(LOOKED_AT)
    ).all()
    subjects = list(dict.fromkeys(name for row in rows for name in _names(row[1], row[2])))
    things = things_named(session, actor, service, subjects) if subjects else {}
    found: dict[tuple[str, str], Line] = {}
    for label, subject, idea_id, at in rows:
        name = next((each for each in _names(subject, idea_id) if each in things), None)
        if name is not None and len(found) < LINES:
            found.setdefault((label, name), Line(label, things[name], at))
    return list(found.values())


def _names(subject: str, idea_id: int | None) -> tuple[str, ...]:
    """What an event is about, by its names in the log: the thing itself, and its idea."""
    return (subject,) if idea_id is None else (subject, f"idea:{idea_id}")
