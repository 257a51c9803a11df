"""Decisions on ideas that are prepared before they are published."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0035"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idea_prepared",
        sa.Column(
            "idea_id", sa.Integer(), sa.ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("from_stage", sa.String(64), nullable=False),
        sa.Column("to_stage", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("prepared_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_idea_prepared_prepared_by", "idea_prepared", ["prepared_by"])


def downgrade() -> None:
    op.drop_table("idea_prepared")
