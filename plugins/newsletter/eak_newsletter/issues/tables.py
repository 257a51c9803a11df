"""Issues, and what they tell."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from eak_core.api import Model

#: A letter that an editor sends, or a summary that is sent by itself to who asked for that rhythm.
IssueKind = Literal["issue", "weekly", "monthly"]

SUBJECT_LENGTH = 150
INTRO_LENGTH = 4_000
TITLE_LENGTH = 300
TEXT_LENGTH = 2_000
HEADING_LENGTH = 80


class Issue(Model):
    """One letter of a service. A draft tells of what happened from ``since`` until before
    ``until``, and changes; ``number`` and ``content`` (canonical JSON, with its SHA-256 in
    ``digest``) are given when it is frozen, and never change.

    Of a summary, which has no number and no editor, ``kind`` is the rhythm.

    ``filled_to`` is the number of the last reader for whom a delivery was queued, ``filled`` says
    that there are no more. ``version_id`` grows with each edit of the draft.
    """

    __tablename__ = "newsletter_issue"
    __table_args__ = (
        UniqueConstraint("service_id", "number"),
        Index("ix_newsletter_issue_state", "service_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    kind: Mapped[str] = mapped_column(String(10), default="issue", server_default="issue")
    number: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    intro: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    until: Mapped[datetime]
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    content: Mapped[str | None] = deferred(mapped_column(Text))
    digest: Mapped[str | None] = mapped_column(String(64))
    filled_to: Mapped[int] = mapped_column(default=0)
    filled: Mapped[bool] = mapped_column(default=False)
    stories: Mapped[list["Story"]] = relationship(
        order_by="Story.position, Story.id", cascade="all, delete-orphan", passive_deletes=True
    )


class Story(Model):
    """Something that a draft tells: what a plugin (``owner``) answered under ``key``, or what an
    editor wrote, who has no key. ``left_out``: an editor does not want it."""

    __tablename__ = "newsletter_story"
    __table_args__ = (UniqueConstraint("issue_id", "owner", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("newsletter_issue.id", ondelete="CASCADE"), index=True
    )
    owner: Mapped[str] = mapped_column(String(40), default="")
    key: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    text: Mapped[str] = mapped_column(Text, default="")
    heading: Mapped[str] = mapped_column(String(HEADING_LENGTH), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    idea_id: Mapped[int | None]
    left_out: Mapped[bool] = mapped_column(default=False)
