"""What came back."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model


class Returned(Model):
    """That a letter came back, of which ``kind``; once each. It names the reader by a number."""

    __tablename__ = "newsletter_returned"
    __table_args__ = (
        UniqueConstraint("delivery_id", "kind"),
        Index("ix_newsletter_returned_subscriber_id", "subscriber_id", "id"),
        Index("ix_newsletter_returned_issue_id", "issue_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("newsletter_issue.id", ondelete="CASCADE"))
    delivery_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    subscriber_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
