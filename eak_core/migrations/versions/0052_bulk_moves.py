"""Ideas that are brought to another stage by the hundred, some at a time."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idea_bulk_move",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("asked_by", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("from_stage", sa.String(64), nullable=False),
        sa.Column("to_stage", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64)),
        sa.Column("commune", sa.String(5)),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("stayed", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(10)),
    )
    for name in ("service_id", "asked_by"):
        op.create_index(f"ix_idea_bulk_move_{name}", "idea_bulk_move", [name])


def downgrade() -> None:
    op.drop_table("idea_bulk_move")
