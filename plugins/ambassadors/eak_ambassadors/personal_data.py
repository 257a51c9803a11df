"""What the plugin stores about a person: the copy of it, and its erasure."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute

from eak_ambassadors.models import (
    Ambassador,
    Badge,
    Endorsement,
    Evidence,
    Nomination,
    Request,
    Revocation,
    Seat,
    Sitting,
    Volunteer,
)
from eak_ambassadors.recognition import terms
from eak_ambassadors.sittings import deciding
from eak_core.api import Service, Session, person_address


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """All that a person did and was given; of those whom they nominated, only what they said."""
    n, e, s, a, b = Nomination, Endorsement, Sitting, Ambassador, Badge
    r, q = Revocation, Request
    theirs = (n.nominee_id == person_id) | (n.address == (person_address(session, person_id) or ""))
    badges = (
        select(b.id, b.service_id, b.issued_at, b.until, b.revoked_at, b.document)
        .join(a, a.id == b.ambassador_id)
        .where(a.person_id == person_id)
    )
    return {
        "nominated": _rows(
            session, n.nominator_id == person_id,
            n.service_id, n.name, n.address, n.examples, n.conflict, n.nominated_at,
        ),
        "nominated_as": _rows(
            session, theirs,
            n.service_id, n.examples, n.nominated_at, n.agreed_at, n.refused_at, n.closed_at,
        ),
        "endorsed": _rows(
            session, e.person_id == person_id,
            e.nomination_id, e.for_service_id, e.comment, e.endorsed_at,
        ),
        "volunteered": _rows(
            session, Volunteer.person_id == person_id, Volunteer.service_id, Volunteer.since
        ),
        "seats": _rows(
            session, Seat.person_id == person_id,
            Seat.sitting_id, Seat.mark, Seat.standing, Seat.favourable,
        ),
        "closed_pools": _rows(session, s.closed_by == person_id, s.id, s.source, s.closed_at),
        "decided": _rows(session, s.decided_by == person_id, s.id, s.reasons, s.decided_at),
        "ambassador": _rows(
            session, a.person_id == person_id,
            a.service_id, a.since, a.until, a.shown, a.words, a.knows, a.subjects, a.ended_at,
            a.ended_as,
        ),
        "revocations": _rows(
            session, r.ambassador_id.in_(select(a.id).where(a.person_id == person_id)),
            r.reason, r.revoked_at, r.appeal, r.appealed_at, r.upheld, r.answer, r.answered_at,
        ),
        "revoked": _rows(session, r.revoked_by == person_id, r.id, r.reason, r.revoked_at),
        "appeals_heard": _rows(session, r.answered_by == person_id, r.id, r.answer, r.answered_at),
        "evidence": _rows(
            session, Evidence.person_id == person_id,
            Evidence.service_id, Evidence.position, Evidence.subject, Evidence.occurred_at,
        ),
        "asked": _rows(
            session, q.asker_id == person_id, q.question, q.asked_at, q.answer, q.answered_at
        ),
        "was_asked": _rows(
            session, q.ambassador_id.in_(select(a.id).where(a.person_id == person_id)),
            q.question, q.asked_at, q.answer, q.answered_at,
        ),
        "badges": [dict(row) for row in session.execute(badges).mappings()],
    }  # fmt: skip


def _rows(
    session: Session, theirs: ColumnElement[bool], *columns: InstrumentedAttribute[Any]
) -> list[dict[str, Any]]:
    found = session.execute(select(*columns).where(theirs).order_by(*columns[:1]))
    return [dict(row) for row in found.mappings()]


def erase_person(session: Session, person_id: int) -> None:
    """Forget whom a person nominated and judged, and that they were nominated or recognised."""
    _end_terms(session, person_id)
    _pass_seats_on(session, person_id)
    address = person_address(session, person_id) or ""
    # What nobody has agreed to was never public, whatever was answered.
    mine = Nomination.nominator_id == person_id
    session.execute(delete(Nomination).where(mine, Nomination.agreed_at.is_(None)))
    session.execute(update(Nomination).where(mine).values(nominator_id=None, form_key=None))
    theirs = (Nomination.nominee_id == person_id) | (Nomination.address == address)
    about = select(Nomination.id).where(theirs)
    # What was said of them goes with them; that it was said is kept.
    session.execute(
        update(Endorsement).where(Endorsement.nomination_id.in_(about)).values(comment="", token="")
    )
    session.execute(update(Sitting).where(Sitting.nomination_id.in_(about)).values(reasons=""))
    session.execute(
        update(Nomination)
        .where(theirs)
        .values(nominee_id=None, address=None, name="", examples="", conflict="", refused_at=None)
    )
    terms_of = select(Ambassador.id).where(Ambassador.person_id == person_id)
    session.execute(
        update(Revocation)
        .where(Revocation.ambassador_id.in_(terms_of))
        .values(reason="", appeal="", answer="")
    )
    session.execute(delete(Evidence).where(Evidence.person_id == person_id))
    session.execute(delete(Request).where(Request.asker_id == person_id))
    session.execute(update(Request).where(Request.ambassador_id.in_(terms_of)).values(answer=""))
    session.execute(delete(Volunteer).where(Volunteer.person_id == person_id))
    for column in (
        Endorsement.person_id,
        Seat.person_id,
        Sitting.closed_by,
        Sitting.decided_by,
        Revocation.revoked_by,
        Revocation.answered_by,
        Ambassador.person_id,
    ):
        session.execute(update(column.class_).where(column == person_id).values({column.key: None}))
    session.expire_all()


def _end_terms(session: Session, person_id: int) -> None:
    running = select(Ambassador).where(
        Ambassador.person_id == person_id, Ambassador.ended_at.is_(None)
    )
    for ambassador in session.scalars(running.order_by(Ambassador.id)).all():
        service = session.get_one(Service, ambassador.service_id)
        terms.end(session, service, ambassador, "erased", None)


def _pass_seats_on(session: Session, person_id: int) -> None:
    open_seats = (
        select(Sitting, Seat)
        .join(Seat, Seat.sitting_id == Sitting.id)
        .where(Seat.person_id == person_id, Seat.standing == "seated", Sitting.decided_at.is_(None))
        .order_by(Sitting.id)
    )
    for sitting, seat in session.execute(open_seats).all():
        service = session.get_one(Service, sitting.service_id)
        deciding.vacate(session, service, sitting, seat)
