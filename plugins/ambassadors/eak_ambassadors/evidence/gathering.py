"""Evidence, kept from the log: for those who agreed to be nominated and for ambassadors, and for
nobody else.

What is kept is a function of the log, the rules, and who they are now: whether an event came before
or after a rule, before or after somebody agreed, comes to the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from eak_ambassadors.evidence.matching import Matcher, by_event, evidence
from eak_ambassadors.evidence.rules import matchers_of
from eak_ambassadors.models import Ambassador, Evidence, Nomination
from eak_core.api import Recorded, Session, read_log, upsert

#: So many past events are read at a time.
_PAGE = 1_000


def watched(session: Session, service_id: int) -> frozenset[int]:
    """Whose evidence is kept: those who agreed and are not decided, and ambassadors."""
    agreed = session.scalars(
        select(Nomination.nominee_id).where(
            Nomination.service_id == service_id,
            Nomination.agreed_at.is_not(None),
            Nomination.closed_at.is_(None),
            Nomination.nominee_id.is_not(None),
        )
    ).all()
    recognised = session.scalars(
        select(Ambassador.person_id).where(
            Ambassador.service_id == service_id,
            Ambassador.ended_at.is_(None),
            Ambassador.person_id.is_not(None),
        )
    ).all()
    return frozenset(each for each in [*agreed, *recognised] if each is not None)


def keep(session: Session, service_id: int, events: Sequence[Recorded]) -> None:
    """Keep what ``events`` are evidence of."""
    matchers = by_event(matchers_of(session, service_id))
    if matchers and (people := watched(session, service_id)):
        _keep(session, service_id, matchers, events, people)


def look_back(session: Session, service_id: int, upto: int, *, rule_id: int | None = None) -> None:
    """Keep what all events up to the position ``upto`` are evidence of, by one rule or by all."""
    found = matchers_of(session, service_id)
    matchers = by_event(each for each in found if rule_id in (None, each.rule_id))
    people = watched(session, service_id)
    if not matchers or not people:
        return
    beyond = 0
    while page := read_log(session, service_id, types=list(matchers), beyond=beyond, limit=_PAGE):
        _keep(session, service_id, matchers, [e for e in page if e.position <= upto], people)
        beyond = page[-1].position
        if beyond >= upto:
            return


def forget_person(session: Session, service_id: int, person_id: int) -> None:
    """Keep no evidence of somebody who is watched no more."""
    if person_id not in watched(session, service_id):
        session.execute(
            delete(Evidence).where(
                Evidence.service_id == service_id, Evidence.person_id == person_id
            )
        )


def forget_all(session: Session, service_id: int) -> None:
    """Keep none, before the log is read anew."""
    session.execute(delete(Evidence).where(Evidence.service_id == service_id))


def _keep(
    session: Session,
    service_id: int,
    matchers: Mapping[str, Sequence[Matcher]],
    events: Iterable[Recorded],
    people: frozenset[int],
) -> None:
    rows: list[dict[str, Any]] = []
    for event in events:
        of_type = matchers.get(event.type)
        if of_type is None:
            continue
        data = event.data if isinstance(event.data, dict) else {}
        for rule_id, person_id in evidence(of_type, event.actor_id, data, people):
            idea = data.get("idea_id")
            rows.append(
                {
                    "service_id": service_id,
                    "position": event.position,
                    "rule_id": rule_id,
                    "person_id": person_id,
                    "subject": event.subject,
                    "idea_id": idea if type(idea) is int else None,
                    "occurred_at": event.occurred_at,
                }
            )
    upsert(session, Evidence, rows)
