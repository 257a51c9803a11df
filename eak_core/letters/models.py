"""The outbox as it is stored."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base

# SQLite numbers rows by itself only in an INTEGER PRIMARY KEY.
BigId = BigInteger().with_variant(Integer, "sqlite")


class OutboxMessage(Base):
    """Something that leaves the house after the commit. Its payload is emptied once it has left.

    ``trying_since`` is when it was first tried, or first again after somebody asked for it; it is
    given up by that age. ``refused``: the other side will never take it.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_next_attempt_at", "next_attempt_at"),
        Index("ix_outbox_done_at", "done_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40))
    service_id: Mapped[int]
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    trying_since: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    refused: Mapped[bool] = mapped_column(default=False, server_default=false())
    error: Mapped[str | None] = mapped_column(Text)


class TransportPause(Base):
    """A way out of the house that could not be reached: nothing of its kind is tried ``until``."""

    __tablename__ = "transport_pause"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    failures: Mapped[int]
    error: Mapped[str] = mapped_column(Text)
