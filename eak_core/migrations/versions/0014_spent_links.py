"""Signed links that hold once and were used."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spent_link",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("expires_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_spent_link"),
    )
    op.create_index("ix_spent_link_expires_at", "spent_link", ["expires_at"])


def downgrade() -> None:
    op.drop_table("spent_link")
