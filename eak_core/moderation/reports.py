"""Reports of what people wrote (article 16 of regulation (EU) 2022/2065): anybody makes them, those
who run the service decide, all reports of one thing at once."""

import secrets
from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Conflict, Invalid, NotFound, Refused
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.moderation.answers import alert_managers, close_reports, tell_reporter
from eak_core.moderation.decisions import SUBJECT, checked_reason, hidden_reason, hide
from eak_core.moderation.events import ContentReported
from eak_core.moderation.grounds import GROUNDS, NAMELESS, URGENT
from eak_core.moderation.measures import is_suspended
from eak_core.moderation.models import REFERENCE_LENGTH, ModerationDecision, Report
from eak_core.moderation.things import things_of
from eak_core.people.accounts.account import checked_name, hold_account
from eak_core.people.mail.addresses import normal_address
from eak_core.people.names import person_names
from eak_core.permissions import Actor, require
from eak_core.plugins.hooks.contributions import Reportable
from eak_core.services.models import Service
from eak_core.web.forms import LARGEST_INTEGER
from eak_core.web.text import REASON_LENGTH
from eak_core.web.typed import checked_text

#: What a moderator can answer.
CHOICES = ("hidden", "kept", "gone")
#: What those are told who reported what was gone by itself.
GONE = _l("What you reported is there no more: its author, or the site, has taken it away.")


class Reporter(NamedTuple):
    """Who reports without an account: their ``name`` and ``email`` as they were typed."""

    name: str = ""
    email: str = ""


class Waiting(NamedTuple):
    """Something that was reported and waits for a decision: how often, since when, why, and
    whether it cannot wait."""

    subject: str
    reports: int
    since: datetime
    grounds: tuple[str, ...]

    @property
    def urgent(self) -> bool:
        return not URGENT.isdisjoint(self.grounds)


def reportable(session: Session, service: Service, subject: str) -> Reportable:
    """What ``subject`` is, as long as everybody who reads the service may read it. `NotFound` for
    anything else that somebody typed; `Refused` for what is hidden already."""
    known = SUBJECT.fullmatch(subject) and int(subject.partition(":")[2]) <= LARGEST_INTEGER
    thing = things_of(session, service, [subject]).get(subject) if known else None
    if thing is None:
        raise NotFound(_l("There is nothing to report at this address."))
    if hidden_reason(session, service.id, subject) is not None:
        raise Refused(_l("The moderators have hidden this already."))
    return thing


def report(
    session: Session,
    actor: Actor,
    service: Service,
    subject: str,
    *,
    ground: str,
    explanation: str,
    reporter: Reporter = Reporter(),  # noqa: B008  # it cannot change
) -> Report:
    """Report ``subject`` for one of `GROUNDS`; a receipt with its reference is sent.

    The same person reporting the same thing again while it waits has reported it once. What is
    sent without an account from the address of somebody who is suspended from reporting is put
    aside, but for what cannot wait (`URGENT`): only that address is told, since whoever types it
    would learn of the account. It counts against nobody, as anybody can type an address. `Invalid`
    names what is wrong; `NotFound` and `Refused` as `reportable`.
    """
    require(actor, "content.report", service)
    hold_account(session, actor)
    reportable(session, service, subject)
    values = _checked(actor, ground, explanation, reporter)
    aside = ground not in URGENT and is_suspended(session, service, values["email"])
    if aside:
        values["outcome"] = "aside"
    first = session.scalar(_same(service, subject, values))
    if first is not None:
        return first
    made = Report(
        service_id=service.id,
        reference=_new_reference(),
        subject=subject,
        reported_at=clock.now(),
        **values,
    )
    # Once for each thing: a second report of it would tell them nothing new.
    alerts = ground in URGENT and not _has_alerted(session, service.id, subject)
    session.add(made)
    session.flush()
    # Nobody acted, as far as the log knows: who reports something is for moderators alone.
    happened = ContentReported(content=subject, report_id=made.id)
    publish(session, happened, service_id=service.id)
    letter = "report_aside" if aside else "report_received"
    tell_reporter(session, service, made, letter, _l("We have received your report"))
    if alerts:
        alert_managers(session, service, made)
    return made


def decide(
    session: Session,
    actor: Actor,
    service: Service,
    subject: str,
    outcome: str,
    reason: str,
) -> None:
    """Answer all reports of ``subject``: it is ``hidden`` for the public ``reason``, ``kept`` for
    the reason that is sent to those who reported it, or ``gone`` by itself.

    `Refused` where nothing waits any more, since somebody else has decided; for one's own text; and
    where ``outcome`` is not what can be decided about it.
    """
    require(actor, "content.hide", service)
    reason = checked_reason(reason)
    waiting = open_reports(session, service.id, subject, lock=True)
    if not waiting:
        raise Conflict(_l("Somebody has decided about this meanwhile. Nothing was changed."))
    thing = things_of(session, service, [subject]).get(subject)
    if thing is not None and actor.person_id in thing.people:
        raise Refused(_l("You wrote this yourself: somebody else has to decide about it."))
    if outcome not in CHOICES or (thing is None) != (outcome == "gone"):
        raise Invalid(_l("Nothing was decided."), {"outcome": _l("Choose what is decided.")})
    if outcome == "hidden":
        hide(session, actor, service, subject, reason)
    elif outcome == "kept":
        close_reports(session, actor, service, subject, "kept", reason)
    else:
        close_reports(session, actor, service, subject, "gone", reason)


