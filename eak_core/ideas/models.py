"""Ideas, and what describes them: subjects, communes, statements, opinions, changes of stage.

What waits to be decided stands with it, in `deciding/`.
"""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eak_core.db import Base

TITLE_LENGTH = 150
SLUG_LENGTH = 80
# Of what an imported idea keeps of its origin.
REF_LENGTH = 80
URL_LENGTH = 500
STATE_LENGTH = 40
#: The relation of those who write an idea with its author.
COAUTHOR = "idea.coauthor"
_WAITS = text("answer_by IS NOT NULL AND answered_at IS NULL")


class Idea(Base):
    """A proposal: the problem it answers, what would be done, and where it stands.

    An answer was promised before ``answer_by``; what ended the wait for one happened at
    ``answered_at``.
    One that was merged is part of another, ``merged_into_id``, which never was merged itself.
    ``source…`` belong to imported ideas: the figures are those of the site of origin and are never
    added to what is counted here.
    """

    __tablename__ = "idea"
    __table_args__ = (
        UniqueConstraint("service_id", "source", "source_ref"),
        # A form sent twice carries the same key twice: one idea.
        UniqueConstraint("author_id", "form_key"),
        Index("ix_idea_list", "service_id", "submitted_at", "id"),
        Index("ix_idea_stage", "service_id", "stage", "submitted_at", "id"),
        Index("ix_idea_slug", "service_id", "slug", "id"),
        Index("ix_idea_updated", "service_id", "updated_at", "id"),
        Index(
            "ix_idea_promised",
            "service_id",
            "stage",
            "answer_by",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    problem: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    needs: Mapped[str] = mapped_column(Text, default="")
    elsewhere: Mapped[str] = mapped_column(Text, default="")
    existing: Mapped[str] = mapped_column(Text, default="")
    stage: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(String(36))
    merged_into_id: Mapped[int | None] = mapped_column(index=True)
    source: Mapped[str | None] = mapped_column(String(40))
    source_ref: Mapped[str | None] = mapped_column(String(REF_LENGTH))
    source_url: Mapped[str | None] = mapped_column(String(URL_LENGTH))
    source_votes: Mapped[int | None]
    source_comments: Mapped[int | None]
    source_state: Mapped[str | None] = mapped_column(String(STATE_LENGTH))
    coauthors: Mapped[list["IdeaCoauthor"]] = relationship(
        order_by="(IdeaCoauthor.joined_at, IdeaCoauthor.person_id)", viewonly=True
    )

    def relations_of(self, person_id: int) -> frozenset[str]:
        """What a person is to it, beside its author: one of those who write it with them."""
        writes = any(each.person_id == person_id for each in self.coauthors)
        return frozenset({COAUTHOR} if writes else ())

    @property
    def writers(self) -> list[int]:
        """Its author, and those who write it with them; none of an idea from another site."""
        together = [each.person_id for each in self.coauthors]
        return together if self.author_id is None else [self.author_id, *together]

    def is_written_by(self, person_id: int | None) -> bool:
        """Whether somebody is its author, or one of those who write it with them."""
        return person_id in self.writers


class IdeaCoauthor(Base):
    """Somebody writes an idea together with its author, who has invited them."""

    __tablename__ = "idea_coauthor"

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    joined_at: Mapped[datetime]


class IdeaInvitation(Base):
    """Whoever holds an address, account or not, is asked to write an idea with its author; gone
    once answered."""

    __tablename__ = "idea_invitation"
    __table_args__ = (UniqueConstraint("idea_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254), index=True)
    invited_at: Mapped[datetime]


class Subject(Base):
    """An entry of the service's managed list of subjects. An archived one is no longer offered."""

    __tablename__ = "subject"
    __table_args__ = (UniqueConstraint("service_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]


class Criterion(Base):
    """One of the criteria on which ideas of a service are judged.

    An empty ``name`` or ``question`` stands for the usual wording of ``code``, in the reader's
    language (see `eak_core.ideas.describing.criteria`).
    """

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("service_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80), default="")
    question: Mapped[str] = mapped_column(String(300), default="")
    weight: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]


class Commune(Base):
    """A commune of the territory, by its INSEE code."""

    __tablename__ = "commune"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    postcode: Mapped[str] = mapped_column(String(40))  # several are separated by a space
    population: Mapped[int]
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)


class IdeaSubject(Base):
    """An idea is about a subject."""

    __tablename__ = "idea_subject"
    __table_args__ = (Index("ix_idea_subject_subject_id", "subject_id", "idea_id"),)

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)


class IdeaCommune(Base):
    """An idea would be tried in a commune."""

    __tablename__ = "idea_commune"
    __table_args__ = (Index("ix_idea_commune_commune_code", "commune_code", "idea_id"),)

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), primary_key=True)


class IdeaCriterion(Base):
    """What the author says of their idea on one criterion."""

    __tablename__ = "idea_criterion"

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), primary_key=True)
    statement: Mapped[str] = mapped_column(Text)


class StageChange(Base):
    """An idea went from one stage to another, by whom, when, and the public reason.

    The submission itself is `Idea.submitted_at`; it needs no reason and has no row here.
    """

    __tablename__ = "stage_change"
    __table_args__ = (Index("ix_stage_change_idea_id", "idea_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    from_stage: Mapped[str] = mapped_column(String(64))
    to_stage: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class IdeaTransfer(Base):
    """An idea went from one service (``from_id``) to another, with all that belongs to it; whoever
    reads both may read the ``reason``."""

    __tablename__ = "idea_transfer"
    __table_args__ = (Index("ix_idea_transfer_idea_id", "idea_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    from_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class Opinion(Base):
    """A reviewer on an idea: asked (``asked_at``), with an opinion (``given_at``), or with no part
    in it because of a ``conflict``, for the reason that it says.

    ``advice`` is ``accept`` or ``reject``; ``marks`` what is said on each criterion, by its code
    (JSON). Only those who run the service read it.
    """

    __tablename__ = "idea_opinion"
    __table_args__ = (UniqueConstraint("idea_id", "reviewer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    reviewer_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    asked_by: Mapped[int | None]
    asked_at: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
    advice: Mapped[str | None] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text)
    marks: Mapped[str] = mapped_column(Text)
    conflict: Mapped[str | None] = mapped_column(Text)


class IdeaStanding(Base):
    """As what an idea is counted in the totals of its service: its stage, whether everybody may
    read it (``shown``), the ids of its subjects and the codes of its communes, parted by spaces;
    by whom it was submitted here and when, and when the first answer was given.

    Written at commits alone, while the head of the log is held, and by nothing else; a foreign key
    would lock the idea, which somebody may hold who waits for that head.
    """

    __tablename__ = "idea_standing"

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idea_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stage: Mapped[str] = mapped_column(String(64))
    shown: Mapped[bool]
    subjects: Mapped[str] = mapped_column(Text)
    communes: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    submitted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class IdeaTotal(Base):
    """How many ideas of a service there are of one kind (see `eak_core.ideas.counting.totals`)."""

    __tablename__ = "idea_total"

    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    ideas: Mapped[int]
