"""The tables of the discussion: what people wrote, and what is derived from the events about it."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model, numbered

Stance = Literal["for", "neutral", "against"]
STANCES: tuple[Stance, ...] = ("for", "neutral", "against")

#: How deep answers are nested; an answer to the deepest stands beside it.
DEPTH = 3
ORIGIN_LENGTH = 120


class Comment(Model):
    """What somebody wrote under an idea.

    ``parent_id`` is what it answers, ``root_id`` the comment that the conversation began with; both
    are empty for that one. A comment taken over from another site has an ``origin``
    (``<site>/<number>``) and no author here. What was withdrawn keeps its place and not its text.
    """

    __tablename__ = "discussion_comment"
    __table_args__ = (
        # A form sent twice carries the same key twice, an import repeated the same origin.
        UniqueConstraint("author_id", "form_key"),
        UniqueConstraint("service_id", "origin"),
        Index("ix_discussion_comment_thread", "idea_id", "root_id", "posted_at", "id"),
        Index("ix_discussion_comment_latest", "service_id", "posted_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("discussion_comment.id", ondelete="CASCADE"), index=True
    )
    root_id: Mapped[int | None] = mapped_column(
        ForeignKey("discussion_comment.id", ondelete="CASCADE"), index=True
    )
    depth: Mapped[int] = mapped_column(default=1)
    stance: Mapped[str] = mapped_column(String(10))
    body: Mapped[str] = mapped_column(Text)
    posted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(String(36))
    origin: Mapped[str | None] = mapped_column(String(ORIGIN_LENGTH))

    @property
    def subject(self) -> str:
        """How moderation and the log name it."""
        return subject_of(self.id)

    @property
    def origin_site(self) -> str:
        """The site it was taken over from; empty for what was written here."""
        return (self.origin or "").partition("/")[0]


class Mention(Model):
    """A comment names somebody who takes part: ``name`` is what its author typed."""

    __tablename__ = "discussion_mention"

    comment_id: Mapped[int] = mapped_column(
        ForeignKey("discussion_comment.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(80))


class Standing(Model):
    """Where a comment stands as the events of a service tell it, whose it is as long as its idea is
    there; see `eak_discussion.subscribers`."""

    __tablename__ = "discussion_standing"

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    comment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idea_id: Mapped[int]
    stance: Mapped[str] = mapped_column(String(10))
    hidden: Mapped[bool] = mapped_column(default=False)
    withdrawn: Mapped[bool] = mapped_column(default=False)


class Count(Model):
    """How many comments under an idea can be read, one row per stance."""

    __tablename__ = "discussion_count"

    service_id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(primary_key=True)
    stance: Mapped[str] = mapped_column(String(10), primary_key=True)
    comments: Mapped[int]


#: What the log and moderation call a comment.
SUBJECT_NAME = "discussion.comment"


def subject_of(comment_id: int) -> str:
    """How moderation and the log name a comment."""
    return f"{SUBJECT_NAME}:{comment_id}"


def comment_id_of(subject: str) -> int | None:
    """The id of the comment that ``subject`` names; None for anything else."""
    return next(iter(numbered(SUBJECT_NAME, [subject])), None)
