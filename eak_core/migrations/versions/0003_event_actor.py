"""Where a person has acted is found without going through the log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    named = sa.text("actor_id IS NOT NULL")
    op.create_index(
        "ix_event_log_actor_id",
        "event_log",
        ["actor_id", "service_id"],
        postgresql_where=named,
        sqlite_where=named,
    )


def downgrade() -> None:
    op.drop_index("ix_event_log_actor_id", "event_log")
