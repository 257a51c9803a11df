"""Juries whose time is over: where three have answered they decide, and are asked to; otherwise the
seats of those who have not are passed on, in the order of the same lot, with a new time. Where the
lot has nobody left, the nomination ends without a decision: a jury of fewer than three is none."""

from sqlalchemy import select

from eak_ambassadors.events import JuryLapsed, JuryPassedOn
from eak_ambassadors.evidence import gathering
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Nomination, Sitting
from eak_ambassadors.recognition.signing import address_of
from eak_ambassadors.sittings import deciding
from eak_ambassadors.sittings.drawing import TIME_TO_DECIDE, plan_reminder
from eak_core.api import Service, Session, _l, clock, publish, send_mail


def see_to_late_juries(session: Session, service: Service) -> None:
    """Do what is to be done about each jury of a service whose time is over."""
    late = select(Sitting).where(
        Sitting.service_id == service.id,
        Sitting.decided_at.is_(None),
        Sitting.due_at <= clock.now(),
    )
    for sitting in session.scalars(late.order_by(Sitting.id).with_for_update()).all():
        session.refresh(sitting, ["places"])
        if deciding.ready(sitting):
            _ask_for_reasons(session, service, sitting)
        elif any(each.standing == "reserve" for each in sitting.places):
            _pass_on(session, service, sitting)
        else:
            _lapse(session, service, sitting)


def _ask_for_reasons(session: Session, service: Service, sitting: Sitting) -> None:
    assert sitting.due_at is not None
    for seat in sitting.places:
        if seat.standing != "seated" or seat.favourable is None or seat.person_id is None:
            continue
        send_mail(
            session,
            plugin.name,
            person_id=seat.person_id,
            subject=_l("The time of your jury is over: it can decide"),
            text=_l(
                "Enough members have answered. One of you writes the reasons, with which the"
                " decision takes effect: %(link)s",
                link=address_of(service, "candidacy", nomination_id=sitting.nomination_id),
            ),
            dedupe_key=f"reasons:{sitting.id}:{sitting.due_at.date()}:{seat.mark}",
            service_id=service.id,
        )


def _pass_on(session: Session, service: Service, sitting: Sitting) -> None:
    sitting.due_at = clock.now() + TIME_TO_DECIDE
    late = [s for s in sitting.places if s.standing == "seated" and s.favourable is None]
    for seat in late:
        # Whoever nobody follows keeps the seat, and can answer still.
        if any(each.standing == "reserve" for each in sitting.places):
            deciding.vacate(session, service, sitting, seat)
    plan_reminder(session, service.id, sitting)
    session.flush()
    passed = JuryPassedOn(nomination_id=sitting.nomination_id, sitting_id=sitting.id)
    publish(session, passed, service_id=service.id)


def _lapse(session: Session, service: Service, sitting: Sitting) -> None:
    nomination = session.get_one(Nomination, sitting.nomination_id, with_for_update=True)
    now, nominee = clock.now(), nomination.nominee_id
    sitting.decided_at = nomination.closed_at = now
    session.flush()
    if nominee is not None:
        gathering.forget_person(session, service.id, nominee)
    for person_id in (nominee, nomination.nominator_id):
        if person_id is None:
            continue
        send_mail(
            session,
            plugin.name,
            person_id=person_id,
            subject=_l("A jury has ended without a decision"),
            text=_l(
                "Too few members of the jury answered in their time, and the lot has nobody left."
                " Nothing is decided about the person: colleagues can nominate them again."
                "\n\n%(link)s",
                link=address_of(service, "candidacy", nomination_id=nomination.id),
            ),
            dedupe_key=f"lapsed:{sitting.id}:{person_id}",
            service_id=service.id,
        )
    lapsed = JuryLapsed(nomination_id=nomination.id, sitting_id=sitting.id)
    publish(session, lapsed, service_id=service.id)
