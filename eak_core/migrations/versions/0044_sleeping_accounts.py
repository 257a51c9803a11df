"""When somebody was warned that their account is erased unless they use it."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("sleep_warned_at", eak_core.db.UTCDateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("person", "sleep_warned_at")
