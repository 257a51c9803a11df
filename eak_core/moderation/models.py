"""The tables of moderation: what people report, what is decided, who appeals, the charter."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base

_IN_FORCE = text("restored_at IS NULL")
_OPEN = text("outcome IS NULL")

#: What becomes of what was reported: it is hidden, it stays, or its author has taken it back.
Decided = Literal["hidden", "kept", "gone"]
#: What becomes of an appeal: the decision stands, or it is turned round.
Verdict = Literal["upheld", "reversed"]
#: What stands in an address and is given to nobody but who reports, in characters.
REFERENCE_LENGTH = 16


class ModerationDecision(Base):
    """A decision to hide something, with its public reason, and the one that took it back.

    ``subject`` names anything of the service, such as ``idea:12``; at most one decision about it is
    in force, which the database itself sees to. ``author_id`` is whose it was, where somebody else
    has hidden it.
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
        Index("ix_moderation_decision_subject", "service_id", "subject"),
        Index("ix_moderation_decision_decided_at", "service_id", "decided_at", "id"),
        Index("ix_moderation_decision_author_id", "author_id", "service_id"),
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
    author_id: Mapped[int | None]


class Report(Base):
    """Somebody reports something (regulation (EU) 2022/2065, article 16), with an account
    (``reporter_id``) or without (``name`` and ``email``); all of it is wiped by `upkeep`.

    Only moderators read ``explanation``. What was decided stands in ``answer``, and in the decision
    ``decision_id`` where it was hidden; the outcome ``aside`` nobody decided (`reports.report`).
    ``reference`` leads whoever has it to what became of it.
    """

    __tablename__ = "moderation_report"
    __table_args__ = (
        Index(
            "ix_moderation_report_open",
            "service_id",
            "subject",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_moderation_report_reported_at", "service_id", "reported_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    reference: Mapped[str] = mapped_column(String(REFERENCE_LENGTH), unique=True)
    subject: Mapped[str] = mapped_column(String(64))
    ground: Mapped[str] = mapped_column(String(20))
    explanation: Mapped[str] = mapped_column(Text)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(254))
    reported_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(Text)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_decision.id"))
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]


class Appeal(Base):
    """Somebody contests what was decided (article 20): the author a ``decision_id`` to hide, who
    reported the ``report_id`` that came to nothing, or whom the ``measure_id`` concerns. One of the
    three; each once."""

    __tablename__ = "moderation_appeal"
    __table_args__ = (
        Index(
            "ix_moderation_appeal_open",
            "service_id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_moderation_appeal_made_at", "service_id", "made_at"),
        Index("uq_moderation_appeal_measure_id", "measure_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    subject: Mapped[str] = mapped_column(String(64))
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("moderation_decision.id"), unique=True
    )
    report_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_report.id"), unique=True)
    measure_id: Mapped[int | None]
    appellant_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]


class Measure(Base):
    """Somebody (``person_id``) was warned or suspended (article 23): ``kind`` is ``warning`` or
    ``suspension``, ``about`` what they misused (`eak_core.permissions.Abuse`).

    A suspension has an end, ``until``, and rests on the warning ``warning_id``, which the database
    itself asks for. ``reason`` is for whom it concerns and for moderators alone.
    """

    __tablename__ = "moderation_measure"
    __table_args__ = (
        CheckConstraint(
            "kind = 'warning' OR (warning_id IS NOT NULL AND until IS NOT NULL)",
            name="warned_before",
        ),
        Index("ix_moderation_measure_decided_at", "service_id", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    about: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    warning_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_measure.id"))
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime]
    until: Mapped[datetime | None]
    lifted_by: Mapped[int | None]
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str | None] = mapped_column(Text)

    @property
    def author_id(self) -> int | None:
        """Whom it concerns: a measure is theirs to contest."""
        return self.person_id

    @property
    def subject(self) -> str:
        """How the log names it."""
        return f"measure:{self.id}"


class Charter(Base):
    """The rules of a service in its own words (Markdown); without a row, those of the software
    hold."""

    __tablename__ = "moderation_charter"

    service_id: Mapped[int] = mapped_column(
        ForeignKey("service.id"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[int | None]
    changed_at: Mapped[datetime]
