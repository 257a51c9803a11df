"""The tables of matching rounds: who takes part, what they wish, and what came of it."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model
from eak_matchmaking.models import NAME_LENGTH

#: Where a round stands: preferences are declared, it was matched, or it was called off before.
State = Literal["open", "closed", "cancelled"]
#: Who declared a wish.
WishBy = Literal["partner", "idea"]
#: Where a pair stands: it waits for a decision, or what became of it. One is ``dropped`` where the
#: organisation or the idea is there no longer.
PairStanding = Literal["waiting", "confirmed", "declined", "dropped"]


class MatchingRound(Model):
    """Preferences are declared until ``closes_at``; then ideas and partners are matched.

    ``ended_because`` is why it ended before the date that was said first, ``cancelled_because`` why
    it was called off. Of a round that is ``closed``, ``document`` is the instance that everybody
    can match again, with its SHA-256 in hexadecimal digits (empty where nobody could go with
    anybody), ``seed`` that of its lots, and ``result`` a `eak_matchmaking.matching.result.Result`.
    """

    __tablename__ = "matchmaking_round"
    __table_args__ = (
        UniqueConstraint("opened_by", "form_key"),
        # One at a time: the places of a partner can be promised once.
        Index(
            "uq_matchmaking_round_open",
            "service_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_matchmaking_round_list", "service_id", "opened_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    title: Mapped[str] = mapped_column(String(NAME_LENGTH))
    text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), info={"typed": False})
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    closes_at: Mapped[datetime]
    ended_because: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    cancelled_because: Mapped[str] = mapped_column(Text, default="")
    seed: Mapped[str] = mapped_column(String(64), default="", info={"typed": False})
    document: Mapped[str] = mapped_column(Text, default="", info={"typed": False})
    document_hash: Mapped[str] = mapped_column(String(64), default="", info={"typed": False})
    result: Mapped[str] = mapped_column(Text, default="", info={"typed": False})
    form_key: Mapped[str | None] = mapped_column(String(36), info={"typed": False})


class RoundIdea(Model):
    """An idea takes part in a round."""

    __tablename__ = "matchmaking_round_idea"
    __table_args__ = (Index("ix_matchmaking_round_idea_idea", "idea_id"),)

    round_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_round.id", ondelete="CASCADE"), primary_key=True
    )
    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )


class Wish(Model):
    """A partner wants an idea in the ``place`` of its list, from 1, or not at all (0); or an idea a
    partner: who declared it says ``by``. Nobody else ever reads it."""

    __tablename__ = "matchmaking_wish"
    __table_args__ = (
        Index("ix_matchmaking_wish_person", "declared_by"),
        Index("ix_matchmaking_wish_organisation", "organisation_id"),
    )

    round_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_round.id", ondelete="CASCADE"), primary_key=True
    )
    by: Mapped[str] = mapped_column(String(10), primary_key=True, info={"typed": False})
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_organisation.id", ondelete="CASCADE"), primary_key=True
    )
    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int]
    declared_at: Mapped[datetime]
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Pair(Model):
    """A round brings an idea and an organisation together, with a ``score``: that of an offer for a
    need, the best of the two sides. Those who run the service confirm or decline it, for a public
    ``reason``; a confirmed one is a proposal from then on."""

    __tablename__ = "matchmaking_pair"
    __table_args__ = (
        Index("ix_matchmaking_pair_standing", "standing", "round_id"),
        Index("ix_matchmaking_pair_organisation", "organisation_id", "standing"),
        Index("ix_matchmaking_pair_idea", "idea_id", "standing"),
        Index("ix_matchmaking_pair_proposal", "proposal_id"),
    )

    round_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_round.id", ondelete="CASCADE"), primary_key=True
    )
    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_organisation.id", ondelete="CASCADE")
    )
    offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("matchmaking_offer.id", ondelete="SET NULL")
    )
    need_id: Mapped[int | None] = mapped_column(
        ForeignKey("matchmaking_need.id", ondelete="SET NULL")
    )
    score: Mapped[int]
    standing: Mapped[str] = mapped_column(String(10), info={"typed": False})
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    because: Mapped[str] = mapped_column(String(20), default="", info={"typed": False})
    reason: Mapped[str] = mapped_column(Text, default="")
    proposal_id: Mapped[int | None] = mapped_column(
        ForeignKey("matchmaking_proposal.id", ondelete="SET NULL")
    )