def open_reports(
    session: Session, service_id: int, subject: str, *, lock: bool = False
) -> Sequence[Report]:
    """The reports of ``subject``, whatever somebody typed, that wait, the oldest first."""
    if not SUBJECT.fullmatch(subject):
        return []
    query = (
        select(Report)
        .where(Report.service_id == service_id, Report.subject == subject, Report.outcome.is_(None))
        .order_by(Report.id)
    )
    return session.scalars(query.with_for_update() if lock else query).all()


def queue(session: Session, service_id: int, most: int) -> list[Waiting]:
    """What was reported and waits, at most ``most`` things: first what cannot wait, then the
    oldest."""
    rows = session.execute(
        select(Report.subject, Report.ground, func.count(), func.min(Report.reported_at))
        .where(Report.service_id == service_id, Report.outcome.is_(None))
        .group_by(Report.subject, Report.ground)
        .order_by(func.min(Report.reported_at))
    )
    found: dict[str, Waiting] = {}
    for subject, ground, number, since in rows:
        before = found.get(subject, Waiting(subject, 0, since, ()))
        found[subject] = Waiting(
            subject, before.reports + number, before.since, (*before.grounds, ground)
        )
    return sorted(found.values(), key=lambda each: (not each.urgent, each.since))[:most]


def waiting_since(session: Session, service_id: int) -> tuple[int, datetime | None]:
    """How many things were reported and wait, and since when the oldest does."""
    row = session.execute(
        select(func.count(Report.subject.distinct()), func.min(Report.reported_at)).where(
            Report.service_id == service_id, Report.outcome.is_(None)
        )
    ).one()
    return row[0], row[1]


def report_of(session: Session, service: Service, reference: str) -> Report:
    """The report that ``reference`` was given to. `NotFound` for any other."""
    known = len(reference) == REFERENCE_LENGTH and reference.isascii() and reference.isalnum()
    query = select(Report).where(Report.service_id == service.id, Report.reference == reference)
    found = session.scalar(query) if known else None
    if found is None:
        raise NotFound(_l("There is no report at this address."))
    return found


def reporters(session: Session, reports: Sequence[Report]) -> dict[int, str]:
    """Who made each of ``reports``, by their ids, as far as they said so and have an account
    still."""
    names = person_names(session, {each.reporter_id for each in reports if each.reporter_id})
    found = {each.id: each.name or names.get(each.reporter_id or 0, "") for each in reports}
    return {number: name for number, name in found.items() if name}


def decision_about(session: Session, service: Service, subject: str) -> ModerationDecision:
    """The latest decision to hide ``subject``, taken back or not. `NotFound` without one."""
    query = (
        select(ModerationDecision)
        .where(ModerationDecision.service_id == service.id, ModerationDecision.subject == subject)
        .order_by(ModerationDecision.id.desc())
        .limit(1)
    )
    found = session.scalar(query) if SUBJECT.fullmatch(subject) else None
    if found is None:
        raise NotFound(_l("There is no decision at this address."))
    return found


def _checked(actor: Actor, ground: str, explanation: str, reporter: Reporter) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    if ground not in GROUNDS:
        errors["ground"] = _l("Choose why you report it.")
    missing = _l("Say in a few words what is wrong: moderators rely on it.")
    explanation = checked_text(
        explanation, "explanation", errors, most=REASON_LENGTH, missing=missing
    )
    who: dict[str, Any] = {"reporter_id": actor.person_id, "name": None, "email": None}
    if actor.person_id is None and (ground not in NAMELESS or reporter.name or reporter.email):
        who |= _named(reporter, errors)
    if errors:
        raise Invalid(_l("Your report was not sent."), errors)
    return {"ground": ground, "explanation": explanation, **who}


def _named(reporter: Reporter, errors: dict[str, Any]) -> dict[str, str]:
    found = {"name": "", "email": ""}
    try:
        found["name"] = checked_name(reporter.name)
    except Invalid as refusal:
        errors.update(refusal.fields)
    try:
        found["email"] = normal_address(reporter.email)
    except ValueError:
        errors["email"] = _l("This is not an e-mail address.")
    return found


def _same(service: Service, subject: str, values: dict[str, Any]) -> Select[Report]:
    """The report that the same person has made of the same thing and that waits."""
    waits = Report.outcome == "aside" if "outcome" in values else Report.outcome.is_(None)
    query = select(Report).where(Report.service_id == service.id, Report.subject == subject, waits)
    if values["reporter_id"] is not None:
        query = query.where(Report.reporter_id == values["reporter_id"])
    else:
        query = query.where(
            Report.reporter_id.is_(None),
            Report.email.is_not(None),
            Report.email == values["email"],
        )
    return query.order_by(Report.id).limit(1)


def _has_alerted(session: Session, service_id: int, subject: str) -> bool:
    """Whether something that cannot wait was reported of ``subject`` and waits already."""
    return any(each.ground in URGENT for each in open_reports(session, service_id, subject))


def _new_reference() -> str:
    return b32encode(secrets.token_bytes(10)).decode().lower()
