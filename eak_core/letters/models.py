"""The outbox as it is stored, and who gets nothing of it."""

from datetime import datetime
from enum import IntEnum

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base

# SQLite numbers rows by itself only in an INTEGER PRIMARY KEY.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Lane(IntEnum):
    """In which line a message stands: what is in an earlier one leaves first."""

    AWAITED = 0
    """Somebody waits for it in front of a page: confirmations, new passwords."""
    USUAL = 1
    """What happens, told to those it is about."""
    BULK = 2
    """The same to very many: lists."""


_WAITS = text("next_attempt_at IS NOT NULL")
_GIVEN_UP = text("done_at IS NULL AND next_attempt_at IS NULL")


class OutboxMessage(Base):
    """Something that leaves the house after the commit. Its payload is emptied once it has left.

    ``trying_since`` is when it was first refused, or first again after somebody asked for it; it is
    given up by that age. ``refused``: the other side will never take it. The indexes hold what has
    not left, and are as small as that.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "lane",
            "next_attempt_at",
            "kind",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        Index(
            "ix_outbox_given_up",
            "created_at",
            sqlite_where=_GIVEN_UP,
            postgresql_where=_GIVEN_UP,
        ),
        Index("ix_outbox_done_at", "done_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40))
    service_id: Mapped[int]
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    lane: Mapped[int] = mapped_column(SmallInteger, default=Lane.USUAL, server_default=text("1"))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    trying_since: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    refused: Mapped[bool] = mapped_column(default=False, server_default=false())
    error: Mapped[str | None] = mapped_column(Text)


class Suppression(Base):
    """An address that gets no more mail of a list, or of none (`eak_core.letters.suppression`).

    ``mark`` is a keyed digest of the address, which tells it to nobody who has the database alone.
    """

    __tablename__ = "mail_suppression"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    list: Mapped[str] = mapped_column(String(100), primary_key=True)
    since: Mapped[datetime]


class TransportPause(Base):
    """A way out of the house that could not be reached: nothing of its kind is tried ``until``."""

    __tablename__ = "transport_pause"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    failures: Mapped[int]
    error: Mapped[str] = mapped_column(Text)
