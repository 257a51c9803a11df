"""Comments as moderation sees them: what can be reported, and whose it is."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eak_core.api import Idea, Reportable, Service, Session, _, numbered, public_ideas
from eak_discussion.models import SUBJECT_NAME, Comment


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, Reportable]:
    """The comments among ``subjects`` under ideas that everybody may read, hidden or not."""
    ids = numbered(SUBJECT_NAME, subjects)
    if not ids:
        return {}
    rows = session.execute(
        select(Comment, Idea.title)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(
            Comment.id.in_(ids),
            Comment.service_id == service.id,
            Comment.withdrawn_at.is_(None),
            *public_ideas(service.id),
        )
    )
    return {
        comment.subject: Reportable(
            _("A comment on “%(idea)s”", idea=title),
            "discussion.show",
            {"comment_id": comment.id},
            comment.body,
            comment.author_id,
        )
        for comment, title in rows
    }
