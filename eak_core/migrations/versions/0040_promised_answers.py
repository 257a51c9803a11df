"""Until when an answer to an idea was promised, and when the first one was given."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0040"
down_revision = "0036"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)
WAITS = sa.text("answer_by IS NOT NULL AND answered_at IS NULL")


def upgrade() -> None:
    op.add_column("service", sa.Column("answer_days", sa.Integer()))
    op.add_column("idea", sa.Column("answer_by", INSTANT))
    op.add_column("idea", sa.Column("answered_at", INSTANT))
    op.create_index(
        "ix_idea_promised",
        "idea",
        ["service_id", "stage", "answer_by"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


def downgrade() -> None:
    op.drop_index("ix_idea_promised", "idea")
    op.drop_column("idea", "answered_at")
    op.drop_column("idea", "answer_by")
    op.drop_column("service", "answer_days")
