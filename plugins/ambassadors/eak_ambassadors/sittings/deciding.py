"""What a jury does: each member says yes or no, and one writes the reasons."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from eak_ambassadors.evidence import gathering
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import TEXT_LENGTH, Ambassador, Nomination, Seat, Sitting
from eak_ambassadors.recognition import terms
from eak_ambassadors.recognition.signing import address_of
from eak_core.api import (
    Actor,
    Conflict,
    NotFound,
    Refused,
    Service,
    Session,
    _,
    _l,
    checked_words,
    clock,
    hold_account,
    is_agent_address,
    person_address,
    require,
    send_mail,
)

#: How many members have to say yes or no before anything can be decided.
QUORUM = 3


def seat_of(sitting: Sitting, person_id: int | None) -> Seat | None:
    """The seat of a member; None for everybody else."""
    mine = (each for each in sitting.places if each.person_id == person_id is not None)
    return next((each for each in mine if each.standing == "seated"), None)


def open_seats(session: Session, actor: Actor, service: Service) -> Sequence[Sitting]:
    """The juries in which ``actor`` sits, and that have not decided."""
    if not actor.signed_in:
        return []
    return session.scalars(
        select(Sitting)
        .join(Seat, Seat.sitting_id == Sitting.id)
        .where(
            Sitting.service_id == service.id,
            Sitting.decided_at.is_(None),
            Seat.person_id == actor.person_id,
            Seat.standing == "seated",
        )
        .order_by(Sitting.id)
    ).all()


def vote(
    session: Session, actor: Actor, service: Service, sitting: Sitting, *, favourable: bool
) -> None:
    """Say whether the person should be recognised; again, it replaces what was said."""
    seat = _held(session, actor, service, sitting)
    seat.favourable = favourable
    session.flush()


def excuse(session: Session, actor: Actor, service: Service, sitting: Sitting) -> None:
    """Leave the seat, for a conflict of interest or for want of time: whoever follows in the lot
    takes it, of the same origin where there is one."""
    vacate(session, service, sitting, _held(session, actor, service, sitting))


def vacate(session: Session, service: Service, sitting: Sitting, seat: Seat) -> None:
    """Give ``seat`` to whoever follows in the lot; the caller holds the jury."""
    reserve = [each for each in sitting.places if each.standing == "reserve"]
    following = [each for each in reserve if each.origin == seat.origin] or reserve
    seat.standing, seat.favourable = "excused", None
    if following:
        following[0].standing = "seated"
        _tell_seated(session, service, sitting, following[0])
    session.flush()


def ready(sitting: Sitting) -> bool:
    """Whether the reasons can be written: all have said yes or no, or the time is over and as many
    as are needed have."""
    seated = [each for each in sitting.places if each.standing == "seated"]
    voted = [each for each in seated if each.favourable is not None]
    over = sitting.due_at is not None and clock.now() >= sitting.due_at
    return len(voted) >= QUORUM and (over or len(voted) == len(seated))


def outcome(sitting: Sitting) -> bool:
    """Whether more members are for it than against it."""
    said = [each.favourable for each in sitting.places if each.standing == "seated"]
    return said.count(True) > said.count(False)


def decide(
    session: Session, actor: Actor, service: Service, sitting: Sitting, reasons: str
) -> Ambassador | None:
    """Write the reasons of the jury, with which its decision takes effect; answers the ambassador
    where the person is recognised.

    `Refused` before all have said yes or no, and where the person is no agent any more.
    """
    _held(session, actor, service, sitting)
    reasons = checked_words(
        reasons,
        "reasons",
        _l("Nothing was decided."),
        most=TEXT_LENGTH,
        missing=_("Write the reasons, in %(most)s characters.", most=TEXT_LENGTH),
    )
    if not ready(sitting):
        raise Refused(_l("All members say yes or no first, or the time of the jury is over."))
    nomination = session.get_one(Nomination, sitting.nomination_id, with_for_update=True)
    nominee = nomination.nominee_id
    address = person_address(session, nominee) if nominee is not None else None
    if nominee is None or address is None:
        raise Refused(_l("The person who was nominated has left."))
    if not is_agent_address(address):
        raise Refused(_l("The person is no agent of the administration any more."))
    now = clock.now()
    sitting.recognised, sitting.reasons = outcome(sitting), reasons
    sitting.decided_at, sitting.decided_by, nomination.closed_at = now, actor.person_id, now
    session.flush()
    if sitting.recognised:
        return terms.recognise(session, service, nomination)
    gathering.forget_person(session, service.id, nominee)
    _tell_not_recognised(session, service, nomination)
    return None


def remind(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Write to the members of a jury who have not answered, a week before its time is over."""
    sitting = session.get(Sitting, int(name.partition(":")[2]))
    if sitting is None or sitting.decided_at is not None:
        return
    for seat in sitting.places:
        if seat.standing == "seated" and seat.favourable is None and seat.person_id is not None:
            send_mail(
                session,
                plugin.name,
                person_id=seat.person_id,
                subject=_l("A jury waits for your answer"),
                text=seated_text(service, sitting),
                dedupe_key=f"waiting:{sitting.id}:{due_at.date()}:{seat.mark}",
                service_id=service.id,
            )


