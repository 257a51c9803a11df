"""The pace of each domain."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "newsletter_pace",
        sa.Column("domain", sa.String(length=64), nullable=False),
        sa.Column("free_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_newsletter_pace")),
    )
    with op.batch_alter_table("newsletter_delivery") as batch_op:
        batch_op.add_column(
            sa.Column("in_turn", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
