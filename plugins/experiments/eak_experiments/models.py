"""The tables of experiments.

What people entered is the truth: handlers derive nothing here but what is searched. A protocol is a
document (`eak_experiments.protocol.document`): while it is a draft it stands with its experiment,
from when it is fixed each version is a row of its own that is never written again.
"""

from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eak_core.api import Model, in_paris

#: What the log, moderation and a search call an experiment.
NAME = "experiments.experiment"

Stage = Literal["draft", "fixed", "running", "suspended", "evaluating", "closed", "past"]
STAGES: tuple[Stage, ...] = get_args(Stage)
Outcome = Literal["generalised", "sustained", "extended", "stopped", "inconclusive"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MemberRole = Literal["referent", "member"]
MEMBER_ROLES: tuple[MemberRole, ...] = get_args(MemberRole)

#: Of titles and short lines, in characters.
LINE = 200
#: Of texts, in characters.
TEXT = 4_000
#: INSEE codes of communes, each with a space before and behind it.
CODES = 400


class Experiment(Model):
    """An experiment of a service. ``draft`` is its protocol until that is fixed. ``title``,
    ``communes``, ``starts_on`` and ``ends_on`` repeat what its protocol says, for lists."""

    __tablename__ = "experiments_experiment"
    __table_args__ = (
        UniqueConstraint("created_by", "form_key"),
        Index("ix_experiments_experiment_list", "service_id", "id"),
        # What is counted by stage and outcome is read from it alone.
        Index("ix_experiments_experiment_stage", "service_id", "stage", "outcome"),
        Index("uq_experiments_experiment_source", "service_id", "source", unique=True),
        Index("ix_experiments_experiment_idea", "idea_id"),
        Index("ix_experiments_experiment_origin", "origin_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("idea.id", ondelete="SET NULL"))
    stage: Mapped[str] = mapped_column(String(12), default="draft")
    title: Mapped[str] = mapped_column(String(LINE), info={"typed": False})
    communes: Mapped[str] = mapped_column(String(CODES), default="", info={"typed": False})
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    draft: Mapped[str] = mapped_column(Text, info={"typed": False})
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    form_key: Mapped[str | None] = mapped_column(String(36), info={"typed": False})
    started_on: Mapped[date | None]
    #: From the close on: its outcome, what was written then (a `Closing` as JSON), its cost in
    #: euros, and how much it proves.
    outcome: Mapped[str | None] = mapped_column(String(12))
    closing: Mapped[str | None] = mapped_column(Text, info={"typed": False})
    #: The same, while it is prepared: only those who may close it read it.
    closing_draft: Mapped[str | None] = mapped_column(Text, info={"typed": False})
    closed_at: Mapped[datetime | None]
    cost: Mapped[int | None] = mapped_column(BigInteger)
    evidence: Mapped[int | None]
    lowered_to: Mapped[int | None]
    lowered_because: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: How it can be done again (a `Kit` as JSON), and what it does again itself. What is public is
    #: never deleted, so an origin needs no foreign key, which would have SQLite rebuild the table.
    kit: Mapped[str | None] = mapped_column(Text, info={"typed": False})
    origin_id: Mapped[int | None]
    fidelity: Mapped[int | None]
    adaptations: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Of one that comes from elsewhere: what it is known as there, where that is, and when it was.
    source: Mapped[str | None] = mapped_column(String(LINE), info={"typed": False})
    source_url: Mapped[str] = mapped_column(
        String(LINE), default="", server_default="", info={"typed": False}
    )
    about: Mapped[str] = mapped_column(Text, default="", server_default="")

    members: Mapped[list["Teammate"]] = relationship(viewonly=True)

    @property
    def codes(self) -> list[str]:
        """The INSEE codes of its communes."""
        return self.communes.split()

    @property
    def public(self) -> bool:
        """Whether everybody may read it: from when its protocol is fixed."""
        return self.stage != "draft"

    @property
    def days(self) -> tuple[date | None, date | None]:
        """From which day to which it was tried, or is to be: one that was closed before its last
        day ended then."""
        start, end = self.started_on or self.starts_on, self.ends_on
        if self.closed_at is not None and start is not None and self.source is None:
            closed = max(start, in_paris(self.closed_at).date())
            end = min(end, closed) if end else closed
        return start, end

    @property
    def subject(self) -> str:
        """What the log and moderation call it."""
        return f"{NAME}:{self.id}"

    def relations_of(self, person_id: int) -> frozenset[str]:
        """What a person is to it: a referent is in its team, too."""
        roles = {each.role for each in self.members if each.person_id == person_id}
        every = {"member", "referent"} if "referent" in roles else roles
        return frozenset(f"experiments.{role}" for role in every)


class TrialPlace(Model):
    """An experiment that everybody may read is, or was, tried in a commune (an INSEE code)."""

    __tablename__ = "experiments_place"
    __table_args__ = (Index("ix_experiments_place_commune", "service_id", "commune"),)

    experiment_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_experiment.id", ondelete="CASCADE"), primary_key=True
    )
    commune: Mapped[str] = mapped_column(String(5), primary_key=True, info={"typed": False})
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))


class TrialSubject(Model):
    """An experiment that everybody may read is about a subject (a code of the service's list)."""

    __tablename__ = "experiments_subject"
    __table_args__ = (Index("ix_experiments_subject_of", "service_id", "subject"),)

    experiment_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_experiment.id", ondelete="CASCADE"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(String(80), primary_key=True, info={"typed": False})
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))


class KitLicence(Model):
    """Under which licence a file of a kit stands (a SPDX identifier): without one nobody is shown
    it."""

    __tablename__ = "experiments_kit_licence"

    file_id: Mapped[int] = mapped_column(
        ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    licence: Mapped[str] = mapped_column(String(20))


class Teammate(Model):
    """A person carries an experiment, or is in its team."""

    __tablename__ = "experiments_member"
    __table_args__ = (Index("ix_experiments_member_person", "person_id"),)

    experiment_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_experiment.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]


class FixedProtocol(Model):
    """A version of a protocol that counts: 1 is what was fixed before the start, each later one an
    amendment with its ``reason``. ``document`` is canonical JSON; its hash stands in the log."""

    __tablename__ = "experiments_protocol"

    experiment_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_experiment.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text, info={"typed": False})
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class Step(Model):
    """Something that happened to an experiment and is told on its page, with a public ``reason``:
    it was fixed, started, amended, reviewed, suspended."""

    __tablename__ = "experiments_step"
    __table_args__ = (Index("ix_experiments_step_of", "experiment_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    experiment_id: Mapped[int] = mapped_column(
        ForeignKey("experiments_experiment.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text, default="")
    day: Mapped[date | None]
