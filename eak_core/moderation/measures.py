"""What is done about those who misuse the site (article 23 of regulation (EU) 2022/2065): who often
writes what has to be hidden, or often reports without ground, is warned, and then suspended from
the same for a stated time. A person decides, with reasons; it can be contested, and ends by itself.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import func, select

from eak_core import clock
from eak_core.calendar import PARIS, midnight, months_after
from eak_core.db import Session
from eak_core.errors import Invalid, NotFound, Refused
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.moderation.answers import close_appeal, state_measure
from eak_core.moderation.decisions import checked_reason
from eak_core.moderation.events import MeasureLifted, MeasureTaken
from eak_core.moderation.models import Measure, ModerationDecision, Report
from eak_core.people.models import Person, RoleGrant
from eak_core.people.rights.actor import actor_for
from eak_core.people.rights.standing import keep_suspensions
from eak_core.permissions import ABUSES, Abuse, Actor, Suspension, require
from eak_core.services.lookup import row_in
from eak_core.services.models import Service

#: What is counted happened in so many months; a warning holds as long.
MONTHS = 12
#: From so many on it is often, and somebody can be warned.
OFTEN = 2
#: For how many days somebody can be suspended.
DAYS = (7, 30, 90, 180)

Kind = Literal["warning", "suspension"]


class Record(NamedTuple):
    """What somebody did in a service in `MONTHS`: how many of their texts were hidden and stay so,
    how much they reported, and how much of it was found to stay. ``latest`` is when the latest of
    each was decided, by what it is an abuse of."""

    hidden: int
    reported: int
    unfounded: int
    latest: dict[Abuse, datetime]

    def count(self, about: Abuse) -> int:
        """How often somebody did what is a misuse."""
        return self.hidden if about == "content" else self.unfounded


def record_of(session: Session, service: Service, person_id: int) -> Record:
    """What ``person_id`` did in ``service``; two statements."""
    since = months_after(clock.now(), -MONTHS)
    hidden, last_hidden = session.execute(
        select(func.count(), func.max(ModerationDecision.decided_at)).where(
            ModerationDecision.author_id == person_id,
            ModerationDecision.service_id == service.id,
            ModerationDecision.restored_at.is_(None),
            ModerationDecision.decided_at >= since,
        )
    ).one()
    found = session.execute(
        select(Report.outcome, func.count(), func.max(Report.decided_at))
        .where(
            Report.reporter_id == person_id,
            Report.service_id == service.id,
            Report.reported_at >= since,
        )
        .group_by(Report.outcome)
    ).all()
    counted = {outcome: number for outcome, number, _last in found}
    latest: dict[Abuse, datetime] = {}
    if last_hidden is not None:
        latest["content"] = last_hidden
    for outcome, _number, last in found:
        if outcome == "kept" and last is not None:
            latest["reports"] = last
    return Record(hidden, sum(counted.values()), counted.get("kept", 0), latest)


def frequent(session: Session, service: Service, most: int) -> list[int]:
    """The ids of those who misused ``service`` `OFTEN`, or against whom a measure was taken, in
    `MONTHS`; at most ``most`` of each."""
    since = months_after(clock.now(), -MONTHS)
    writers = session.scalars(
        select(ModerationDecision.author_id)
        .where(
            ModerationDecision.service_id == service.id,
            ModerationDecision.decided_at >= since,
            ModerationDecision.restored_at.is_(None),
            ModerationDecision.author_id.is_not(None),
        )
        .group_by(ModerationDecision.author_id)
        .having(func.count() >= OFTEN)
        .limit(most)
    )
    reporters = session.scalars(
        select(Report.reporter_id)
        .where(
            Report.service_id == service.id,
            Report.reported_at >= since,
            Report.outcome == "kept",
            Report.reporter_id.is_not(None),
        )
        .group_by(Report.reporter_id)
        .having(func.count() >= OFTEN)
        .limit(most)
    )
    concerned = session.scalars(
        select(Measure.person_id)
        .where(
            Measure.service_id == service.id,
            Measure.person_id.is_not(None),
            Measure.decided_at >= since,
        )
        .distinct()
        .limit(most)
    )
    return sorted({each for each in (*writers, *reporters, *concerned) if each is not None})


def measures_against(session: Session, service: Service, person_id: int) -> Sequence[Measure]:
    """What was decided about ``person_id`` in ``service``, the latest first."""
    return session.scalars(
        select(Measure)
        .where(Measure.service_id == service.id, Measure.person_id == person_id)
        .order_by(Measure.id.desc())
    ).all()


def standing(
    session: Session, service: Service, people: Collection[int]
) -> dict[int, list[Measure]]:
    """What holds against each of ``people`` in ``service``, the earliest first; one statement."""
    rows = session.scalars(
        select(Measure)
        .where(
            Measure.service_id == service.id,
            Measure.person_id.in_(people),
            Measure.lifted_at.is_(None),
        )
        .order_by(Measure.id)
    )
    found: dict[int, list[Measure]] = {}
    for each in rows:
        if each.person_id is not None and in_force(each):
            found.setdefault(each.person_id, []).append(each)
    return found


def possible(record: Record, measures: Sequence[Measure]) -> list[tuple[Kind, Abuse]]:
    """What can be decided now: a warning of what happens `OFTEN`, or, once warned, a suspension for
    what happened since. One of each is in force at a time."""
    found: list[tuple[Kind, Abuse]] = []
    for about in ABUSES:
        mine = [each for each in measures if each.about == about and in_force(each)]
        if any(each.kind == "suspension" for each in mine):
            continue
        warning = next((each for each in mine if each.kind == "warning"), None)
        if warning is None:
            if record.count(about) >= OFTEN:
                found.append(("warning", about))
        elif (last := record.latest.get(about)) is not None and last > warning.decided_at:
            found.append(("suspension", about))
    return found


def in_force(measure: Measure) -> bool:
    """Whether ``measure`` holds: it was not lifted, and is not over."""
    return measure.lifted_at is None and clock.now() < ends_at(measure)


def is_suspended(session: Session, service: Service, address: str | None) -> bool:
    """Whether the account with this confirmed ``address`` (as `normal_address` makes it) is
    suspended from reporting in ``service`` now."""
    if not address:
        return False
    person = session.scalar(
        select(Person).where(Person.email == address, Person.confirmed_at.is_not(None))
    )
    return person is not None and bool(actor_for(session, person).suspended(service.id, "reports"))


def ends_at(measure: Measure) -> datetime:
    """When ``measure`` ends by itself."""
    return measure.until or months_after(measure.decided_at, MONTHS)


def decide_measure(
    session: Session,
    actor: Actor,
    service: Service,
    person_id: int,
    kind: str,
    about: str,
    reason: str,
    *,
    days: int | None = None,
) -> Measure:
    """Warn ``person_id`` (``kind`` ``warning``), or suspend them (``suspension``) for one of
    `DAYS`, for what they wrote or what they reported (``about`` ``content`` or ``reports``).

    They are sent the statement of reasons. `Refused` where it is not `possible`: above all, without
    a warning before; for oneself; and for who runs the service or the site.
    """
    require(actor, "person.suspend", service)
    reason = checked_reason(reason)
    person = _held(session, person_id)
    _check_concerned(session, actor, service, person)
    measures = measures_against(session, service, person_id)
    choice = next(
        (
            each
            for each in possible(record_of(session, service, person_id), measures)
            if each == (kind, about)
        ),
        None,
    )
    if choice is None:
        raise Refused(
            _l(
                "This cannot be decided now: a warning follows what happened at least twice in"
                " twelve months, and a suspension what happened again after a warning. Nothing was"
                " changed."
            )
        )
    measure = Measure(
        service_id=service.id, person_id=person_id, kind=choice[0], about=choice[1], reason=reason,
        decided_by=actor.person_id, decided_at=clock.now(),
    )  # fmt: skip
    if choice[0] == "suspension":
        measure.until = _end(days)
        measure.warning_id = next(
            each.id
            for each in measures
            if each.kind == "warning" and each.about == about and in_force(each)
        )
    session.add(measure)
    session.flush()
    _keep(session, person)
    happened = MeasureTaken(measure_id=measure.id, kind=choice[0], about=choice[1])
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)
    state_measure(session, service, measure, choice[0])
    return measure


def lift_measure(
    session: Session, actor: Actor, service: Service, measure: Measure, reason: str
) -> None:
    """Take ``measure`` back for the ``reason``, which is sent to whom it concerns; with a warning,
    the suspensions that rest on it. `Refused` where it holds no more."""
    require(actor, "person.suspend", service)
    reason = checked_reason(reason)
    person = None if measure.person_id is None else _held(session, measure.person_id)
    session.refresh(measure, with_for_update=True)
    if not in_force(measure):
        raise Refused(_l("This is over, or was taken back already."))
    resting = session.scalars(select(Measure).where(Measure.warning_id == measure.id)).all()
    for each in (measure, *(other for other in resting if in_force(other))):
        each.lifted_by, each.lifted_at, each.lift_reason = actor.person_id, clock.now(), reason
        session.flush()
        publish(
            session, MeasureLifted(measure_id=each.id),
            service_id=service.id, actor_id=actor.person_id,
        )  # fmt: skip
        state_measure(session, service, each, "lifted")
        close_appeal(session, actor, service, each, reason)
    if person is not None:
        _keep(session, person)


def measure_of(session: Session, service: Service, measure_id: int) -> Measure:
    """The measure ``measure_id`` of this service. `NotFound` without one."""
    return row_in(
        session, service, Measure, measure_id, _l("There is no decision at this address.")
    )


def own_measures(session: Session, person_id: int) -> list[tuple[Measure, Service]]:
    """What holds against ``person_id``, with its service, the latest first."""
    rows = session.execute(
        select(Measure, Service)
        .join(Service, Service.id == Measure.service_id)
        .where(Measure.person_id == person_id, Measure.lifted_at.is_(None))
        .order_by(Measure.id.desc())
    )
    return [(measure, service) for measure, service in rows if in_force(measure)]


def last_day(until: datetime) -> datetime:
    """An instant of the last day of what ends at ``until``."""
    return until - timedelta(seconds=1)


def _held(session: Session, person_id: int) -> Person:
    """The account, as it stands now; nobody else decides about it before the commit."""
    person = session.get(Person, person_id) if 0 < person_id < 2**31 else None
    if person is None:
        raise NotFound(_l("There is no such account."))
    session.refresh(person, with_for_update={"of": Person, "key_share": True})
    return person


def _check_concerned(session: Session, actor: Actor, service: Service, person: Person) -> None:
    if person.erased_at is not None:
        raise Refused(_l("This account was erased: there is nobody left to decide about."))
    if person.id == actor.person_id:
        raise Refused(_l("Nobody decides about themselves: somebody else has to."))
    runs = session.scalar(
        select(RoleGrant.person_id).where(
            RoleGrant.person_id == person.id,
            RoleGrant.service_id == service.id,
            RoleGrant.role == "manager",
        )
    )
    if person.administrator or runs is not None:
        raise Refused(
            _l("This person runs the service or the site: their role is to be taken first.")
        )


def _end(days: int | None) -> datetime:
    if days not in DAYS:
        wrong = _l("Choose for how long.")
        raise Invalid(_l("The decision was not saved."), {"days": wrong})
    today = clock.now().astimezone(PARIS).date()
    return midnight(today + timedelta(days=days + 1))


def _keep(session: Session, person: Person) -> None:
    """Let the account say what holds against it, for whoever asks what it may do."""
    rows = session.scalars(
        select(Measure).where(
            Measure.person_id == person.id,
            Measure.kind == "suspension",
            Measure.lifted_at.is_(None),
            Measure.until > clock.now(),
        )
    )
    found = [Suspension(each.service_id, _abuse(each), ends_at(each), each.id) for each in rows]
    keep_suspensions(person, found)
    session.flush()


def _abuse(measure: Measure) -> Abuse:
    return "content" if measure.about == "content" else "reports"
