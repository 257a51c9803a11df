"""What newsletters tell of discussions: the ideas that were talked about most."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from eak_core.api import Idea, NewsletterItem, Service, Session, _, ngettext, public_ideas
from eak_discussion.models import Comment
from eak_discussion.subscribers import shown

#: How many ideas are told of, and from how many comments on.
MOST, LEAST = 3, 2


def items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterator[NewsletterItem]:
    """The ideas with the most comments of that time, as long as they can be read."""
    number, last = func.count().label("number"), func.max(Comment.posted_at).label("last")
    rows = session.execute(
        select(Idea.id, Idea.slug, Idea.title, number, last)
        .join(Comment, Comment.idea_id == Idea.id)
        .where(
            *shown(service.id),
            *public_ideas(service.id),
            Comment.posted_at >= since,
            Comment.posted_at < until,
            Comment.origin.is_(None),
        )
        .group_by(Idea.id, Idea.slug, Idea.title)
        .having(number >= LEAST)
        .order_by(number.desc(), Idea.id)
        .limit(MOST)
    )
    for row in rows:
        said = ngettext(
            "%(num)s comment on “%(idea)s”", "%(num)s comments on “%(idea)s”",
            row.number, idea=row.title,
        )  # fmt: skip
        yield NewsletterItem(
            key=f"discussed:{row.id}",
            at=row.last,
            title=said,
            endpoint="ideas.show",
            values={"idea_id": row.id, "slug": row.slug},
            heading=_("In discussion"),
            weight=min(30 + row.number, 45),
            idea_id=row.id,
        )
