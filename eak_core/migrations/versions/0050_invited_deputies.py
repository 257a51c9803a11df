"""Deputies are invited, so that naming one tells nobody who has an account."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("role_invitation", sa.Column("for_id", sa.Integer()))
    op.add_column("role_invitation", sa.Column("begins_at", INSTANT))
    op.add_column("role_invitation", sa.Column("ends_at", INSTANT))


def downgrade() -> None:
    for name in ("ends_at", "begins_at", "for_id"):
        op.drop_column("role_invitation", name)
