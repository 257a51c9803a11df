"""The queue of an issue, filled a portion at a time: it can be stopped anywhere and goes on there,
and a million readers take no more memory than a hundred."""

from flask import Flask
from sqlalchemy import ColumnElement, func, insert, literal, select

from eak_core.api import Session, clock, write_session
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber

#: How many readers one transaction queues.
PORTION = 5_000


def fill(app: Flask, issue_id: int) -> None:
    """Queue the letter for all who get it, portion by portion, from where it was left."""
    while True:
        with write_session(app) as session:
            if not fill_portion(session, issue_id):
                return


def receives(issue: Issue) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Subscriber` that keep who gets ``issue``: those who chose its kind."""
    return (
        Subscriber.service_id == issue.service_id,
        Subscriber.standing == "active",
        Subscriber.rhythm == issue.kind,
    )


def fill_portion(session: Session, issue_id: int, portion: int = PORTION) -> bool:
    """Queue it for the next ``portion`` of readers; whether there may be more. Nobody is queued
    twice, whoever else fills: the issue is held meanwhile."""
    issue = session.get_one(Issue, issue_id, with_for_update=True, populate_existing=True)
    if issue.filled or issue.state != "sending":
        return False
    gets = receives(issue)
    next_ids = (
        select(Subscriber.id)
        .where(*gets, Subscriber.id > issue.filled_to)
        .order_by(Subscriber.id)
        .limit(portion)
        .subquery()
    )
    last = session.scalar(select(func.max(next_ids.c.id)))
    if last is None:
        issue.filled = True
        return False
    now = clock.now()
    rows = select(
        literal(issue.id), Subscriber.id, literal("queued"), literal(0),
        literal(now, Delivery.next_attempt_at.type), literal(now, Delivery.changed_at.type),
    ).where(*gets, Subscriber.id > issue.filled_to, Subscriber.id <= last)  # fmt: skip
    columns = ["issue_id", "subscriber_id", "state", "attempts", "next_attempt_at", "changed_at"]
    session.execute(insert(Delivery).from_select(columns, rows))
    issue.filled_to = last
    return True
