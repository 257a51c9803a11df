"""Comments that were written on another site, taken over with the ideas they are about.

Nobody becomes an author here: a comment keeps the site it comes from, its date and its words.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eak_core.api import (
    ImportedComment,
    ImportReport,
    Invalid,
    RefusedRow,
    Service,
    Session,
    _l,
)
from eak_discussion.comments import checked, insert_comment
from eak_discussion.models import ORIGIN_LENGTH, Comment

#: The longest comment taken over; other sites allow more than ours.
MOST = 20_000


def take_over(
    session: Session, service: Service, comments: Sequence[ImportedComment]
) -> ImportReport:
    """Write those of ``comments`` that are not here yet; the report says what became of each."""
    report = ImportReport()
    known = _known(session, service, comments)
    for comment in comments:
        if comment.origin in known:
            report.unchanged += 1
            continue
        try:
            written = _write(session, service, comment, known)
        except Invalid as refusal:
            report.refused.append(RefusedRow(comment.line, refusal.message, refusal.fields))
            continue
        if written is None:
            report.unchanged += 1
        else:
            known[comment.origin] = written
            report.created += 1
    return report


def _known(
    session: Session, service: Service, comments: Sequence[ImportedComment]
) -> dict[str, Comment]:
    """The comments here that these are, or answer, by origin."""
    origins = {each.origin for each in comments} | {each.parent for each in comments if each.parent}
    rows = session.scalars(
        select(Comment).where(Comment.service_id == service.id, Comment.origin.in_(origins))
    )
    return {row.origin: row for row in rows if row.origin is not None}


def _write(
    session: Session, service: Service, comment: ImportedComment, known: Mapping[str, Comment]
) -> Comment | None:
    if len(comment.origin) > ORIGIN_LENGTH:
        raise Invalid(_l("The address of its site is too long."))
    parent = None
    if comment.parent is not None:
        parent = known.get(comment.parent)
        if parent is None or parent.idea_id != comment.idea_id:
            raise Invalid(_l("It answers a comment that was not taken over."))
    body, stance = checked(comment.body, comment.details.get("stance", "neutral"), MOST)
    comment_id = insert_comment(
        session, service.id, comment.idea_id, body, stance, comment.written_at,
        parent=parent, origin=comment.origin,
    )  # fmt: skip
    return None if comment_id is None else session.get_one(Comment, comment_id)
