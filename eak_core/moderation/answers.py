"""What people are told of decisions: the author why (article 17 of regulation (EU) 2022/2065), and
those who reported it what became of it (article 16, 5). In the transaction of the decision, so that
none is without its statement."""

from datetime import timedelta
from typing import Any

from flask import current_app, render_template, url_for
from sqlalchemy import select

from eak_core import clock
from eak_core.config import Config
from eak_core.db import Session
from eak_core.events import CORE, publish
from eak_core.i18n import _l
from eak_core.moderation.events import ContentAppealDecided, ContentReportDecided
from eak_core.moderation.models import (
    Appeal,
    Decided,
    Measure,
    ModerationDecision,
    Report,
    Verdict,
)
from eak_core.moderation.things import things_of
from eak_core.people.mail.letters import send_mail, send_mail_to_address
from eak_core.people.rights.actor import readers_among
from eak_core.people.rights.outsiders import is_outsider
from eak_core.people.rights.roles import runners_of
from eak_core.permissions import Actor
from eak_core.services.models import Service


def state_reasons(
    session: Session, actor: Actor, service: Service, decision: ModerationDecision
) -> None:
    """Send those whose it is that was hidden the statement of reasons, but for who hid it; it says
    where the author can contest it."""
    thing = things_of(session, service, [decision.subject]).get(decision.subject)
    if thing is None:
        return
    if thing.author_id != actor.person_id:
        decision.author_id = thing.author_id
    session.flush()
    link = url_for(
        "moderation.decision", service_slug=service.slug, subject=decision.subject, _external=True
    )
    title = _l("Something you wrote was hidden in %(service)s", service=service.name)
    for person_id in sorted(thing.people - {actor.person_id}):
        key = f"hidden:{decision.id}:{person_id}"
        _owe(session, service, person_id, title, key, "hidden", link, reason=decision.reason)


def alert_managers(session: Session, service: Service, report: Report) -> None:
    """Write to those who run ``service``, or to the administrators where nobody does, that
    something was reported that cannot wait (article 18)."""
    link = url_for("moderation_manage.queue", service_slug=service.slug, _external=True)
    for person_id in runners_of(session, service):
        send_mail(
            session,
            CORE.name,
            person_id=person_id,
            subject=_l("To be seen to now in %(service)s: a report", service=service.name),
            text=_text("urgent", service, link=link),
            dedupe_key=f"urgent:{report.id}:{person_id}",
            service_id=service.id,
        )


def state_measure(session: Session, service: Service, measure: Measure, what: str) -> None:
    """Send whom ``measure`` concerns the statement of reasons: ``what`` is ``warning``,
    ``suspension`` or ``lifted``."""
    if measure.person_id is None:
        return
    titles = {
        "warning": _l("A warning in %(service)s", service=service.name),
        "suspension": _l("You are suspended in %(service)s", service=service.name),
        "lifted": _l("A decision about you in %(service)s was taken back", service=service.name),
    }
    until = None if measure.until is None else measure.until - timedelta(seconds=1)
    _owe(
        session, service, measure.person_id, titles[what], f"measure:{measure.id}:{what}",
        "measure", _measure_page(service, measure), measure=measure, what=what, until=until,
    )  # fmt: skip


def _measure_page(service: Service, measure: Measure) -> str:
    return url_for(
        "moderation.measure", service_slug=service.slug, measure_id=measure.id, _external=True
    )


def close_reports(
    session: Session,
    actor: Actor,
    service: Service,
    subject: str,
    outcome: Decided,
    answer: str,
    decision_id: int | None = None,
) -> int:
    """Answer all reports of ``subject`` that wait, and say to each who made it what became of it;
    how many there were."""
    waiting = session.scalars(
        select(Report)
        .where(Report.service_id == service.id, Report.subject == subject, Report.outcome.is_(None))
        .order_by(Report.id)
        .with_for_update()
    ).all()
    for report in waiting:
        report.outcome, report.answer, report.decision_id = outcome, answer, decision_id
        report.decided_by, report.decided_at = actor.person_id, clock.now()
        tell_reporter(session, service, report, "report_decided", _l("What became of your report"))
    session.flush()
    if waiting:
        happened = ContentReportDecided(content=subject, outcome=outcome, reports=len(waiting))
        publish(session, happened, service_id=service.id, actor_id=actor.person_id)
    return len(waiting)


