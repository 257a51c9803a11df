"""Occasions told to people, some at a time: each run is a transaction of its own, so ten thousand
followers keep nobody from writing for long, and a worker that dies has told nobody twice."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_many_once
from eak_core.events import CORE, on_schedule
from eak_core.notices.kinds import NAME
from eak_core.notices.mail_times import plan_mails
from eak_core.notices.models import Follow, Notice, Occasion
from eak_core.notices.preferences import rhythms_for
from eak_core.notices.rhythms import Rhythm, mail_due
from eak_core.people.models import Person
from eak_core.people.rights.actor import actor_for
from eak_core.permissions import may
from eak_core.services.models import Service

#: How many people one transaction tells at most.
AT_ONCE = 100
#: What is told so long after it happened, because no worker ran, is on the site alone.
NEWS_FOR = timedelta(days=14)


@on_schedule(CORE, NAME)
def tell_on(session: Session, service: Any, name: str, due_at: datetime) -> bool:
    """Tell the next people; whether somebody is left."""
    room = AT_ONCE
    while room > 0:
        occasion = session.scalars(_next(service.id)).one_or_none()
        if occasion is None:
            return False
        room -= 1 + _tell_part(session, service, occasion, room)
    return True


def _next(service_id: int) -> Select[Occasion]:
    return (
        select(Occasion)
        .where(Occasion.service_id == service_id, Occasion.done_at.is_(None))
        .order_by(Occasion.id)
        .limit(1)
    )


def _tell_part(session: Session, service: Service, occasion: Occasion, most: int) -> int:
    """Tell at most ``most`` people of ``occasion``; answers how many were gone through."""
    followed: list[str] = msgspec.json.decode(occasion.followed, type=list[str])
    because = followed[occasion.part - 1] if occasion.part else ""
    if occasion.part == 0:
        named = msgspec.json.decode(occasion.people, type=list[int])
        people = [each for each in named if each > occasion.beyond][:most]
    else:
        people = list(session.scalars(_followers(occasion, because, most)))
    _tell(session, service, occasion, people, because)
    if len(people) == most:
        occasion.beyond = people[-1]
    elif occasion.part < len(followed):
        occasion.part, occasion.beyond = occasion.part + 1, 0
    else:
        occasion.done_at, occasion.people = clock.now(), "[]"
    session.flush()
    return len(people)


def _followers(occasion: Occasion, subject: str, most: int) -> Select[int]:
    return (
        select(Follow.person_id)
        .where(
            Follow.service_id == occasion.service_id,
            Follow.subject == subject,
            Follow.left_at.is_(None),
            Follow.person_id > occasion.beyond,
        )
        .order_by(Follow.person_id)
        .limit(most)
    )


def _tell(
    session: Session, service: Service, occasion: Occasion, ids: Collection[int], because: str
) -> None:
    """Tell those of ``ids`` who may know, want to, and have not done it themselves."""
    readers = [
        person.id
        for person in session.scalars(_accounts(ids))
        if person.id != occasion.actor_id
        and may(actor_for(session, person), occasion.permission, service)
    ]
    now = clock.now()
    is_news = occasion.at > now - NEWS_FOR
    by_mail = is_news and not (occasion.written and occasion.part == 0)
    due = {rhythm: mail_due(rhythm, now) if by_mail else None for rhythm in Rhythm}
    rhythms = rhythms_for(session, readers, occasion.kind)
    rows = [
        {
            "person_id": person_id,
            "occasion_id": occasion.id,
            "because": because,
            "rhythm": rhythm.value,
            "mail_due_at": due[rhythm],
            "read_at": None if is_news else now,
        }
        for person_id, rhythm in rhythms.items()
        if rhythm != Rhythm.NEVER
    ]
    insert_many_once(session, Notice, rows)
    plan_mails(session, [at for rhythm in set(rhythms.values()) if (at := due[rhythm])])


def _accounts(ids: Collection[int]) -> Select[Person]:
    """Those of ``ids`` who have an account still. An erasure waits until they are told, and then
    finds what they were."""
    return (
        select(Person)
        .where(
            Person.id.in_(ids),
            Person.active,
            Person.confirmed_at.is_not(None),
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
        .options(selectinload(Person.grants))
        .with_for_update(read=True, key_share=True)
    )
