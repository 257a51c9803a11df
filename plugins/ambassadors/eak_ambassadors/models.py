"""What people entered: who nominated whom."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model

NAME_LENGTH, ADDRESS_LENGTH, TEXT_LENGTH = 120, 254, 4_000


class Nomination(Model):
    """Somebody nominated an agent, who is known by their address until they have agreed.

    Only the person who was nominated sees ``refused_at``. To everybody else ``agreed_at`` alone
    tells where a nomination stands, and so a refused one and one that waits are the same; once the
    time to answer is over, both lose what names anybody.
    """

    __tablename__ = "ambassadors_nomination"
    __table_args__ = (
        UniqueConstraint("nominator_id", "form_key"),
        Index("ix_ambassadors_nomination_list", "service_id", "nominated_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    nominator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH), index=True)
    nominee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    examples: Mapped[str] = mapped_column(Text)
    conflict: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str | None] = mapped_column(String(36))
    badge_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    nominated_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