def close_appeal(
    session: Session,
    actor: Actor,
    service: Service,
    decision: ModerationDecision | Measure,
    answer: str,
) -> None:
    """End an appeal against ``decision``, which was taken back: whoever took it back, whoever
    contests it gets what they ask for."""
    column = Appeal.measure_id if isinstance(decision, Measure) else Appeal.decision_id
    waiting = session.scalar(
        select(Appeal).where(column == decision.id, Appeal.outcome.is_(None)).with_for_update()
    )
    if waiting is not None:
        settle(session, actor, service, waiting, "reversed", answer)


def settle(
    session: Session, actor: Actor, service: Service, appeal: Appeal, verdict: Verdict, answer: str
) -> None:
    """Keep the end of an appeal, and say it to whoever made it."""
    appeal.outcome, appeal.answer = verdict, answer
    appeal.decided_by, appeal.decided_at = actor.person_id, clock.now()
    session.flush()
    happened = ContentAppealDecided(content=appeal.subject, appeal_id=appeal.id, outcome=verdict)
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)
    title = _l("What became of your appeal")
    if appeal.report_id is not None:
        report = session.get_one(Report, appeal.report_id)
        tell_reporter(session, service, report, "appeal_decided", title, appeal=appeal)
    elif appeal.appellant_id is not None:
        measure = None if appeal.measure_id is None else session.get(Measure, appeal.measure_id)
        link = (
            _measure_page(service, measure)
            if measure is not None
            else url_for(
                "moderation.decision",
                service_slug=service.slug,
                subject=appeal.subject,
                _external=True,
            )
        )
        key = f"appeal_decided:{appeal.id}"
        letter = "appeal_decided"
        _owe(session, service, appeal.appellant_id, title, key, letter, link, appeal=appeal)


def tell_reporter(
    session: Session, service: Service, report: Report, letter: str, title: Any, **words: Any
) -> None:
    """Write to whoever made ``report``, if they said where they are reached."""
    link = url_for(
        "moderation.report_state",
        service_slug=service.slug,
        reference=report.reference,
        _external=True,
    )
    key = f"{letter}:{report.id}"
    if report.reporter_id is not None:
        _owe(session, service, report.reporter_id, title, key, letter, link, report=report, **words)
    elif report.email is not None:
        here = "" if is_outsider(session, service, report.email) else link
        send_mail_to_address(
            session, CORE.name, address=report.email, subject=title,
            text=_text(letter, service, report=report, link=here, **words),
            dedupe_key=key, service_id=service.id, owed=True,
        )  # fmt: skip


def _owe(
    session: Session,
    service: Service,
    person_id: int,
    title: Any,
    key: str,
    letter: str,
    link: str,
    **words: Any,
) -> None:
    """Write what the law has ``person_id`` told, whether or not they may read ``service`` any more:
    to who may not, the letter says where they write in the place of the page at ``link``."""
    here = link if readers_among(session, service, [person_id]) else ""
    send_mail(
        session, CORE.name, person_id=person_id, subject=title,
        text=_text(letter, service, link=here, **words),
        dedupe_key=key, service_id=service.id, owed=True,
    )  # fmt: skip


def _text(letter: str, service: Service, **words: Any) -> Any:
    config: Config = current_app.extensions["eak_config"]

    def text() -> str:
        return render_template(
            f"moderation/letters/{letter}.txt",
            service=service,
            site_name=config.site_name,
            **words,
        )

    return text
