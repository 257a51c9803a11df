"""Discussions as they are read: the threads of one idea, and the latest comments of a service.

Each costs the same few statements, however many comments there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlalchemy import Select, bindparam, func, or_, select, update

from eak_core.api import (
    Actor,
    Idea,
    Page,
    Service,
    Session,
    hidden_reasons,
    may,
    paginate,
    person_names,
    plugin_settings,
    public_ideas,
    publish,
)
from eak_discussion.comments import may_edit, may_withdraw
from eak_discussion.events import CommentReceived, CommentTransferred
from eak_discussion.models import Comment, Stance

#: How many conversations the page of an idea shows at once.
CONVERSATIONS = 20
LATEST = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A comment as somebody reads it.

    ``author`` is empty for erased people and imported comments. Where it was ``withdrawn`` or is
    ``hidden`` (the public reason), its words are not in ``body``.
    """

    id: int
    idea_id: int
    depth: int
    stance: str
    body: str
    author: str
    origin_site: str
    posted_at: Any
    edited_at: Any
    updated_at: Any
    withdrawn: bool = False
    hidden: str | None = None
    may_edit: bool = False
    may_withdraw: bool = False
    may_answer: bool = False
    answers: "list[Entry]" = field(default_factory=list)

    @property
    def readable(self) -> bool:
        """Whether its words are shown."""
        return not self.withdrawn and self.hidden is None


def threads(
    session: Session, actor: Actor, service: Service, idea: Idea, number: int, *, is_open: bool
) -> Page[Entry]:
    """Page ``number`` of the conversations about ``idea``, the latest first, answers in order.

    `NotFound` where there is no such page.
    """
    page = paginate(session, _conversations(idea.id), number, CONVERSATIONS)
    roots: Sequence[Comment] = page.items
    comments = [*roots, *_answers(session, idea.id, [root.id for root in roots])]
    read = entries(session, service, comments, actor, is_open=is_open)
    by_id = {entry.id: entry for entry in read}
    for comment, entry in zip(comments, read, strict=True):
        if comment.parent_id is not None:
            by_id[comment.parent_id].answers.append(entry)
    return replace(page, items=read[: len(roots)])


def page_of(session: Session, comment: Comment) -> int:
    """The number of the page on which `threads` shows ``comment``."""
    root = session.get_one(Comment, comment.root_id) if comment.root_id else comment
    later = or_(
        Comment.posted_at > root.posted_at,
        (Comment.posted_at == root.posted_at) & (Comment.id > root.id),
    )
    query = select(func.count()).where(
        Comment.idea_id == root.idea_id, Comment.root_id.is_(None), later
    )
    return (session.scalar(query) or 0) // CONVERSATIONS + 1


def latest(service_id: int) -> Select[Comment, str, str]:
    """The statement of the latest comments of a service, under ideas that everybody may read.

    Its rows have a `Comment`, and the ``title`` and ``slug`` of the idea.
    """
    return (
        select(Comment, Idea.title, Idea.slug)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(Comment.service_id == service_id, *public_ideas(service_id))
        .order_by(Comment.posted_at.desc(), Comment.id.desc())
    )


def written(session: Session, service_id: int) -> int:
    """How many comments of a service have words that readers see, or would see."""
    query = select(func.count()).where(
        Comment.service_id == service_id, Comment.withdrawn_at.is_(None)
    )
    return session.scalar(query) or 0


def move(session: Session, idea_id: int, into_id: int) -> None:
    """Let the conversations about one idea be about another."""
    session.execute(update(Comment).where(Comment.idea_id == idea_id).values(idea_id=into_id))


def transfer(session: Session, service: Service, idea_id: int, to: Service) -> list[str]:
    """Let the conversations about an idea go with it to the service ``to``; answers what went, as
    moderation names it."""
    gone = session.scalars(
        update(Comment)
        .where(Comment.idea_id == idea_id)
        .values(service_id=to.id)
        .returning(Comment),
        execution_options={"populate_existing": True},
    ).all()
    subjects = [each.subject for each in gone]
    hidden = hidden_reasons(session, service.id, subjects)
    for each in sorted(gone, key=lambda comment: comment.id):
        left = CommentTransferred(comment_id=each.id, idea_id=idea_id)
        came = CommentReceived(
            comment_id=each.id, idea_id=idea_id, stance=cast("Stance", each.stance),
            hidden=each.subject in hidden, withdrawn=each.withdrawn_at is not None,
        )  # fmt: skip
        publish(session, left, service_id=service.id)
        publish(session, came, service_id=to.id)
    return subjects


def entries(
    session: Session,
    service: Service,
    comments: Sequence[Comment],
    actor: Actor | None = None,
    *,
    is_open: bool = False,
) -> list[Entry]:
    """``comments`` as ``actor`` (a visitor where none is given) reads them, in the same order."""
    if not comments:
        return []
    actor = actor or Actor.visitor()
    hidden = hidden_reasons(session, service.id, [each.subject for each in comments])
    names = person_names(session, (each.author_id for each in comments if each.author_id))
    settings = plugin_settings(session, service.id, "discussion")
    answers = is_open and may(actor, "discussion.comment", service)
    return [
        _entry(each, actor, service, settings, names, hidden.get(each.subject), answers)
        for each in comments
    ]


def _entry(
    comment: Comment,
    actor: Actor,
    service: Service,
    settings: Mapping[str, Any],
    names: Mapping[int, str],
    hidden: str | None,
    answers: bool,
) -> Entry:
    withdrawn = comment.withdrawn_at is not None
    readable = not withdrawn and hidden is None
    return Entry(
        id=comment.id,
        idea_id=comment.idea_id,
        depth=comment.depth,
        stance=comment.stance,
        body=comment.body if readable else "",
        author=names.get(comment.author_id or 0, ""),
        origin_site=comment.origin_site,
        posted_at=comment.posted_at,
        edited_at=comment.edited_at,
        updated_at=comment.withdrawn_at or comment.edited_at or comment.posted_at,
        withdrawn=withdrawn,
        hidden=None if withdrawn else hidden,
        may_edit=readable and may_edit(actor, service, comment, settings),
        may_withdraw=may_withdraw(actor, service, comment),
        may_answer=readable and answers,
    )


def _conversations(idea_id: int) -> Select[Any]:
    return (
        select(Comment)
        .where(Comment.idea_id == idea_id, Comment.root_id.is_(None))
        .order_by(Comment.posted_at.desc(), Comment.id.desc())
    )


# Put together once: the page of every idea asks for them.
_ANSWERS = (
    select(Comment)
    .where(
        Comment.idea_id == bindparam("idea"),
        Comment.root_id.in_(bindparam("roots", expanding=True)),
    )
    .order_by(Comment.posted_at, Comment.id)
)


def _answers(session: Session, idea_id: int, roots: Sequence[int]) -> Sequence[Comment]:
    """The answers in these conversations, at any depth, in the order in which they were written."""
    if not roots:
        return []
    return session.scalars(_ANSWERS, {"idea": idea_id, "roots": roots}).all()
