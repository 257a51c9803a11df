"""The tables of suggestions: what was declined, which words mean the same, and who is shown how
often."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model


class Decline(Model):
    """An idea is not for an organisation: why, in one of the reasons of `scoring.declined`, and in
    ``words`` that its members alone read. ``kind`` is what the idea needed when it was declined."""

    __tablename__ = "matchmaking_decline"
    __table_args__ = (Index("ix_matchmaking_decline_service", "service_id", "organisation_id"),)

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_organisation.id", ondelete="CASCADE"), primary_key=True
    )
    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
    )
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    kind: Mapped[str] = mapped_column(String(20), info={"typed": False})
    reason: Mapped[str] = mapped_column(String(20), info={"typed": False})
    words: Mapped[str] = mapped_column(Text, default="")
    declined_at: Mapped[datetime]
    declined_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class ThesaurusGroup(Model):
    """Words that mean the same to a service: ``terms``, with commas between. One that ``replaces``
    a group that came with the plugin names its first term; without terms that one is off."""

    __tablename__ = "matchmaking_thesaurus_group"
    __table_args__ = (Index("ix_matchmaking_thesaurus_group_service", "service_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    replaces: Mapped[str] = mapped_column(String(100), default="", info={"typed": False})
    terms: Mapped[str] = mapped_column(String(1300))
    edited_at: Mapped[datetime]


class Exposure(Model):
    """How often an organisation stood among the first five of a list in a ``month`` (``2026-03``),
    counted once a day, the last time ``counted_on``. History: what the lists were then is known
    from nothing else, so a rebuild leaves it alone."""

    __tablename__ = "matchmaking_exposure"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True, info={"typed": False})
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_organisation.id", ondelete="CASCADE"), primary_key=True
    )
    shown: Mapped[int]
    counted_on: Mapped[date]


class Newcomer(Model):
    """A newcomer whom the first five of no list show has the fifth place of the list for
    ``need_id``, until the lists are counted again."""

    __tablename__ = "matchmaking_newcomer"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("matchmaking_organisation.id", ondelete="CASCADE"), primary_key=True
    )
    need_id: Mapped[int] = mapped_column(ForeignKey("matchmaking_need.id", ondelete="CASCADE"))
