"""What happens in discussions, as facts in the log. The words stay in `discussion_comment`."""

from typing import Any

from eak_core.api import Event, event, upcast
from eak_discussion.manifest import plugin
from eak_discussion.models import Stance

# Moderation names a comment in the same way, so all about one comment is handled in order.
SUBJECT = "discussion.comment:{comment_id}"


@event(plugin, "discussion.comment_posted", version=2, subject=SUBJECT)
class CommentPosted(Event):
    """Somebody commented on an idea, or answered a comment (``parent_id``), and named those who are
    ``named`` (ids of people; None in version 1: all whom it names).

    ``imported`` comments were written on another site, by nobody known here.
    """

    comment_id: int
    idea_id: int
    author_id: int | None
    stance: Stance
    parent_id: int | None = None
    imported: bool = False
    named: tuple[int, ...] | None = ()


@upcast(plugin, "discussion.comment_posted", 1)
def _naming_all(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "named": None}


@event(plugin, "discussion.comment_edited", version=2, subject=SUBJECT)
class CommentEdited(Event):
    """The author of a comment changed its words or its stance, soon after posting it; it names
    those who are ``named`` since (ids of people)."""

    comment_id: int
    stance: Stance
    named: tuple[int, ...] = ()


@upcast(plugin, "discussion.comment_edited", 1)
def _naming_nobody(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "named": ()}


@event(plugin, "discussion.comment_withdrawn", version=1, subject=SUBJECT)
class CommentWithdrawn(Event):
    """The author took a comment back; its place stays, its words are gone."""

    comment_id: int


@event(plugin, "discussion.comment_transferred", version=1, subject=SUBJECT)
class CommentTransferred(Event):
    """A comment left this service with its idea."""

    comment_id: int
    idea_id: int


@event(plugin, "discussion.comment_received", version=1, subject=SUBJECT)
class CommentReceived(Event):
    """A comment came to this service with its idea, as it stood where it was: ``hidden`` by
    moderators, ``withdrawn`` by its author."""

    comment_id: int
    idea_id: int
    stance: Stance
    hidden: bool
    withdrawn: bool


@event(plugin, "discussion.author_erased", version=1, subject="person:{person_id}")
class AuthorErased(Event):
    """The account of somebody who commented in this service was erased; their comments stay
    without a name."""

    person_id: int
