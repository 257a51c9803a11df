"""What somebody said in all services, on their own page."""

from sqlalchemy import select

from eak_core.api import (
    AccountLinks,
    Idea,
    NavItem,
    Service,
    Session,
    _l,
    plain_summary,
    public_ideas,
)
from eak_discussion.models import Comment

#: How many comments the page shows.
LATEST = 5
#: So many characters of each.
BEGINNING = 80


def links(session: Session, person_id: int) -> AccountLinks | None:
    """The latest comments of a person that stand under ideas everybody may read."""
    rows = session.execute(
        select(Comment.id, Comment.body, Idea.title, Service.slug)
        .join(Idea, Idea.id == Comment.idea_id)
        .join(Service, Service.id == Comment.service_id)
        .where(
            Comment.author_id == person_id,
            Comment.withdrawn_at.is_(None),
            *public_ideas(Comment.service_id),
        )
        .order_by(Comment.posted_at.desc(), Comment.id.desc())
        .limit(LATEST)
    ).all()
    items = [
        NavItem(
            plain_summary(each.body, BEGINNING) or each.title,
            "discussion.show",
            {"service_slug": each.slug, "comment_id": each.id},
            note=_l("on “%(title)s”", title=each.title),
        )
        for each in rows
    ]
    return AccountLinks(_l("My comments"), items) if items else None
