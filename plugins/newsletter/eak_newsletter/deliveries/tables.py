"""What became of each letter.

::

    queued ─▶ sending ─▶ sent
      ▲         │  ├───▶ failed     the server will never take it
      └ deferred┘  ├───▶ unknown    whoever sent it died, or the answer was lost: a person decides
                   └───▶ skipped    the reader had left by then

A sender takes a portion of what waits into its hand: these rows have its number, and no instant.
Then it goes through them one by one. `sending` is committed before the server is told of a letter:
whatever dies leaves one row that says so for each sender, the rest of its portion goes back into
the queue, and nobody is written to twice by itself.

The commits of single letters are soft (`soft_commits`): a process that is killed loses none of
them, a computer or a database that falls may lose the last ones. Then the whole portion is
`unknown`, since nobody can tell any more which of it have left; `Sender` says which case it is.
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
_IN_HAND = text("next_attempt_at IS NULL AND state IN ('queued', 'deferred', 'sending')")
# SQLite numbers rows by itself only in an INTEGER PRIMARY KEY.
_BigId = BigInteger().with_variant(Integer, "sqlite")


class Sender(Model):
    """Somebody who sends, as long as they do: a command or a worker, on any machine.

    Of one that died this row is left, unless the database fell with it: on PostgreSQL the table is
    emptied after that (it is ``UNLOGGED``), on SQLite the machine has been started again since
    (``epoch``). Its number is drawn, because those of a sequence would begin anew.
    """

    __tablename__ = "newsletter_sender"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    began_at: Mapped[datetime]
    epoch: Mapped[str] = mapped_column(String(40), default="", server_default="")


class Delivery(Model):
    """A letter for a reader, who is named by a number alone: the row outlives theirs, and the
    figures of the issue stay true. ``next_attempt_at`` is when it is due, while it waits and is in
    nobody's hand, ``sender_id`` whose hand it is in, and ``in_turn`` that this is its place in the
    line of its domain."""

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
        Index(
            "ix_newsletter_delivery_in_hand",
            "issue_id",
            "sender_id",
            sqlite_where=_IN_HAND,
            postgresql_where=_IN_HAND,
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
