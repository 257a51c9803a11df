"""The issues of a service: those that everybody may read, and all for whoever edits them."""

from sqlalchemy import Select, select

from eak_core.api import NotFound, Service, Session, _l
from eak_newsletter.issues.tables import Issue


def published(service_id: int) -> Select[Issue]:
    """The issues of the archive, the latest first: those of which a letter has left, or was about
    to."""
    return (
        select(Issue)
        .where(Issue.service_id == service_id, Issue.kind == "issue", Issue.begun_at.is_not(None))
        .order_by(Issue.number.desc())
    )


def begun(service_id: int) -> Select[Issue]:
    """The letters and summaries that have begun to leave, the latest first."""
    return (
        select(Issue)
        .where(Issue.service_id == service_id, Issue.begun_at.is_not(None))
        .order_by(Issue.begun_at.desc(), Issue.id.desc())
    )


def all_of(service_id: int) -> Select[Issue]:
    """All issues, the latest first."""
    return select(Issue).where(Issue.service_id == service_id).order_by(Issue.id.desc())


def published_of(session: Session, service: Service, number: int) -> Issue:
    """The issue ``number`` of the archive. `NotFound` where it has not begun to leave."""
    issue = session.scalar(published(service.id).where(Issue.number == number))
    if issue is None:
        raise NotFound(_l("There is no letter at this address."))
    return issue
