"""Ideas that went from one service to another."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idea_transfer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "idea_id", sa.Integer(), sa.ForeignKey("idea.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("from_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("to_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("actor_id", sa.Integer(), sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_idea_transfer_idea_id", "idea_transfer", ["idea_id", "id"])
    op.create_index("ix_idea_transfer_actor_id", "idea_transfer", ["actor_id"])


def downgrade() -> None:
    op.drop_table("idea_transfer")
