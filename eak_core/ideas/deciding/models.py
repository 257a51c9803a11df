"""What waits to be decided, or is on its way: offers, prepared decisions, many ideas at once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base

_UNANSWERED = text("outcome IS NULL")


class TransferOffer(Base):
    """An idea of one service is offered to another, which takes it or declines (``outcome``:
    ``taken``, ``declined`` or ``taken_back``, none while it waits); those who run either read the
    ``reason`` and the ``answer``."""

    __tablename__ = "idea_transfer_offer"
    __table_args__ = (
        # One at a time.
        Index(
            "uq_idea_transfer_offer_waits",
            "idea_id",
            unique=True,
            sqlite_where=_UNANSWERED,
            postgresql_where=_UNANSWERED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    from_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    offered_by: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    offered_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(String(10))
    answered_by: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)


class PreparedDecision(Base):
    """What those who run a service have prepared for an idea that stands in ``from_stage``: the
    stage it shall come to, and the public reason, once they publish it."""

    __tablename__ = "idea_prepared"

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    from_stage: Mapped[str] = mapped_column(String(64))
    to_stage: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    prepared_by: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    prepared_at: Mapped[datetime]


class BulkMove(Base):
    """All ideas in ``from_stage`` that filters keep are brought to ``to_stage``, some at a time,
    for whoever asked for it and one public ``reason``.

    ``total`` is how many there were by then; ``after_id`` the last one that had its turn; of these
    ``moved`` have moved, and the others stayed, the first of them in ``stayed`` by their ids.
    ``outcome`` is ``done``, or ``stopped`` where whoever asked may no longer; None until then.
    """

    __tablename__ = "idea_bulk_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    from_stage: Mapped[str] = mapped_column(String(64))
    to_stage: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str | None] = mapped_column(String(64))
    commune: Mapped[str | None] = mapped_column(String(5))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    total: Mapped[int]
    after_id: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    stayed: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str | None] = mapped_column(String(10))
