"""What the discussion stores about a person: the copy of it, and its erasure.

What stands in a public debate stays, without its author's name, as the core keeps ideas. What was
withdrawn has no words any more; what moderators have hidden loses them here.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from eak_core.api import Session, Written, clock, loses_its_words, publish
from eak_discussion import mentions
from eak_discussion.events import AuthorErased, CommentWithdrawn
from eak_discussion.models import Comment, Mention

_EXPORTED = (
    Comment.id,
    Comment.service_id,
    Comment.idea_id,
    Comment.parent_id,
    Comment.stance,
    Comment.body,
    Comment.posted_at,
    Comment.edited_at,
    Comment.withdrawn_at,
)


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """Every comment of a person, in all services, hidden ones included, and who names them."""
    rows = session.execute(
        select(*_EXPORTED).where(Comment.author_id == person_id).order_by(Comment.id)
    ).mappings()
    named = session.execute(
        select(Mention.comment_id, Mention.name)
        .where(Mention.person_id == person_id)
        .order_by(Mention.comment_id)
    ).mappings()
    return {
        "comments": [dict(row) for row in rows],
        "named_in": [dict(row) for row in named],
    }


def erase_person(session: Session, person_id: int) -> None:
    """Cut a person from their comments and from those that name them, and delete the words of those
    that were hidden."""
    mentions.forget(session, person_id)
    comments = session.scalars(select(Comment).where(Comment.author_id == person_id)).all()
    written = [
        Written(each.service_id, each.subject, public=each.withdrawn_at is None)
        for each in comments
    ]
    gone = loses_its_words(session, written)
    for comment in comments:
        if comment.subject in gone:
            _blank(session, comment)
    for service_id in sorted({comment.service_id for comment in comments}):
        publish(session, AuthorErased(person_id=person_id), service_id=service_id)
    session.execute(
        update(Comment).where(Comment.author_id == person_id).values(author_id=None, form_key=None)
    )


def _blank(session: Session, comment: Comment) -> None:
    comment.body = ""
    mentions.keep(session, comment.id, {})
    if comment.withdrawn_at is None:
        comment.withdrawn_at = clock.now()
        withdrawn = CommentWithdrawn(comment_id=comment.id)
        publish(session, withdrawn, service_id=comment.service_id)
