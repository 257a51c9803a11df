"""Revoking a recognition, and the appeal, which others hear than whoever revoked it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import exists, select

from eak_ambassadors.events import Reinstated, Revoked
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import TEXT_LENGTH, Ambassador, Revocation
from eak_ambassadors.recognition import issuing, terms
from eak_ambassadors.recognition.signing import address_of
from eak_core.api import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_words,
    clock,
    hold_account,
    publish,
    require,
    row_in,
    send_mail,
)

#: How long somebody can appeal.
TIME_TO_APPEAL = timedelta(days=30)


def current_of(session: Session, service: Service, ambassador_id: int) -> Ambassador:
    """An ambassador of the service, shown or not, for those who run it. `NotFound` where nobody
    was one, `Conflict` for a term that has ended: a colleague may have been faster."""
    found = session.scalar(
        select(Ambassador).where(
            Ambassador.service_id == service.id, Ambassador.id == ambassador_id
        )
    )
    if found is None:
        raise NotFound(_l("There is no ambassador at this address."))
    if found.ended_at is not None or found.person_id is None or found.until <= clock.now():
        raise Conflict(_l("This term has ended already."))
    return found


def revoke(
    session: Session, actor: Actor, service: Service, ambassador: Ambassador, reason: str
) -> int:
    """End the term of an ambassador, for a ``reason`` that they are told; answers the number of
    the revocation. The badge is revoked with it."""
    require(actor, "ambassadors.run", service)
    hold_account(session, actor)
    session.refresh(ambassador, with_for_update=True)
    reason = _checked(
        reason, "reason", _("Write the reason, in %(most)s characters.", most=TEXT_LENGTH)
    )
    if ambassador.ended_at is not None or ambassador.person_id is None:
        raise Conflict(_l("This term has ended already."))
    person_id = ambassador.person_id
    terms.end(session, service, ambassador, "revoked", actor.person_id)
    revocation = Revocation(
        service_id=service.id,
        ambassador_id=ambassador.id,
        reason=reason,
        revoked_at=clock.now(),
        revoked_by=actor.person_id,
        appeal="",
        answer="",
    )
    session.add(revocation)
    session.flush()
    event = Revoked(ambassador_id=ambassador.id, revocation_id=revocation.id)
    publish(session, event, service_id=service.id, actor_id=actor.person_id)
    _write(
        session, service, revocation, person_id,
        _l("Your recognition as an ambassador was revoked"),
        _l(
            "“%(service)s” has revoked your recognition as an ambassador, and your badge.\n\n"
            "The reason, and how to appeal within thirty days: %(link)s\n\n"
            "Somebody else than whoever revoked it hears the appeal.",
            service=service.name, link=address_of(service, "revocation", number=revocation.id),
        ),
        "revoked",
    )  # fmt: skip
    return revocation.id


def revocation_of(
    session: Session, actor: Actor, service: Service, number: int, *, runs: bool = False
) -> Revocation:
    """A revocation, for the person and, where ``runs``, for those who run the service. `NotFound`
    for everybody else."""
    found = row_in(
        session, service, Revocation, number, _l("There is no revocation at this address.")
    )
    ambassador = session.get_one(Ambassador, found.ambassador_id)
    if not runs and (not actor.signed_in or ambassador.person_id != actor.person_id):
        raise NotFound(_l("There is no revocation at this address."))
    return found


def may_appeal(revocation: Revocation) -> bool:
    """Whether the person can appeal now."""
    over = clock.now() >= revocation.revoked_at + TIME_TO_APPEAL
    return revocation.appealed_at is None and not over


def appeal(session: Session, actor: Actor, service: Service, number: int, words: str) -> None:
    """Appeal against a revocation, once and within thirty days."""
    hold_account(session, actor)
    found = revocation_of(session, actor, service, number)
    session.refresh(found, with_for_update=True)
    words = _checked(words, "words", _("Say why, in %(most)s characters.", most=TEXT_LENGTH))
    if not may_appeal(found):
        raise Refused(_l("You have appealed already, or the thirty days are over."))
    found.appeal, found.appealed_at = words, clock.now()
    session.flush()


def waiting(session: Session, service_id: int) -> Sequence[Revocation]:
    """The appeals that nobody has heard yet, the oldest first."""
    return session.scalars(
        select(Revocation)
        .where(
            Revocation.service_id == service_id,
            Revocation.appealed_at.is_not(None),
            Revocation.answered_at.is_(None),
        )
        .order_by(Revocation.appealed_at, Revocation.id)
    ).all()


def awaits_answer(session: Session, person_id: int) -> bool:
    """Whether somebody appealed and has not been heard yet."""
    waits = exists().where(
        Ambassador.id == Revocation.ambassador_id,
        Ambassador.person_id == person_id,
        Revocation.appealed_at.is_not(None),
        Revocation.answered_at.is_(None),
    )
    return bool(session.scalar(select(waits)))


def hear(
    session: Session,
    actor: Actor,
    service: Service,
    revocation: Revocation,
    *,
    upheld: bool,
    answer: str,
) -> None:
    """Answer an appeal: ``upheld``, the person is an ambassador again, with a badge of its own.

    `Forbidden` for whoever revoked it.
    """
    require(actor, "ambassadors.run", service)
    hold_account(session, actor)
    session.refresh(revocation, with_for_update=True)
    answer = _checked(
        answer, "answer", _("Write the reasons, in %(most)s characters.", most=TEXT_LENGTH)
    )
    if actor.person_id == revocation.revoked_by:
        raise Forbidden(_l("An appeal is heard by somebody else than whoever revoked."))
    if revocation.appealed_at is None or revocation.answered_at is not None:
        raise Conflict(_l("There is no appeal to hear, or it was heard."))
    ambassador = session.get_one(Ambassador, revocation.ambassador_id, with_for_update=True)
    revocation.upheld, revocation.answer = upheld, answer
    revocation.answered_at, revocation.answered_by = clock.now(), actor.person_id
    session.flush()
    if ambassador.person_id is None:
        return
    if upheld and ambassador.until > clock.now():
        ambassador.ended_at, ambassador.ended_as = None, None
        session.flush()
        issuing.issue(session, service, ambassador, new_badge_id(revocation.id))
        event = Reinstated(ambassador_id=ambassador.id)
        publish(session, event, service_id=service.id, actor_id=actor.person_id)
    _write(
        session, service, revocation, ambassador.person_id,
        _l("Your appeal was heard"),
        _l(
            "Somebody else has read your appeal. The answer, with its reasons: %(link)s",
            link=address_of(service, "revocation", number=revocation.id),
        ),
        "heard",
    )  # fmt: skip


def new_badge_id(_number: int) -> str:
    """The name of a badge after an appeal."""
    return str(uuid4())


def _checked(text: str, field: str, missing: str) -> str:
    return checked_words(text, field, _l("Nothing was changed."), most=TEXT_LENGTH, missing=missing)


def _write(
    session: Session,
    service: Service,
    revocation: Revocation,
    person_id: int,
    subject: object,
    text: object,
    what: str,
) -> None:
    send_mail(
        session,
        plugin.name,
        person_id=person_id,
        subject=subject,
        text=text,
        dedupe_key=f"{what}:{revocation.id}",
        service_id=service.id,
    )
