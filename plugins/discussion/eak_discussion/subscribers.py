"""What the discussion derives from events: how many comments can be read under each idea, and
what a search finds of them.

A comment counts while it is neither hidden nor withdrawn. Moderation's events name a comment and
nothing of it, so the stance of each comment is kept as the events told it (`Standing`), and not
read from what the comment says today: so the counts are the same whether the plugin was on
from the start, was switched on late, or was built anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from flask import url_for
from sqlalchemy import ColumnElement, delete, select, update

from eak_core.api import (
    Actor,
    ContentHidden,
    ContentRestored,
    Context,
    Document,
    Idea,
    IdeaMerged,
    Link,
    Recorded,
    SearchKind,
    Session,
    _,
    _l,
    not_hidden,
    public_ideas,
    searched,
    subscriber,
    upsert,
)
from eak_discussion.events import (
    CommentEdited,
    CommentPosted,
    CommentReceived,
    CommentTransferred,
    CommentWithdrawn,
)
from eak_discussion.manifest import plugin
from eak_discussion.models import SUBJECT_NAME, Comment, Count, Standing, comment_id_of

COLUMNS = (
    Standing.comment_id,
    Standing.service_id,
    Standing.idea_id,
    Standing.stance,
    Standing.hidden,
    Standing.withdrawn,
)


@subscriber(
    plugin,
    CommentPosted,
    CommentEdited,
    CommentWithdrawn,
    CommentTransferred,
    CommentReceived,
    ContentHidden,
    ContentRestored,
    batch=True,
)
def keep_counts(events: Sequence[Recorded], ctx: Context) -> None:
    """Bring the counts to where they are after ``events``: the same statements for any number."""
    ids = {comment_id for each in events if (comment_id := _comment_of(each.data)) is not None}
    here = Standing.service_id == ctx.service_id
    kept = select(*COLUMNS).where(here, Standing.comment_id.in_(ids))
    standings = {row["comment_id"]: dict(row) for row in ctx.session.execute(kept).mappings()}
    before = _counted(standings.values())
    for each in events:
        comment_id = _comment_of(each.data)
        if isinstance(each.data, CommentPosted):
            standings[each.data.comment_id] = {
                "comment_id": each.data.comment_id,
                "service_id": ctx.service_id,
                "idea_id": each.data.idea_id,
                "stance": each.data.stance,
                "hidden": False,
                "withdrawn": False,
            }
        elif isinstance(each.data, CommentReceived):
            standings[each.data.comment_id] = {
                **msgspec.structs.asdict(each.data), "service_id": ctx.service_id
            }  # fmt: skip
        elif isinstance(each.data, CommentTransferred):
            standings.pop(each.data.comment_id, None)
        elif comment_id in standings:
            _apply(each.data, standings[comment_id])
    gone = ids - standings.keys()
    if gone:
        ctx.session.execute(delete(Standing).where(here, Standing.comment_id.in_(gone)))
    upsert(ctx.session, Standing, list(standings.values()))
    _add(ctx, _counted(standings.values()), before)


@subscriber(plugin, IdeaMerged)
def follow_merge(merged: IdeaMerged, ctx: Context) -> None:
    """Count the comments on an idea that became part of another with those of that one."""
    moved = update(Standing).where(
        Standing.service_id == ctx.service_id, Standing.idea_id == merged.idea_id
    )
    ctx.session.execute(moved.values(idea_id=merged.into_id))
    query = select(Count.stance, Count.comments).where(
        Count.service_id == ctx.service_id, Count.idea_id == merged.idea_id
    )
    number = dict(ctx.session.execute(query).all())
    before = Counter({(merged.idea_id, stance): each for stance, each in number.items()})
    after = Counter({(merged.into_id, stance): each for stance, each in number.items()})
    _add(ctx, after, before)


def _apply(happened: Any, standing: dict[str, Any]) -> None:
    match happened:
        case CommentEdited():
            standing["stance"] = happened.stance
        case CommentWithdrawn():
            standing["withdrawn"] = True
        case ContentHidden():
            standing["hidden"] = True
        case ContentRestored():
            standing["hidden"] = False


def _comment_of(happened: Any) -> int | None:
    if isinstance(happened, ContentHidden | ContentRestored):
        return comment_id_of(happened.content)
    comment_id: int = happened.comment_id
    return comment_id


def _counted(standings: Iterable[dict[str, Any]]) -> Counter[tuple[int, str]]:
    """How many of ``standings`` count, by idea and stance."""
    return Counter(
        (each["idea_id"], each["stance"])
        for each in standings
        if not each["hidden"] and not each["withdrawn"]
    )


def _add(ctx: Context, after: Counter[tuple[int, str]], before: Counter[tuple[int, str]]) -> None:
    after.subtract(before)
    rows = [
        {"service_id": ctx.service_id, "idea_id": idea_id, "stance": stance, "comments": change}
        for (idea_id, stance), change in after.items()
        if change
    ]
    upsert(ctx.session, Count, rows, add=("comments",))
    # A stance nobody takes any more has no row, as if nobody ever had taken it.
    fallen = {idea_id for (idea_id, _stance), change in after.items() if change < 0}
    if fallen:
        ctx.session.execute(
            delete(Count).where(
                Count.service_id == ctx.service_id,
                Count.idea_id.in_(fallen),
                Count.comments == 0,
            )
        )


def forget(session: Session, service_id: int) -> None:
    """Delete what was derived for a service, before its events are handled anew."""
    for table in (Count, Standing):
        session.execute(delete(table).where(table.service_id == service_id))


def shown(service_id: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Comment` that keep what is neither withdrawn nor hidden."""
    return (
        Comment.service_id == service_id,
        Comment.withdrawn_at.is_(None),
        not_hidden(service_id, SUBJECT_NAME, Comment.id),
    )


def _readable(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    under = select(Idea.id).where(Idea.id == Comment.idea_id, *public_ideas(service_id))
    return (*shown(service_id), under.exists())


def _read(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    # Whether its idea can be read is asked when somebody searches.
    rows = session.execute(
        select(Comment.id, Comment.body).where(Comment.id.in_(ids), *shown(service_id))
    )
    return {comment_id: Document("", body) for comment_id, body in rows}


def _link(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(
        select(Comment.id, Idea.title)
        .join(Idea, Idea.id == Comment.idea_id)
        .where(Comment.id.in_(ids))
    )
    return {
        comment_id: Link(
            _("Comment on “%(title)s”", title=title),
            url_for("discussion.show", comment_id=comment_id),
        )
        for comment_id, title in rows
    }


searched(
    plugin,
    SearchKind(SUBJECT_NAME, _l("Comments"), Comment.id, _readable, _read, _link),
    f"{plugin.name}.",
    ContentHidden,
    ContentRestored,
)
