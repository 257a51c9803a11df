"""An issue on its way: begun, paused, gone on with, cancelled, over; and what is decided of what
nobody knows."""

from datetime import datetime
from typing import Literal

from flask import url_for
from sqlalchemy import func, select, update

from eak_core.api import (
    Actor,
    Conflict,
    NotFound,
    Refused,
    Service,
    Session,
    _l,
    clock,
    publish,
    require,
    schedule,
    unschedule,
)
from eak_newsletter.deliveries import claiming
from eak_newsletter.deliveries.tables import WAITING, Delivery
from eak_newsletter.events import IssueBegun, IssueCancelled, IssueEnded, IssuePaused
from eak_newsletter.issues.editing import hold
from eak_newsletter.issues.tables import Issue
from eak_newsletter.manifest import plugin
from eak_newsletter.readers.subscribing import require_open

#: What a person decides of a letter that nobody knows of.
Verdict = Literal["arrived", "again"]


def archive_of(service: Service, issue: Issue) -> str:
    """The whole address of an issue in the archive; of a summary, that of the archive."""
    if issue.number is None:
        return url_for("newsletter.index", service_slug=service.slug, _external=True)
    return url_for(
        "newsletter.archived", service_slug=service.slug, number=issue.number, _external=True
    )


def plan(
    session: Session, actor: Actor, service: Service, issue_id: int, at: datetime | None
) -> None:
    """Let a frozen issue leave by itself, at the instant ``at`` or now. `Conflict` where it is not
    waiting for that."""
    require(actor, "newsletter.edit", service)
    require_open(service)
    issue = hold(session, service, issue_id)
    if issue.state != "frozen":
        raise Conflict(_l("This letter does not wait to be sent. Nothing was changed."))
    issue.starts_at = at or clock.now()
    schedule(session, plugin.name, service.id, f"send:{issue.id}", issue.starts_at)


def begin(session: Session, actor: Actor, service: Service, issue_id: int) -> Issue:
    """Let a frozen issue be sent from now on; one that is being sent goes on. `Refused` for a
    draft, and for what was paused or cancelled."""
    require(actor, "newsletter.edit", service)
    issue = hold(session, service, issue_id)
    if issue.state == "frozen":
        require_open(service)
        issue.state, issue.begun_at = "sending", clock.now()
        issue.starts_at = issue.starts_at or issue.begun_at
        _tell(session, actor, issue, IssueBegun(issue_id=issue.id, number=issue.number or 0))
    elif issue.state not in ("sending", "sent"):
        raise Refused(_NOT_SENT[issue.state])
    return issue


_NOT_SENT = {
    "draft": _l("This letter is a draft: freeze it first."),
    "paused": _l("This letter is paused: let it go on first."),
    "cancelled": _l("This letter was cancelled: it is sent no more."),
}


def pause(session: Session, actor: Actor, service: Service, issue_id: int) -> None:
    """Let no further letter leave until somebody says so. `Conflict` where none is leaving."""
    require(actor, "newsletter.edit", service)
    issue = hold(session, service, issue_id)
    if issue.state != "sending":
        raise Conflict(_l("This letter is not being sent. Nothing was changed."))
    issue.state = "paused"
    unschedule(session, plugin.name, service.id, f"send:{issue.id}")
    _tell(session, actor, issue, IssuePaused(issue_id=issue.id, paused=True))


def resume(session: Session, actor: Actor, service: Service, issue_id: int) -> None:
    """Let a paused issue go on, by itself. `Conflict` where it is not paused."""
    require(actor, "newsletter.edit", service)
    issue = hold(session, service, issue_id)
    if issue.state != "paused":
        raise Conflict(_l("This letter is not paused. Nothing was changed."))
    issue.state = "sending"
    schedule(session, plugin.name, service.id, f"send:{issue.id}", clock.now())
    _tell(session, actor, issue, IssuePaused(issue_id=issue.id, paused=False))


def cancel(session: Session, actor: Actor, service: Service, issue_id: int) -> None:
    """Let nothing more of an issue leave, ever. What has left, has. `Conflict` once it is over."""
    require(actor, "newsletter.edit", service)
    issue = hold(session, service, issue_id)
    if issue.state not in ("frozen", "sending", "paused"):
        raise Conflict(_l("There is nothing to cancel any more. Nothing was changed."))
    issue.state, issue.ended_at = "cancelled", clock.now()
    unschedule(session, plugin.name, service.id, f"send:{issue.id}")
    issue.filled = True
    session.execute(
        update(Delivery)
        .where(Delivery.issue_id == issue.id, Delivery.state.in_(WAITING))
        .values(state="cancelled", next_attempt_at=None, changed_at=clock.now())
    )
    _tell(session, actor, issue, IssueCancelled(issue_id=issue.id))


def go_on(session: Session, service: Service, issue_id: int, at: datetime) -> None:
    """Let a worker go on with an issue ``at`` that instant."""
    schedule(session, plugin.name, service.id, f"send:{issue_id}", at)


def close(session: Session, issue_id: int) -> bool:
    """Say that an issue is over where nothing waits and nobody is sending; whether it is."""
    issue = session.get_one(Issue, issue_id, with_for_update=True, populate_existing=True)
    if issue.state != "sending" or not issue.filled or claiming.is_open(session, issue_id):
        return issue.state != "sending"
    issue.state, issue.ended_at = "sent", clock.now()
    found = counts(session, issue_id)
    event = IssueEnded(
        issue_id=issue_id,
        sent=found.get("sent", 0),
        failed=found.get("failed", 0),
        unknown=found.get("unknown", 0),
    )
    _tell(session, Actor.system(), issue, event)
    return True


def decide(
    session: Session,
    actor: Actor,
    service: Service,
    issue_id: int,
    delivery_id: int,
    verdict: Verdict,
) -> None:
    """Say of a letter that nobody knows of whether it ``arrived``, or shall be sent ``again``,
    perhaps for a second time. `NotFound` where it is not unknown any more."""
    require(actor, "newsletter.edit", service)
    issue = hold(session, service, issue_id)
    delivery = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if delivery is None or delivery.issue_id != issue.id or delivery.state != "unknown":
        raise NotFound(_l("Nothing is unknown of this letter any more."))
    delivery.changed_at, delivery.sender_id = clock.now(), None
    if verdict == "arrived":
        delivery.state = "sent"
        return
    delivery.state, delivery.next_attempt_at = "queued", clock.now()
    if issue.state == "sent":
        issue.state = "sending"
    if issue.state == "sending":
        schedule(session, plugin.name, service.id, f"send:{issue.id}", clock.now())


def counts(session: Session, issue_id: int) -> dict[str, int]:
    """How many letters of an issue are in which state."""
    rows = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.issue_id == issue_id)
        .group_by(Delivery.state)
    )
    return dict(rows.all())


def _tell(session: Session, actor: Actor, issue: Issue, event: object) -> None:
    session.flush()
    publish(
        session,
        event,  # type: ignore[arg-type]  # one of this plugin's
        service_id=issue.service_id,
        actor_id=actor.person_id,
    )
