"""The term of an ambassador: it begins with a jury, and ends with one click."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from eak_ambassadors.events import Left, Presented, Recognised
from eak_ambassadors.evidence import gathering
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import AMBASSADOR, TEXT_LENGTH, Ambassador, Nomination
from eak_ambassadors.recognition import issuing
from eak_core.api import (
    Actor,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Service,
    Session,
    _l,
    checked_text,
    clock,
    hidden_reason,
    hold_account,
    months_after,
    not_hidden,
    publish,
    remove_files_of,
    schedule,
    subjects_of,
)

#: For how long an ambassador is recognised.
MONTHS = 24
#: Of how many subjects an ambassador is: each code has at most 40 characters.
MOST_SUBJECTS = 9
#: How long before the end of a term one is reminded, and can ask for another one.
BEFORE = timedelta(days=90)


def recognise(session: Session, service: Service, nomination: Nomination) -> Ambassador:
    """Recognise the person who was nominated, and issue their badge. The caller has the right."""
    now = clock.now()
    ambassador = Ambassador(
        service_id=service.id,
        person_id=nomination.nominee_id,
        nomination_id=nomination.id,
        since=now,
        until=months_after(now, MONTHS),
        shown=False,
        words="",
    )
    session.add(ambassador)
    session.flush()
    event = Recognised(ambassador_id=ambassador.id, nomination_id=nomination.id)
    publish(session, event, service_id=service.id)
    issuing.issue(session, service, ambassador, nomination.badge_id or "")
    before = ambassador.until - BEFORE
    schedule(session, plugin.name, service.id, f"ending:{ambassador.id}", before)
    return ambassador


def current(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep those who are ambassadors of a service now."""
    return (
        Ambassador.service_id == service_id,
        Ambassador.ended_at.is_(None),
        Ambassador.until > clock.now(),
        Ambassador.person_id.is_not(None),
    )


def own(session: Session, actor: Actor, service: Service) -> Ambassador | None:
    """What makes ``actor`` an ambassador of ``service`` now; None where nothing does."""
    if not actor.signed_in:
        return None
    return session.scalar(
        select(Ambassador).where(
            *current(service.id), Ambassador.person_id == actor.person_id
        ).order_by(Ambassador.id.desc()).limit(1)
    )  # fmt: skip


def on_the_wall(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep those whom the wall names: they said so, and no moderator has hidden
    what they say of themselves."""
    return (*_told(service_id), Ambassador.shown.is_(True))


def who_answer(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep those who answer the questions of agents."""
    return (*_told(service_id), Ambassador.knows != "")


def _told(service_id: int) -> tuple[ColumnElement[bool], ...]:
    return (*current(service_id), not_hidden(service_id, AMBASSADOR, Ambassador.id))


def shown(session: Session, service_id: int, at_most: int = 200) -> Sequence[Ambassador]:
    """Those whom the wall names, in the order in which they were recognised: an order of nothing
    else."""
    return session.scalars(
        select(Ambassador).where(*on_the_wall(service_id)).order_by(Ambassador.id).limit(at_most)
    ).all()


def ambassador_of(session: Session, service: Service, ambassador_id: int) -> Ambassador:
    """An ambassador whom the wall names. `NotFound` otherwise; `Gone`, with the public reason,
    where moderators have hidden what they say of themselves."""
    found = session.scalar(
        select(Ambassador).where(
            *current(service.id), Ambassador.shown, Ambassador.id == ambassador_id
        )
    )
    if found is None:
        raise NotFound(_l("There is no ambassador at this address."))
    reason = hidden_reason(session, service.id, found.subject)
    if reason is not None:
        raise Gone(_l("This page was hidden by the moderators: %(reason)s", reason=reason))
    return found


def require_own(session: Session, actor: Actor, service: Service) -> Ambassador:
    """What makes ``actor`` an ambassador of ``service``. `Forbidden` where nothing does."""
    found = own(session, actor, service)
    if found is None:
        raise Forbidden(_l("Only ambassadors can do this, as long as they are."))
    return found


def held(session: Session, actor: Actor, service: Service) -> Ambassador:
    """The same, which nobody else changes before this transaction ends."""
    hold_account(session, actor)
    found = require_own(session, actor, service)
    session.refresh(found, with_for_update=True)
    if found.ended_at is not None:
        raise Forbidden(_l("Only ambassadors can do this, as long as they are."))
    return found


def present(
    session: Session,
    actor: Actor,
    service: Service,
    *,
    shown: bool,
    words: str,
    knows: str = "",
    subjects: Sequence[str] = (),
) -> Ambassador:
    """Say what the wall shows, which is nothing of them unless ``shown``; and what colleagues can
    ask them about, which is nothing where ``knows`` is empty. ``subjects`` are codes of the
    service's; others are left out."""
    found = held(session, actor, service)
    errors: dict[str, str] = {}
    words = checked_text(words, "words", errors, most=TEXT_LENGTH)
    knows = checked_text(knows, "knows", errors, most=TEXT_LENGTH)
    if errors:
        raise Invalid(_l("Nothing was changed."), errors)
    found.knows = knows
    known = [each.code for each in subjects_of(session, service.id) if each.code in subjects]
    about = " ".join(known[:MOST_SUBJECTS])
    if (shown, words, about) != (found.shown, found.words, found.subjects):
        found.shown, found.words, found.subjects = shown, words, about
        session.flush()
        _tell_shown(session, found)
    return found


def leave(session: Session, actor: Actor, service: Service) -> None:
    """Be an ambassador no more, at once: the wall, feeds and archives forget, and the badge is
    revoked."""
    end(session, service, held(session, actor, service), "left", actor.person_id)


def end(
    session: Session, service: Service, ambassador: Ambassador, how: str, actor_id: int | None
) -> None:
    """Let a term end, ``how`` it does, with all that was shown. The caller has the right."""
    ambassador.ended_at, ambassador.ended_as = clock.now(), how
    ambassador.shown, ambassador.words, ambassador.knows = False, "", ""
    ambassador.subjects = ""
    session.flush()
    remove_files_of(session, Actor.system(), service, plugin.name, ambassador.subject)
    if how != "expired":
        issuing.revoke_all(session, service, ambassador)
    if ambassador.person_id is not None:
        gathering.forget_person(session, service.id, ambassador.person_id)
    if how in ("left", "erased"):
        left = Left(ambassador_id=ambassador.id)
        publish(session, left, service_id=service.id, actor_id=actor_id)


def _tell_shown(session: Session, ambassador: Ambassador) -> None:
    presented = Presented(ambassador_id=ambassador.id)
    publish(session, presented, service_id=ambassador.service_id, actor_id=ambassador.person_id)


def ends_at(session: Session, service_id: int) -> datetime | None:
    """When the next term of those on the wall ends: its page is another one then."""
    return session.scalar(
        select(Ambassador.until).where(*on_the_wall(service_id)).order_by(Ambassador.until).limit(1)
    )
