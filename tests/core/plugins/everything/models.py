"""A table that a handler fills."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base


class Seen(Base):
    """An event that the plugin has handled."""

    __tablename__ = "everything_seen"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int]
    position: Mapped[int]
    type: Mapped[str] = mapped_column(String(60))
    replaying: Mapped[bool]
