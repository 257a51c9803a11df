"""The tables of notices: who follows what, what people are told of, and how they want to be."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base
from eak_core.letters.models import BigId

_WAITS = text("done_at IS NULL")
_UNREAD = text("read_at IS NULL")
_TO_MAIL = text("mail_due_at IS NOT NULL")


class Follow(Base):
    """Somebody follows something of a service, named as in the log (``idea:12``).

    Where ``left_at`` says when they left it, it is not followed, and no longer by default either.
    """

    __tablename__ = "notice_follow"
    __table_args__ = (
        Index("ix_notice_follow_person_id", "person_id", "service_id"),
        {"sqlite_with_rowid": False},
    )

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Occasion(Base):
    """An event that people are told of, and how far they have been.

    It stands at ``position`` in the log of its service; ``plugin`` tells of it, as something of the
    ``kind``. Until ``done_at``, ``people`` and the followers of ``followed`` (both JSON) are gone
    through in this order: the next are those of part ``part`` whose number is above ``beyond``.
    """

    __tablename__ = "notice_occasion"
    __table_args__ = (
        UniqueConstraint("service_id", "position", "plugin"),
        Index(
            "ix_notice_occasion_waits",
            "service_id",
            "id",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        Index("ix_notice_occasion_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    position: Mapped[int] = mapped_column(BigId)
    plugin: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(80))
    written: Mapped[bool] = mapped_column(default=False, server_default=false())
    permission: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    people: Mapped[str] = mapped_column(Text)
    followed: Mapped[str] = mapped_column(Text)
    part: Mapped[int] = mapped_column(default=0)
    beyond: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]


class Notice(Base):
    """Somebody is told of an occasion, once; ``because`` is what they follow, empty where it
    concerns themselves.

    ``mail_due_at`` is when a mail with it is to leave, in its ``rhythm``; empty once one has, or
    where none will.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_occasion_id", "occasion_id"),
        Index(
            "ix_notice_unread",
            "person_id",
            "occasion_id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
        Index(
            "ix_notice_mail_due_at",
            "mail_due_at",
            "person_id",
            sqlite_where=_TO_MAIL,
            postgresql_where=_TO_MAIL,
        ),
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    occasion_id: Mapped[int] = mapped_column(ForeignKey("notice_occasion.id"), primary_key=True)
    because: Mapped[str] = mapped_column(String(80))
    rhythm: Mapped[str] = mapped_column(String(8))
    mail_due_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class Preference(Base):
    """How somebody wants to be told of one kind; without a row it is as for everybody."""

    __tablename__ = "notice_preference"
    __table_args__ = ({"sqlite_with_rowid": False},)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    rhythm: Mapped[str] = mapped_column(String(8))
