"""How often each letter was read in the archive: sums, of people and programs alike."""

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.api import Model, Session, Tally, upsert
from eak_newsletter.issues.tables import Issue


class Views(Model):
    """How often an issue was read on the site. It names nobody, and no instant."""

    __tablename__ = "newsletter_views"

    issue_id: Mapped[int] = mapped_column(
        ForeignKey("newsletter_issue.id", ondelete="CASCADE"), primary_key=True
    )
    views: Mapped[int] = mapped_column(BigInteger)


def _write(session: Session, counts: Mapping[int, int]) -> None:
    # An issue that a purge took away meanwhile counts no more.
    there = session.scalars(
        select(Issue.id).where(Issue.id.in_(counts)).order_by(Issue.id).with_for_update(read=True)
    )
    rows = [{"issue_id": each, "views": counts[each]} for each in there]
    upsert(session, Views, rows, add=["views"])


READ = Tally(_write)


def views_of(session: Session, issues: Sequence[Issue]) -> dict[int, int]:
    """How often each of ``issues`` was read, as far as it is written; others are missing."""
    ids = [each.id for each in issues]
    rows = session.execute(select(Views.issue_id, Views.views).where(Views.issue_id.in_(ids)))
    return {row.issue_id: row.views for row in rows}
