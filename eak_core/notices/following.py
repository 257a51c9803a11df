"""Who follows what: authors and those who comment by default, and everybody what they choose.

A thing is named as in the log (``idea:12``). The hook `followed_things` says what it is, as long as
the person may see it; what nobody answers for is not followed.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, literal, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_for, insert_once
from eak_core.errors import NotFound
from eak_core.i18n import _l
from eak_core.notices.models import Follow
from eak_core.people.accounts.account import hold_account
from eak_core.permissions import Actor, require
from eak_core.plugins.hooks.contributions import NavItem
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.activation import active_plugins
from eak_core.services.models import Service

SUBJECT_LENGTH = 80
#: Of how many followed things a page shows the list.
SHOWN = 200


def things_of(
    session: Session,
    actor: Actor,
    service: Service,
    active: Collection[str],
    subjects: Sequence[str],
) -> dict[str, NavItem]:
    """What each of ``subjects`` is to ``actor``, who may see those answered now."""
    found: dict[str, NavItem] = {}
    answers = get_host().call_each(
        "followed_things", active,
        session=session, service=service, subjects=subjects, actor=actor,
    )  # fmt: skip
    for _owner, things in answers:
        found |= {subject: things[subject] for subject in subjects if subject in things}
    return found


def things_named(
    session: Session, actor: Actor, service: Service, subjects: Sequence[str]
) -> dict[str, NavItem]:
    """What each of ``subjects`` is, by its name in the log (``idea:12``): its title and its page,
    as far as ``actor`` may see it now, whichever plugin it is of (`followed_things`)."""
    return things_of(session, actor, service, active_plugins(session, service.id), subjects)


def follow(
    session: Session, actor: Actor, service: Service, active: Collection[str], subject: str
) -> NavItem:
    """Let ``actor`` be told of what happens to ``subject``; answers what it is. Doing so twice is
    doing so once. `NotFound` for what they may not see, or does not exist."""
    require(actor, "service.follow", service)
    hold_account(session, actor)
    thing = _thing(session, actor, service, active, subject)
    assert actor.person_id is not None
    if not follow_by_default(session, service.id, subject, actor.person_id):
        session.execute(
            update(Follow)
            .where(*_row(service.id, subject, actor.person_id), Follow.left_at.is_not(None))
            .values(left_at=None, since=clock.now())
        )
    return thing


def follow_by_default(
    session: Session, service_id: int, subject: str, person_id: int | None
) -> bool:
    """Let somebody be told of what happens to ``subject``, because they have made it or said
    something there, unless they have left it; whether they do so from now on."""
    if person_id is None:
        return False
    row = {
        "service_id": service_id,
        "subject": subject,
        "person_id": person_id,
        "since": clock.now(),
    }
    return insert_once(session, Follow, row, Follow.person_id) is not None


def leave(session: Session, actor: Actor, service: Service, subject: str) -> None:
    """Let ``actor`` be told no more of ``subject``, also where they would be by default."""
    require(actor, "service.follow", service)
    hold_account(session, actor)
    assert actor.person_id is not None
    session.execute(
        update(Follow)
        .where(*_row(service.id, subject, actor.person_id), Follow.left_at.is_(None))
        .values(left_at=clock.now())
    )


def unfollow(session: Session, service_id: int, subject: str, person_id: int) -> None:
    """Let somebody be told no more of ``subject``, which concerns them no longer, as if they had
    never followed it."""
    session.execute(delete(Follow).where(*_row(service_id, subject, person_id)))


def who_left(session: Session, service_id: int, subject: str, people: Collection[int]) -> set[int]:
    """Those of ``people`` who want to be told no more of ``subject``."""
    query = select(Follow.person_id).where(
        Follow.service_id == service_id,
        Follow.subject == subject,
        Follow.person_id.in_(people),
        Follow.left_at.is_not(None),
    )
    return set(session.scalars(query))


def move_followers(session: Session, service_id: int, subject: str, to: str) -> None:
    """Let whoever follows ``subject``, which becomes part of ``to``, follow that, unless they have
    left it."""
    follow = Follow.__table__.alias()
    rows = select(follow.c.service_id, literal(to), follow.c.person_id, follow.c.since).where(
        follow.c.service_id == service_id, follow.c.subject == subject, follow.c.left_at.is_(None)
    )
    columns = ["service_id", "subject", "person_id", "since"]
    session.execute(insert_for(session, Follow).from_select(columns, rows).on_conflict_do_nothing())
    session.execute(
        delete(Follow).where(Follow.service_id == service_id, Follow.subject == subject)
    )


def followers_anywhere(session: Session, subjects: Collection[str]) -> set[int]:
    """Who follows one of ``subjects`` in any service, or has left it."""
    return set(session.scalars(select(Follow.person_id).where(Follow.subject.in_(subjects))))


def carry_followers(
    session: Session, to_id: int, subjects: Collection[str], people: Collection[int]
) -> None:
    """Let those of ``people`` who follow ``subjects``, which go to another service, follow them
    there, and those who have left them stay so; what others follow waits where it is."""
    follow = Follow.__table__.alias()
    going = follow.c.subject.in_(subjects), follow.c.person_id.in_(people)
    rows = select(
        literal(to_id), follow.c.subject, follow.c.person_id, follow.c.since, follow.c.left_at
    ).where(*going, follow.c.service_id != to_id)
    columns = ["service_id", "subject", "person_id", "since", "left_at"]
    session.execute(insert_for(session, Follow).from_select(columns, rows).on_conflict_do_nothing())
    session.execute(
        delete(Follow).where(
            Follow.subject.in_(subjects), Follow.person_id.in_(people), Follow.service_id != to_id
        )
    )


def follows(session: Session, actor: Actor, service: Service, subject: str) -> bool:
    """Whether ``actor`` follows ``subject``."""
    if actor.person_id is None:
        return False
    query = select(Follow.person_id).where(
        *_row(service.id, subject, actor.person_id), Follow.left_at.is_(None)
    )
    return session.scalar(query) is not None


def followed_by(session: Session, person_id: int) -> Mapping[int, list[str]]:
    """What somebody follows, by the service, the latest first: at most `SHOWN`."""
    rows = session.execute(
        select(Follow.service_id, Follow.subject)
        .where(Follow.person_id == person_id, Follow.left_at.is_(None))
        .order_by(Follow.since.desc(), Follow.subject)
        .limit(SHOWN)
    )
    found: dict[int, list[str]] = {}
    for service_id, subject in rows:
        found.setdefault(service_id, []).append(subject)
    return found


def _thing(
    session: Session, actor: Actor, service: Service, active: Collection[str], subject: str
) -> NavItem:
    # Typed into an address by whoever likes to: the table refuses what is longer.
    known = len(subject) <= SUBJECT_LENGTH
    thing = things_of(session, actor, service, active, [subject]).get(subject) if known else None
    if thing is None:
        raise NotFound(_l("There is nothing to follow at this address."))
    return thing


def _row(service_id: int, subject: str, person_id: int) -> tuple[Any, ...]:
    return (
        Follow.service_id == service_id,
        Follow.subject == subject,
        Follow.person_id == person_id,
    )
