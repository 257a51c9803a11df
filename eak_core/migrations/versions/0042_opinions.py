"""Opinions of reviewers on ideas, before a decision is made about them."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "service", sa.Column("opinions", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "idea_opinion",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "idea_id", sa.Integer(), sa.ForeignKey("idea.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("reviewer_id", sa.Integer(), sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("asked_by", sa.Integer()),
        sa.Column("asked_at", INSTANT),
        sa.Column("given_at", INSTANT),
        sa.Column("advice", sa.String(10)),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("conflict", sa.Text()),
        sa.UniqueConstraint("idea_id", "reviewer_id", name="uq_idea_opinion_idea_id_reviewer_id"),
    )
    op.create_index("ix_idea_opinion_reviewer_id", "idea_opinion", ["reviewer_id"])


def downgrade() -> None:
    op.drop_table("idea_opinion")
    op.drop_column("service", "opinions")
