"""The tables of an experiment under way."""

from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model
from eak_experiments.models import LINE

#: What the log, moderation and files call an entry of a logbook.
ENTRY_NAME = "experiments.entry"

EntryKind = Literal["observation", "measure", "decision", "incident", "feedback"]
ENTRY_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)
#: Of whom a figure is: of those with whom one tries, or of those one compares with.
Arm = Literal["trial", "comparison"]
ARMS: tuple[Arm, ...] = get_args(Arm)
#: What is decided where a stop threshold is reached, and at a review.
Decision = Literal["go_on", "suspend", "stop"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)


class Measure(Model):
    """A figure of a hypothesis on a day: ``thousandths`` of its unit, of ``size`` people or sites.
    One that was wrong is struck, with the reason, and stays."""

    __tablename__ = "experiments_measure"
    __table_args__ = (
        Index(
            "uq_experiments_measure_day",
            "experiment_id", "hypothesis", "arm", "day",
            unique=True,
            sqlite_where=text("struck_at IS NULL"),
            postgresql_where=text("struck_at IS NULL"),
        ),
        Index("ix_experiments_measure_list", "experiment_id", "day", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    experiment_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_experiment.id", ondelete="CASCADE")
    )
    hypothesis: Mapped[str] = mapped_column(String(8), info={"typed": False})
    arm: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    thousandths: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int | None]
    method: Mapped[str] = mapped_column(String(LINE), default="")
    entered_at: Mapped[datetime]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    struck_at: Mapped[datetime | None]
    struck_because: Mapped[str] = mapped_column(Text, default="")


class Entry(Model):
    """An entry of a logbook: open to everybody, unless it is ``private`` to the team. What
    inhabitants say ``waits`` until somebody has read it."""

    __tablename__ = "experiments_entry"
    __table_args__ = (
        UniqueConstraint("written_by", "form_key"),
        Index("ix_experiments_entry_list", "experiment_id", "day", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    experiment_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_experiment.id", ondelete="CASCADE")
    )
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    kind: Mapped[str] = mapped_column(String(12))
    day: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    private: Mapped[bool] = mapped_column(default=False)
    waits: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    form_key: Mapped[str | None] = mapped_column(String(36), info={"typed": False})

    @property
    def subject(self) -> str:
        """What the log and moderation call it."""
        return f"{ENTRY_NAME}:{self.id}"


class Alert(Model):
    """A stop threshold was reached; raised once for each hypothesis, and answered by a decision."""

    __tablename__ = "experiments_alert"

    experiment_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_experiment.id", ondelete="CASCADE"), primary_key=True
    )
    hypothesis: Mapped[str] = mapped_column(String(8), primary_key=True, info={"typed": False})
    measure_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_measure.id", ondelete="CASCADE")
    )
    raised_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decision: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
