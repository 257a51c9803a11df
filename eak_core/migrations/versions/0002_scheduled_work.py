"""What is to happen by itself at an instant: the opening and closing of ballots, reminders."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduled_work",
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("due_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("plugin", "service_id", "name", name="pk_scheduled_work"),
    )
    op.create_index("ix_scheduled_work_next_attempt_at", "scheduled_work", ["next_attempt_at"])


def downgrade() -> None:
    op.drop_table("scheduled_work")
