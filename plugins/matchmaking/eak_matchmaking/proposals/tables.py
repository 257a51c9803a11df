"""The tables of proposals: what an organisation offers to pilot, and what happened since."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model

#: Where a proposal stands: nothing is decided yet, or what was.
Standing = Literal["open", "accepted", "declined", "withdrawn", "ended"]
#: Whom an open proposal waits for.
WaitsFor = Literal["author", "manager", "organisation"]
#: What the author of an idea thinks of a proposal.
View = Literal["for", "reserved", "against"]
VIEWS: tuple[View, ...] = get_args(View)
#: What happened to a proposal, and whose doing it was: ``site`` where it followed from something
#: else.
StepKind = Literal[
    "matched",
    "proposed",
    "viewed",
    "passed_on",
    "asked_back",
    "answered",
    "accepted",
    "declined",
    "withdrawn",
    "ended",
]
StepBy = Literal["organisation", "author", "manager", "site"]
#: Of each field of a proposal, in characters: the agreement is to fit on one page.
FIELD_LENGTH = 600
#: Of a question, an answer and a view, in characters.
WORDS_LENGTH = 1_500


#: What the log and moderation call a proposal.
PROPOSAL_NAME = "matchmaking.proposal"


class Proposal(Model):
    """An organisation offers to pilot an idea: what it ``brings``, in which ``place``, when
    (``timing``) and with whom (``team``), out of one of its offers or not, for a need or not.

    ``conflict`` is the conflict of interest that was declared; empty where it was said that there
    is none. An open one waits for somebody, since an instant. ``view`` is the last one of the
    author, ``offer_taken`` whether a pilot was taken from the offer, ``need_met`` whether it met
    the need: both are given back when it ends. One that a matching round has brought about holds
    its place at once, and its fields are empty until the organisation has filled them in.
    """

    __tablename__ = "matchmaking_proposal"
    __table_args__ = (
        UniqueConstraint("proposed_by", "form_key"),
        # One at a time of an organisation for an idea; after that it may propose again.
        Index(
            "uq_matchmaking_proposal_living",
            "organisation_id",
            "idea_id",
            unique=True,
            sqlite_where=text("standing IN ('open', 'accepted')"),
            postgresql_where=text("standing IN ('open', 'accepted')"),
        ),
        Index("ix_matchmaking_proposal_idea", "idea_id", "standing"),
        Index("ix_matchmaking_proposal_organisation", "organisation_id", "service_id", "id"),
        Index("ix_matchmaking_proposal_waiting", "service_id", "standing", "waits_since", "id"),
        Index("ix_matchmaking_proposal_offer", "offer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(
            "matchmaking_organisation.id", ondelete="CASCADE", name="fk_matchmaking_proposal_of"
        )
    )
    offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("matchmaking_offer.id", ondelete="SET NULL")
    )
    need_id: Mapped[int | None] = mapped_column(
        ForeignKey("matchmaking_need.id", ondelete="SET NULL")
    )
    brings: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    timing: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(Text)
    conflict: Mapped[str] = mapped_column(Text, default="")
    standing: Mapped[str] = mapped_column(String(20))
    waits_for: Mapped[str | None] = mapped_column(String(20), info={"typed": False})
    waits_since: Mapped[datetime | None]
    view: Mapped[str | None] = mapped_column(String(20), info={"typed": False})
    offer_taken: Mapped[bool] = mapped_column(default=False)
    need_met: Mapped[bool] = mapped_column(default=False)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    accepted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(String(36), info={"typed": False})

    @property
    def subject(self) -> str:
        """How moderation and the log name it."""
        return f"{PROPOSAL_NAME}:{self.id}"

    @property
    def living(self) -> bool:
        """Whether anything can still come of it."""
        return self.standing in ("open", "accepted")


class ProposalStep(Model):
    """What happened to a proposal, with the ``words`` that were said: a question, an answer, a
    view, a reason. Who it was is named by what they are to it (``by``), never by their name."""

    __tablename__ = "matchmaking_proposal_step"
    __table_args__ = (
        Index("ix_matchmaking_proposal_step_proposal", "proposal_id", "id"),
        Index("ix_matchmaking_proposal_step_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(
        ForeignKey(
            "matchmaking_proposal.id", ondelete="CASCADE", name="fk_matchmaking_proposal_step_of"
        )
    )
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    view: Mapped[str | None] = mapped_column(String(20), info={"typed": False})
    because: Mapped[str | None] = mapped_column(String(20), info={"typed": False})
    words: Mapped[str] = mapped_column(Text, default="")
