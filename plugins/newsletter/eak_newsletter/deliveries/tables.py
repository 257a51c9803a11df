"""What became of each letter.

::

    queued ─▶ sending ─▶ sent
      ▲         │  ├───▶ failed     the server will never take it
      └ deferred┘  ├───▶ unknown    whoever sent it died, or the answer was lost: a person decides
                   └───▶ skipped    the reader had left by then

`sending` is committed before the server is told of it: whatever dies leaves one row that says so
for each sender, and nobody is written to twice by itself.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model

State = Literal[
    "queued", "sending", "sent", "deferred", "failed", "unknown", "skipped", "cancelled"
]
#: What still has to leave.
WAITING: tuple[State, ...] = ("queued", "deferred")
ERROR_LENGTH = 300

_WAITS = text("next_attempt_at IS NOT NULL")
# SQLite numbers rows by itself only in an INTEGER PRIMARY KEY.
_BigId = BigInteger().with_variant(Integer, "sqlite")


class Sender(Model):
    """Somebody who sends, as long as they do: a command or a worker, on any machine."""

    __tablename__ = "newsletter_sender"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]


class Delivery(Model):
    """A letter for a reader, who is named by a number alone: the row outlives theirs, and the
    figures of the issue stay true. ``next_attempt_at`` is when it is due, while it waits, and
    ``in_turn`` that this is its place in the line of its domain."""

    __tablename__ = "newsletter_delivery"
    __table_args__ = (
        UniqueConstraint("issue_id", "subscriber_id"),
        Index(
            "ix_newsletter_delivery_due",
            "issue_id",
            "next_attempt_at",
            "id",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        Index("ix_newsletter_delivery_state", "issue_id", "state"),
    )

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("newsletter_issue.id", ondelete="CASCADE"))
    subscriber_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    in_turn: Mapped[bool] = mapped_column(default=False, server_default=false())
    sender_id: Mapped[int | None]
    changed_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))