def overdue(session: Session, service_id: int) -> tuple[int, datetime | None]:
    """How many juries have not decided in their time, and when the first of them had to."""
    number, first = session.execute(
        select(func.count(), func.min(Sitting.due_at))
        .select_from(Sitting)
        .where(
            Sitting.service_id == service_id,
            Sitting.decided_at.is_(None),
            Sitting.due_at <= clock.now(),
        )
    ).one()
    return number, first


def _held(session: Session, actor: Actor, service: Service, sitting: Sitting) -> Seat:
    """The seat of ``actor``, in a jury that nobody else changes before this transaction ends."""
    hold_account(session, actor)
    session.refresh(sitting, with_for_update=True)
    session.refresh(sitting, ["places"])
    if sitting.drawn_at is None:
        raise NotFound(_l("There is no jury at this address."))
    require(actor, "ambassadors.judge", service, sitting)
    seat = seat_of(sitting, actor.person_id)
    if seat is None:
        raise NotFound(_l("There is no jury at this address."))
    if sitting.decided_at is not None:
        raise Conflict(_l("This jury has decided."))
    return seat


def _tell_seated(session: Session, service: Service, sitting: Sitting, seat: Seat) -> None:
    if seat.person_id is None:
        return
    send_mail(
        session,
        plugin.name,
        person_id=seat.person_id,
        subject=_l("You sit in a jury of ambassadors"),
        text=seated_text(service, sitting),
        dedupe_key=f"seated:{sitting.id}:{seat.mark}",
        service_id=service.id,
    )


def seated_text(service: Service, sitting: Sitting) -> object:
    """What is written to somebody who was drawn."""
    return _l(
        "You were drawn by lot for a jury of “%(service)s”, which reads a nomination and decides by"
        " %(date)s.\n\nThe nomination, what colleagues say, and your answer: %(link)s\n\n"
        "If something ties you to the person, or you have no time, the same page lets you pass"
        " the seat on.",
        service=service.name,
        date=sitting.due_at.date().isoformat() if sitting.due_at else "",
        link=address_of(service, "candidacy", nomination_id=sitting.nomination_id),
    )


def _tell_not_recognised(session: Session, service: Service, nomination: Nomination) -> None:
    if nomination.nominee_id is None:
        return
    send_mail(
        session,
        plugin.name,
        person_id=nomination.nominee_id,
        subject=_l("The jury has decided on your nomination"),
        text=_l(
            "The jury of “%(service)s” has read your nomination, and does not recognise you as an"
            " ambassador this time. Its reasons, which only you and those who have a part in it can"
            " read: %(link)s",
            service=service.name,
            link=address_of(service, "candidacy", nomination_id=nomination.id),
        ),
        dedupe_key=f"decided:{nomination.id}",
        service_id=service.id,
    )
