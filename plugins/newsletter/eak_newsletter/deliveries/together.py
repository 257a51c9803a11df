"""Who gets a summary about now: their digest of notices, which is due at the same hour, waits for
it and is told in it."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from eak_core.api import Service, Session, clock
from eak_newsletter.deliveries.tables import WAITING, Delivery
from eak_newsletter.issues.summaries import what_is_due
from eak_newsletter.issues.tables import Issue, IssueKind
from eak_newsletter.models import Subscriber

#: So long after it was gathered a letter is waited for: a sender takes minutes, and what is put off
#: by a mail server may take days.
SENT_WITHIN = timedelta(hours=3)


def on_their_way(session: Session, service: Service, addresses: Collection[str]) -> set[str]:
    """Those of ``addresses`` to which a summary of ``service`` is about to leave."""
    if service.archived_at is not None:
        return set()
    kinds: tuple[IssueKind, ...] = ("weekly", "monthly")
    return {each for kind in kinds for each in _of_kind(session, service, kind, addresses)}


def _of_kind(
    session: Session, service: Service, kind: IssueKind, addresses: Collection[str]
) -> Collection[str]:
    readers = select(Subscriber.address).where(
        Subscriber.service_id == service.id,
        Subscriber.address.in_(addresses),
        Subscriber.standing == "active",
        Subscriber.rhythm == kind,
    )
    found = session.scalars(readers).all()
    if not found or what_is_due(session, service, kind) is not None:
        return found
    issue = session.scalar(
        select(Issue)
        .where(Issue.service_id == service.id, Issue.kind == kind)
        .order_by(Issue.until.desc(), Issue.id.desc())
        .limit(1)
    )
    if issue is None or not _is_leaving(issue):
        return ()
    theirs = and_(Delivery.issue_id == issue.id, Delivery.subscriber_id == Subscriber.id)
    waits: ColumnElement[bool] = Delivery.state.in_((*WAITING, "sending"))
    if not issue.filled:
        # The queue is filled a portion at a time.
        waits = or_(waits, and_(Delivery.id.is_(None), Subscriber.id > issue.filled_to))
    return session.scalars(readers.join(Delivery, theirs, isouter=True).where(waits)).all()


def _is_leaving(issue: Issue) -> bool:
    is_late = clock.now() > issue.created_at + SENT_WITHIN
    return issue.state in ("frozen", "sending") and not is_late
