"""Who gets the letter, and why."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model

Rhythm = Literal["issue", "weekly", "monthly"]
RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)
Standing = Literal["pending", "active", "stopped", "suspended"]
#: What is written into the ledger of consent.
Act = Literal[
    "asked", "confirmed", "imported", "changed", "stopped", "complained", "suspended", "erased"
]
#: Where it came from: a page, the link of a letter, a mail program (RFC 8058), an account, a list
#: that was taken in, a mail that came back, a request by letter.
Source = Literal["page", "link", "one_click", "account", "import", "bounce", "request", "age"]

#: RFC 5321, 4.5.3.1.
ADDRESS_LENGTH = 254


class Subscriber(Model):
    """An address that gets the letter of a service, or has asked for it, or has stopped it.

    ``standing`` follows from the ledger (`eak_newsletter.readers.ledger`) and is kept here for what
    asks for all readers at once. ``person_id`` is the account that subscribed, where one did.
    """

    __tablename__ = "newsletter_subscriber"
    __table_args__ = (
        UniqueConstraint("service_id", "address"),
        Index("ix_newsletter_subscriber_standing", "service_id", "standing", "id"),
        Index("ix_newsletter_subscriber_address", "address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    rhythm: Mapped[str] = mapped_column(String(10), default="issue")
    standing: Mapped[str] = mapped_column(String(10), default="pending")
    created_at: Mapped[datetime]


class Interest(Model):
    """What a reader wants to hear of: the code of a subject of the service, or of a commune."""

    __tablename__ = "newsletter_interest"

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("newsletter_subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)


class Wording(Model):
    """What somebody read when they agreed, word by word, or what a list was said to rest on."""

    __tablename__ = "newsletter_wording"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Consent(Model):
    """One entry of the ledger: added to, and never changed. It names a reader by their number
    alone, and outlives their row, so that what was agreed to stays proved once the address is
    gone."""

    __tablename__ = "newsletter_consent"
    __table_args__ = (Index("ix_newsletter_consent_subscriber_id", "subscriber_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    subscriber_id: Mapped[int]
    act: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    wording: Mapped[str | None] = mapped_column(ForeignKey("newsletter_wording.digest"))
