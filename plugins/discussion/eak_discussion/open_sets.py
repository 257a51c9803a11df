"""Comments as open data: those that everybody can read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from flask import g, url_for

from eak_core.api import DataSet, _l, column, current_session, open_data
from eak_discussion import thread
from eak_discussion.models import Comment


class CommentRecord(msgspec.Struct):
    """A comment that everybody can read."""

    id: Annotated[int, column(_l("The number of the comment."))]
    url: Annotated[str, column(_l("The address that leads to it."))]
    idea: Annotated[int, column(_l("The number of the idea it is about."))]
    answers: Annotated[
        int | None,
        column(_l("The number of the comment that it answers, which may have been withdrawn.")),
    ]
    stance: Annotated[str, column(_l("for, neutral or against."))]
    body: Annotated[str, column(_l("What it says (Markdown)."))]
    author: Annotated[
        str, column(_l("The name that its author displays; empty once their account is erased."))
    ]
    posted_at: Annotated[datetime, column(_l("When it was written."))]
    edited_at: Annotated[datetime | None, column(_l("When it was changed last."))]
    source: Annotated[str, column(_l("The site that an imported comment comes from."))]


class CommentsFile(msgspec.Struct):
    """The comments of a service, the latest first."""

    service: str
    url: str
    comments: list[CommentRecord]


def comments_set() -> DataSet:
    """The comments under public ideas, without those that were withdrawn or are hidden."""
    return DataSet(
        name="commentaires",
        title=_l("Comments"),
        about=_l("Every comment on a public idea that can be read."),
        file=CommentsFile,
        head=open_data.head_at("discussion.index"),
        read=lambda: open_data.parts_of(thread.latest(g.service.id), Comment.id, _records),
    )  # fmt: skip


def _records(rows: Sequence[Any]) -> list[open_data.Record]:
    answered = {row.Comment.id: row.Comment.parent_id for row in rows}
    read = thread.entries(current_session(), g.service, [row.Comment for row in rows])
    return [
        {
            "id": each.id,
            "url": url_for("discussion.show", comment_id=each.id, _external=True),
            "idea": each.idea_id,
            "answers": answered[each.id],
            "stance": each.stance,
            "body": each.body,
            "author": each.author,
            "posted_at": each.posted_at,
            "edited_at": each.edited_at,
            "source": each.origin_site,
        }
        for each in read
        if each.readable
    ]
