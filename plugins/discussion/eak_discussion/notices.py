"""What people are told of discussions: comments on what they follow, and answers to their own."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from eak_core.api import (
    Actor,
    ContentHidden,
    Idea,
    NoticeKind,
    NoticeSentence,
    Recorded,
    Service,
    Session,
    Told,
    _,
    _l,
    hidden_reasons,
    person_names,
    public_ideas,
    tells,
)
from eak_discussion import mentions
from eak_discussion.events import CommentEdited, CommentPosted
from eak_discussion.manifest import plugin
from eak_discussion.models import Comment, comment_id_of, subject_of
from eak_discussion.subscribers import shown

COMMENTS = NoticeKind(
    plugin,
    "comments",
    _l("Comments and answers"),
    _l(
        "Somebody comments on an idea that you follow, answers you or names you; one of yours is"
        " hidden."
    ),
)

_Parent = aliased(Comment)


@tells(plugin, COMMENTS, CommentPosted)
def tell_of_comment(session: Session, event: Recorded) -> Told | None:
    """Whoever is answered or named, and those who follow the idea, its author among them."""
    posted = event.data
    if posted.imported or posted.comment_id not in _read(session, event.service_id, [posted]):
        return None
    answered = session.scalar(select(Comment.author_id).where(Comment.id == posted.parent_id))
    named = _named(session, event, posted.idea_id)
    return Told(people=[answered, *named], followed=(f"idea:{posted.idea_id}",))


@tells(plugin, COMMENTS, CommentEdited)
def tell_of_edit(session: Session, event: Recorded) -> Told | None:
    """Whoever is named since, and nobody else: the others were told when it was posted."""
    row = _read(session, event.service_id, [event.data]).get(event.data.comment_id)
    return None if row is None else Told(people=_named(session, event, row.idea_id))


@tells(plugin, COMMENTS, ContentHidden)
def tell_of_hiding(session: Session, event: Recorded) -> Told | None:
    """The author of a comment that moderators have hidden, and nobody else."""
    comment_id = comment_id_of(event.data.content)
    author = select(Comment.author_id).where(Comment.id == comment_id)
    return None if comment_id is None else Told(people=[session.scalar(author)], written=True)


def _named(session: Session, event: Recorded, idea_id: int) -> list[int]:
    """Whom a comment names since ``event``, and still does."""
    still = mentions.told_of(session, event.service_id, event.data.comment_id, idea_id)
    return [each for each in still if _names(event, each)]


def _names(event: Recorded, person_id: int | None) -> bool:
    return event.data.named is None or person_id in event.data.named


def sentences(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Iterator[tuple[int, NoticeSentence]]:
    """What ``actor`` is told of the comments among ``events``, as long as they can be read, and of
    their own that are hidden."""
    posted = [each for each in events if isinstance(each.data, CommentPosted | CommentEdited)]
    rows = _read(session, service.id, [each.data for each in posted]) if posted else {}
    names = person_names(session, {row.author_id for row in rows.values() if row.author_id})
    naming = mentions.naming(session, rows.keys(), actor.person_id)
    for each in posted:
        row = rows.get(each.data.comment_id)
        named = row is not None and row.id in naming and _names(each, actor.person_id)
        if row is not None and (named or isinstance(each.data, CommentPosted)):
            yield each.position, _sentence(row, names.get(row.author_id), actor, named=named)
    yield from _hidden(session, service, events, actor)


def _hidden(
    session: Session, service: Service, events: Sequence[Recorded], actor: Actor
) -> Iterator[tuple[int, NoticeSentence]]:
    """That comments of ``actor`` are hidden, each with the public reason."""
    told = {
        each.position: comment_id
        for each in events
        if isinstance(each.data, ContentHidden)
        and (comment_id := comment_id_of(each.data.content)) is not None
    }
    if not told:
        return
    query = select(Comment.id).where(
        Comment.id.in_(told.values()), Comment.author_id == actor.person_id
    )
    own = set(session.scalars(query))
    reasons = hidden_reasons(session, service.id, map(subject_of, own))
    for position, comment_id in told.items():
        if comment_id in own and (reason := reasons.get(subject_of(comment_id))) is not None:
            text = _("The moderators have hidden one of your comments")
            because = _("It is your comment.")
            place = {"comment_id": comment_id}
            yield position, NoticeSentence(text, "discussion.show", place, reason, because)


def _sentence(row: Any, name: str | None, actor: Actor, *, named: bool) -> NoticeSentence:
    who, because = name or _("Somebody who has left"), ""
    if row.answered is not None and row.answered == actor.person_id:
        text = _("%(who)s answers your comment on “%(idea)s”", who=who, idea=row.title)
        because = _("It answers your comment.")
    elif named:
        text = _("%(who)s names you in a comment on “%(idea)s”", who=who, idea=row.title)
        because = _("It names you.")
    else:
        text = _("%(who)s comments on “%(idea)s”", who=who, idea=row.title)
    return NoticeSentence(text, "discussion.show", {"comment_id": row.id}, row.body, because)


def _read(session: Session, service_id: int, posted: Sequence[Any]) -> dict[int, Any]:
    """The comments among ``posted`` that everybody may read, with whom each answers."""
    rows = session.execute(
        select(
            Comment.id,
            Comment.idea_id,
            Comment.author_id,
            Comment.body,
            Idea.title,
            _Parent.author_id.label("answered"),
        )
        .join(Idea, Idea.id == Comment.idea_id)
        .join(_Parent, _Parent.id == Comment.parent_id, isouter=True)
        .where(
            Comment.id.in_([each.comment_id for each in posted]),
            *shown(service_id),
            *public_ideas(service_id),
        )
    )
    return {row.id: row for row in rows}
