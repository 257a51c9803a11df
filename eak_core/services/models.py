"""The table of services: the spaces of the site."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from eak_core import clock
from eak_core.db import Base

#: Who may read a service: everybody, agents, or as long as it is prepared those who run it.
Audience = Literal["public", "internal", "preparing"]
AUDIENCES: tuple[Audience, ...] = ("public", "internal", "preparing")


class Service(Base):
    """A directorate or mission, with its address, theme, audience and log.

    ``slug`` is the address and never changes once given. ``theme`` is empty where the service
    follows the site. One that is ``preparing`` is internal, and not yet for agents either: whatever
    asks whether it is public needs to know no more. ``version_id`` grows with each change, so that
    two managers who edit at once do not undo each other.
    """

    __tablename__ = "service"
    __table_args__ = (CheckConstraint("audience IN ('public', 'internal')", name="audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[str] = mapped_column(String(10), default="public")
    preparing: Mapped[bool] = mapped_column(default=False, server_default=false())
    theme: Mapped[str | None] = mapped_column(String(40))
    #: Within how many days an answer to a new idea is promised; None where none is.
    answer_days: Mapped[int | None]
    #: How many opinions are asked for before an idea leaves its screening.
    opinions: Mapped[int] = mapped_column(default=0, server_default="0")
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    version_id: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version_id}  # noqa: RUF012  # SQLAlchemy reads it so

    @property
    def readers(self) -> str:
        """Its `Audience`, as those who run it choose it."""
        return "preparing" if self.preparing else self.audience
