"""The table that a handler fills."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "everything_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("replaying", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_everything_seen"),
    )


def downgrade() -> None:
    op.drop_table("everything_seen")
