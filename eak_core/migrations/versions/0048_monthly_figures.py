"""Figures of a service month by month: when ideas were submitted and answered, and by whom."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)
_PARIS = ZoneInfo("Europe/Paris")
_TOTAL = sa.table(
    "idea_total", sa.column("service_id"), sa.column("kind"), sa.column("key"), sa.column("ideas")
)
# As they stood at this revision: a migration does not import what may change later.
_OF_IDEA = """UPDATE idea_standing SET
    author_id = (SELECT author_id FROM idea WHERE idea.id = idea_standing.idea_id),
    submitted_at = (SELECT submitted_at FROM idea WHERE idea.id = idea_standing.idea_id
        AND source IS NULL),
    answered_at = (SELECT answered_at FROM idea WHERE idea.id = idea_standing.idea_id
        AND source IS NULL)"""


def upgrade() -> None:
    op.add_column("idea_standing", sa.Column("author_id", sa.Integer()))
    op.add_column("idea_standing", sa.Column("submitted_at", INSTANT))
    op.add_column("idea_standing", sa.Column("answered_at", INSTANT))
    op.execute(_OF_IDEA)
    known = sa.text(
        "SELECT service_id, stage, author_id, submitted_at, answered_at FROM idea_standing"
        " WHERE submitted_at IS NOT NULL"
    ).columns(submitted_at=INSTANT, answered_at=INSTANT)
    totals = Counter[tuple[int, str, str]]()
    for row in op.get_bind().execute(known):
        totals.update((row.service_id, *place) for place in _counted(row))
    if totals:
        op.bulk_insert(
            _TOTAL,
            [
                {"service_id": service, "kind": kind, "key": key, "ideas": number}
                for (service, kind, key), number in sorted(totals.items())
            ],
        )


def downgrade() -> None:
    op.execute("DELETE FROM idea_total WHERE kind IN ('month', 'author', 'delay')")
    for name in ("answered_at", "submitted_at", "author_id"):
        op.drop_column("idea_standing", name)


def _counted(row: Any) -> list[tuple[str, str]]:
    month = _month(row.submitted_at)
    found = [("month", month)]
    if row.stage != "withdrawn" and row.author_id is not None:
        found.append(("author", f"{month}:{row.author_id}"))
    if row.stage != "withdrawn" and row.answered_at is not None:
        days = max(0, (row.answered_at - row.submitted_at).days)
        found.append(("delay", f"{_month(row.answered_at)}:{days}"))
    return found


def _month(at: datetime) -> str:
    return f"{at.replace(tzinfo=at.tzinfo or UTC).astimezone(_PARIS):%Y-%m}"
