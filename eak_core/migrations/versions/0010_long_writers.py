"""What kept others from writing for longer than a second."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_long_writer",
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("longest", sa.Float(), nullable=False),
        sa.Column("last_seconds", sa.Float(), nullable=False),
        sa.Column("last_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("what", name="pk_health_long_writer"),
    )


def downgrade() -> None:
    op.drop_table("health_long_writer")
