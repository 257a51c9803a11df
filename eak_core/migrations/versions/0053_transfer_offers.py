"""Ideas that one service offers to another."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)
WAITS = sa.text("outcome IS NULL")


def upgrade() -> None:
    op.create_table(
        "idea_transfer_offer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "idea_id", sa.Integer(), sa.ForeignKey("idea.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("from_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("to_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("offered_by", sa.Integer(), sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(10)),
        sa.Column("answered_by", sa.Integer()),
        sa.Column("answered_at", INSTANT),
        sa.Column("answer", sa.Text()),
    )
    op.create_index(
        "uq_idea_transfer_offer_waits",
        "idea_transfer_offer",
        ["idea_id"],
        unique=True,
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    for name in ("from_id", "to_id", "offered_by"):
        op.create_index(f"ix_idea_transfer_offer_{name}", "idea_transfer_offer", [name])


def downgrade() -> None:
    op.drop_table("idea_transfer_offer")
