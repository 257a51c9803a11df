"""The table of the keys that were ever signed with: their public halves alone."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base
from eak_core.transparency.checkpoint import VerifierKey
from eak_core.transparency.jwk import thumbprint

PUBLIC_BYTES = 32
PURPOSE_LENGTH = 40


class SigningKey(Base):
    """The ``number``-th key (from 1) that ``plugin`` signs with for a ``purpose`` in a service.

    ``public`` is its public half (Ed25519, RFC 8032) and ``name`` the name that signatures bear;
    ``file`` is where its private half lies, below ``secrets/`` of the instance. It signs from
    ``since`` until ``until``, None for the one that signs now. Where the private half was in other
    hands, ``revoked_since`` says from when on signatures prove nothing, and ``reason`` why.
    ``introduction`` is the note that the key before and this one have signed together.

    No row is ever deleted: what was signed once is checked for ever.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        # Whatever runs at the same time: the database itself knows of one that signs now.
        Index(
            "ix_signing_key_current",
            "service_id",
            "plugin",
            "purpose",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    # No foreign key: the site itself has the number 0 (`eak_core.api.SITE`).
    service_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LENGTH), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    public: Mapped[bytes] = mapped_column(LargeBinary(PUBLIC_BYTES))
    file: Mapped[str] = mapped_column(String(160))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    revoked_since: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    introduction: Mapped[str | None] = mapped_column(Text)

    @property
    def kid(self) -> str:
        """What it is called where keys are listed: its thumbprint (RFC 7638)."""
        return thumbprint(self.public)

    @property
    def verifier_key(self) -> VerifierKey:
        """What signed notes are verified with."""
        return VerifierKey(self.name, self.public)
