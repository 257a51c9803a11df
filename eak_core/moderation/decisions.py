"""Hiding content and showing it again: always with a public reason, and never without a trace.

Anything of a service can be named (``idea:12``, ``comment:7``). Whoever shows it asks
`hidden_reason`, or `hidden_reasons` for a list, and answers 410 with the reason alone
(`eak_core.errors.Gone`).
"""

import re
from collections.abc import Iterable

from sqlalchemy import BindParameter, ColumnElement, String, bindparam, cast, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Refused
from eak_core.events import publish
from eak_core.i18n import _l
from eak_core.moderation.answers import close_appeal, close_reports, state_reasons
from eak_core.moderation.events import ContentHidden, ContentRestored
from eak_core.moderation.models import ModerationDecision
from eak_core.permissions import Actor, require
from eak_core.services.models import Service
from eak_core.web.text import REASON_LENGTH
from eak_core.web.typed import checked_words

SUBJECT = re.compile(r"[a-z][a-z0-9_.]{0,31}:[0-9]{1,19}")


def hide(
    session: Session, actor: Actor, service: Service, subject: str, reason: str
) -> ModerationDecision:
    """Take ``subject`` (``idea:12``) off the pages of ``service`` for the public ``reason``.

    Its author is sent the statement of reasons, and whoever reported it what became of it.
    `Invalid` without a reason, `Refused` where it is hidden already.
    """
    require(actor, "content.hide", service)
    decision = ModerationDecision(
        service_id=service.id,
        subject=_checked_subject(subject),
        reason=checked_reason(reason),
        decided_by=actor.person_id,
        decided_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(decision)
    except IntegrityError:
        raise Refused(_l("This is hidden already.")) from None
    publish(
        session,
        ContentHidden(content=subject, decision_id=decision.id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    state_reasons(session, actor, service, decision)
    close_reports(session, actor, service, subject, "hidden", decision.reason, decision.id)
    return decision


def restore(
    session: Session, actor: Actor, service: Service, subject: str, reason: str
) -> ModerationDecision:
    """Show ``subject`` again, and keep both decisions with their reasons.

    `Invalid` without a reason, `Refused` where it is not hidden.
    """
    require(actor, "content.restore", service)
    reason = checked_reason(reason)
    decision = session.scalar(
        select(ModerationDecision)
        .where(
            ModerationDecision.service_id == service.id,
            ModerationDecision.subject == _checked_subject(subject),
            ModerationDecision.restored_at.is_(None),
        )
        .with_for_update()
    )
    if decision is None:
        raise Refused(_l("This is not hidden."))
    decision.restored_by = actor.person_id
    decision.restored_at = clock.now()
    decision.restore_reason = reason
    session.flush()
    publish(
        session,
        ContentRestored(content=subject, decision_id=decision.id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    close_appeal(session, actor, service, decision, reason)
    return decision


# Put together once: each page asks for what it shows.
_HIDDEN = select(ModerationDecision.subject, ModerationDecision.reason).where(
    ModerationDecision.service_id == bindparam("service"),
    ModerationDecision.restored_at.is_(None),
    ModerationDecision.subject.in_(bindparam("subjects", expanding=True)),
)


def hidden_reason(session: Session, service_id: int, subject: str) -> str | None:
    """The public reason for which ``subject`` is hidden; None where it is not."""
    return hidden_reasons(session, service_id, [subject]).get(subject)


def hidden_reasons(session: Session, service_id: int, subjects: Iterable[str]) -> dict[str, str]:
    """Those of ``subjects`` that are hidden, with the reasons, in one query for a whole list."""
    asked = list(subjects)
    if not asked:
        return {}
    rows = session.execute(_HIDDEN, {"service": service_id, "subjects": asked})
    return {row.subject: row.reason for row in rows}


def hidden_ids(session: Session, service_id: int, name: str) -> list[int]:
    """The ids of the subjects called ``name`` (``idea``) that a service has hidden, for sums over
    all there is; lists ask `not_hidden` row by row."""
    rows = session.scalars(
        select(ModerationDecision.subject).where(
            ModerationDecision.service_id == service_id,
            ModerationDecision.restored_at.is_(None),
            ModerationDecision.subject.startswith(f"{name}:", autoescape=True),
        )
    )
    return sorted(int(subject.partition(":")[2]) for subject in rows)


def not_hidden(
    service_id: int | InstrumentedAttribute[int] | BindParameter[int],
    name: str,
    key: InstrumentedAttribute[int],
) -> ColumnElement[bool]:
    """The condition on a table that keeps what moderation shows, of a service or of each service of
    a statement where ``service_id`` is its column. ``name`` and ``key``, the column of the ids,
    are those of a subject: ``idea`` and ``Idea.id``."""
    # A look into an index for each row that is read, so that a list costs what it shows however
    # much is hidden; against the set of all that is, each page would read the whole of it first.
    in_force = select(ModerationDecision.id).where(
        ModerationDecision.service_id == service_id,
        ModerationDecision.restored_at.is_(None),
        ModerationDecision.subject == literal(f"{name}:") + cast(key, String),
    )
    # Of the row that is asked about, however deep in a statement this stands: SQLAlchemy would find
    # it by itself in the statement around it alone, and else look at all rows there are.
    asked = [key, service_id] if isinstance(service_id, InstrumentedAttribute) else [key]
    return ~in_force.correlate(*(each.parent.selectable for each in asked)).exists()


def _checked_subject(subject: str) -> str:
    if not SUBJECT.fullmatch(subject):
        raise ValueError(f"{subject!r} names nothing that can be hidden; expected `noun:id`")
    return subject


def checked_reason(reason: str) -> str:
    """A public reason, cleaned; `Invalid` where it is none or too long."""
    return checked_words(
        reason,
        "reason",
        _l("The decision was not saved."),
        most=REASON_LENGTH,
        missing=_l("Please give the reason: it is public."),
    )
