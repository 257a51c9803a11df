"""The table of files."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base

Kind = Literal["picture", "document"]

NAME_LENGTH = 120
ALT_LENGTH = 300
TOKEN_LENGTH = 32


class StoredFile(Base):
    """A file that belongs to something: ``subject`` as moderation names it (``idea:12``), of the
    room or plugin ``owner``, which says who may see it.

    ``token`` is random and makes the address. ``digest`` is the SHA-256 of what was sent: the same
    file stands at most once on the same thing, however often its form is sent. ``size`` counts the
    bytes that are kept, all renditions together; ``width`` and ``height`` are those of the largest.
    A picture without ``alt``, what it says to those who do not see it, is shown to nobody but who
    sent it, unless it is ``decorative`` and says nothing.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        UniqueConstraint("service_id", "owner", "subject", "digest"),
        # A decision to hide a file must never be met by another one that got its number.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    owner: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(64))
    uploader_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    token: Mapped[str] = mapped_column(String(TOKEN_LENGTH), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    alt: Mapped[str] = mapped_column(String(ALT_LENGTH), default="")
    decorative: Mapped[bool] = mapped_column(default=False, server_default=false())
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    created_at: Mapped[datetime]

    @property
    def is_picture(self) -> bool:
        """Whether pages show it; documents are only linked."""
        return self.kind == "picture"

    @property
    def is_shown(self) -> bool:
        """Whether it is ready to be shown: pictures must have been described, or be decorative."""
        return not self.is_picture or bool(self.alt) or self.decorative

    @property
    def moderated_as(self) -> str:
        """How moderation names it."""
        return f"file:{self.id}"
