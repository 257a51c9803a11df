"""Appeals against what moderators decided (article 20 of regulation (EU) 2022/2065): free, for six
months, and looked at by somebody else than who decided."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select

from eak_core import clock
from eak_core.calendar import months_after
from eak_core.db import Session
from eak_core.db.upsert import insert_once
from eak_core.errors import Conflict, Invalid, NotFound, Refused
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.moderation.answers import settle
from eak_core.moderation.decisions import checked_reason, hidden_reason, hide, restore
from eak_core.moderation.events import ContentAppealed
from eak_core.moderation.measures import in_force, lift_measure
from eak_core.moderation.models import Appeal, Measure, ModerationDecision, Report
from eak_core.moderation.things import things_of
from eak_core.people.accounts.account import hold_account
from eak_core.permissions import Actor, may, require
from eak_core.services.lookup import row_in
from eak_core.services.models import Service
from eak_core.web.text import REASON_LENGTH
from eak_core.web.typed import checked_words

#: For how many months a decision can be contested (article 20, 1).
MONTHS = 6
VERDICTS = ("upheld", "reversed")


def may_contest(session: Session, actor: Actor, service: Service, of: ModerationDecision) -> bool:
    """Whether ``actor`` can contest the decision ``of`` now: its author, once, for six months."""
    thing = things_of(session, service, [of.subject]).get(of.subject)
    return (
        thing is not None
        and may(actor, "content.appeal", service, thing)
        and of.restored_at is None
        and clock.now() < contested_until(of.decided_at)
        and appeal_against(session, of) is None
    )


def contest_hiding(
    session: Session, actor: Actor, service: Service, of: ModerationDecision, words: str
) -> Appeal:
    """Contest the decision to hide something, for its author. `Refused` once it was taken back or
    six months are over; `Conflict` a second time."""
    hold_account(session, actor)
    thing = things_of(session, service, [of.subject]).get(of.subject)
    if thing is None:
        raise NotFound(_l("There is no decision at this address."))
    require(actor, "content.appeal", service, thing)
    session.refresh(of, with_for_update=True)
    if of.restored_at is not None:
        raise Refused(_l("This decision was taken back: there is nothing to contest any more."))
    return _contest(session, actor, service, of.subject, of.decided_at, words, decision_id=of.id)


def may_contest_measure(session: Session, actor: Actor, service: Service, of: Measure) -> bool:
    """Whether ``actor`` can contest the measure ``of`` now: whom it concerns, once, for six
    months."""
    return (
        may(actor, "content.appeal", service, of)
        and of.lifted_at is None
        and clock.now() < contested_until(of.decided_at)
        and appeal_against(session, of) is None
    )


def contest_measure(
    session: Session, actor: Actor, service: Service, of: Measure, words: str
) -> Appeal:
    """Contest a warning or a suspension, for whom it concerns. `Refused` once it was taken back or
    six months are over; `Conflict` a second time."""
    hold_account(session, actor)
    require(actor, "content.appeal", service, of)
    session.refresh(of, with_for_update=True)
    if of.lifted_at is not None:
        raise Refused(_l("This decision was taken back: there is nothing to contest any more."))
    return _contest(session, actor, service, of.subject, of.decided_at, words, measure_id=of.id)


def can_contest_report(session: Session, report: Report) -> bool:
    """Whether what became of ``report`` can be contested now: it stays, for six months, once."""
    return (
        report.outcome == "kept"
        and report.decided_at is not None
        and clock.now() < contested_until(report.decided_at)
        and appeal_against(session, report) is None
    )


def contest_report(
    session: Session, actor: Actor, service: Service, report: Report, words: str
) -> Appeal:
    """Contest that what was reported stays, for whoever holds its reference: it was given to nobody
    else. `Refused` where there is nothing to contest; `Conflict` a second time."""
    require(actor, "content.report", service)
    session.refresh(report, with_for_update=True)
    if report.outcome != "kept" or report.decided_at is None:
        raise Refused(_l("There is no decision here that could be contested."))
    return _contest(
        session, actor, service, report.subject, report.decided_at, words, report_id=report.id
    )


def decide_appeal(
    session: Session, actor: Actor, service: Service, appeal: Appeal, verdict: str, reason: str
) -> None:
    """Look at a decision again: it is ``upheld``, or ``reversed`` for the public ``reason``.

    `Refused` for who made the decision, who contests it and whose text it is: somebody else
    decides. `Conflict` where somebody has decided meanwhile.
    """
    require(actor, "content.restore", service)
    reason = checked_reason(reason)
    # In the order in which a decision is taken back, which ends its appeal too.
    decided = decided_in(session, appeal)
    session.refresh(decided, with_for_update=True)
    session.refresh(appeal, with_for_update=True)
    if appeal.outcome is not None:
        raise Conflict(_l("Somebody has decided about this meanwhile. Nothing was changed."))
    if actor.person_id is None or actor.person_id in _involved(session, service, appeal):
        raise Refused(
            _l(
                "You took part in this: somebody else has to decide about the appeal. An"
                " administrator of the site can."
            )
        )
    if verdict == "upheld":
        settle(session, actor, service, appeal, "upheld", reason)
    elif verdict != "reversed":
        raise Invalid(_l("Nothing was decided."), {"verdict": _l("Choose what is decided.")})
    elif isinstance(decided, Measure):
        # What is over is answered all the same: it was wrong.
        if in_force(decided):
            lift_measure(session, actor, service, decided, reason)
        else:
            settle(session, actor, service, appeal, "reversed", reason)
    elif appeal.decision_id is not None:
        restore(session, actor, service, appeal.subject, reason)
    else:
        if hidden_reason(session, service.id, appeal.subject) is None:
            hide(session, actor, service, appeal.subject, reason)
        settle(session, actor, service, appeal, "reversed", reason)


def took_part(session: Session, actor: Actor, service: Service, appeal: Appeal) -> bool:
    """Whether ``actor`` made the decision that ``appeal`` contests, or contests it."""
    return actor.person_id in _involved(session, service, appeal)


def appeal_of(session: Session, service: Service, appeal_id: int) -> Appeal:
    """The appeal ``appeal_id`` of this service. `NotFound` without one."""
    return row_in(session, service, Appeal, appeal_id, _l("There is no appeal at this address."))


def decided_in(session: Session, appeal: Appeal) -> ModerationDecision | Report | Measure:
    """What ``appeal`` contests."""
    if appeal.measure_id is not None:
        return session.get_one(Measure, appeal.measure_id)
    if appeal.decision_id is not None:
        return session.get_one(ModerationDecision, appeal.decision_id)
    return session.get_one(Report, appeal.report_id)


def appeal_against(session: Session, what: ModerationDecision | Report | Measure) -> Appeal | None:
    """The appeal against a decision to hide, what became of a report, or a measure."""
    column = {Report: Appeal.report_id, Measure: Appeal.measure_id}.get(
        type(what), Appeal.decision_id
    )
    return session.scalar(select(Appeal).where(column == what.id))


def open_appeals(session: Session, service_id: int, most: int) -> Sequence[Appeal]:
    """The appeals that wait, at most ``most``, the oldest first."""
    return session.scalars(
        select(Appeal)
        .where(Appeal.service_id == service_id, Appeal.outcome.is_(None))
        .order_by(Appeal.made_at, Appeal.id)
        .limit(most)
    ).all()


def waiting_since(session: Session, service_id: int) -> tuple[int, datetime | None]:
    """How many appeals wait, and since when the oldest does."""
    row = session.execute(
        select(func.count(), func.min(Appeal.made_at)).where(
            Appeal.service_id == service_id, Appeal.outcome.is_(None)
        )
    ).one()
    return row[0], row[1]


def waits_for(session: Session, person_id: int) -> bool:
    """Whether somebody contested something and has no answer yet."""
    waits = exists().where(Appeal.appellant_id == person_id, Appeal.outcome.is_(None))
    return bool(session.scalar(select(waits)))


def contested_until(decided_at: datetime) -> datetime:
    """Until when a decision of this instant can be contested."""
    return months_after(decided_at, MONTHS)


def _contest(
    session: Session,
    actor: Actor,
    service: Service,
    subject: str,
    decided_at: datetime,
    words: str,
    *,
    decision_id: int | None = None,
    report_id: int | None = None,
    measure_id: int | None = None,
) -> Appeal:
    missing = _l("Say why you contest it, in 2,000 characters at most.")
    words = checked_words(
        words, "words", _l("Your appeal was not sent."), most=REASON_LENGTH, missing=missing
    )
    if clock.now() >= contested_until(decided_at):
        raise Refused(_l("A decision can be contested for six months: they are over."))
    row = {
        "service_id": service.id,
        "subject": subject,
        "decision_id": decision_id,
        "report_id": report_id,
        "measure_id": measure_id,
        "appellant_id": actor.person_id,
        "words": words,
        "made_at": clock.now(),
    }
    appeal_id = insert_once(session, Appeal, row, Appeal.id)
    if appeal_id is None:
        raise Conflict(_l("This decision is contested already: the answer will come here."))
    # Nobody acted, as far as the log knows: an appeal tells who wrote, or who reported.
    publish(session, ContentAppealed(content=subject, appeal_id=appeal_id), service_id=service.id)
    return session.get_one(Appeal, appeal_id)


def _involved(session: Session, service: Service, appeal: Appeal) -> set[int | None]:
    """Who decided what is contested, who contests it, and whose text it is."""
    decided = decided_in(session, appeal)
    if isinstance(decided, Measure):
        return {decided.decided_by, decided.person_id, appeal.appellant_id} - {None}
    thing = things_of(session, service, [appeal.subject]).get(appeal.subject)
    people = {decided.decided_by, appeal.appellant_id, *(thing.people if thing else ())}
    if isinstance(decided, Report):
        people.add(decided.reporter_id)
    return people - {None}
