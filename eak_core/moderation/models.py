"""The table of decisions on what may be shown."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base

_IN_FORCE = text("restored_at IS NULL")


class ModerationDecision(Base):
    """A decision to hide something, with its public reason, and the one that took it back.

    ``subject`` names anything of the service, such as ``idea:12``; at most one decision about it is
    in force, which the database itself sees to.
    """

    __tablename__ = "moderation_decision"
    __table_args__ = (
        Index(
            "uq_moderation_decision_in_force",
            "service_id",
            "subject",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    subject: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime]
    restored_by: Mapped[int | None]
    restored_at: Mapped[datetime | None]
    restore_reason: Mapped[str | None] = mapped_column(Text)
