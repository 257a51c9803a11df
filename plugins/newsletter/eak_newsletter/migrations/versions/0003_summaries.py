"""Summaries, and letters that came back."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "newsletter_returned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["newsletter_issue.id"],
            name=op.f("fk_newsletter_returned_issue_id_newsletter_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_returned")),
        sa.UniqueConstraint(
            "delivery_id", "kind", name=op.f("uq_newsletter_returned_delivery_id_kind")
        ),
    )
    with op.batch_alter_table("newsletter_returned") as batch_op:
        batch_op.create_index("ix_newsletter_returned_issue_id", ["issue_id", "kind"], unique=False)
        batch_op.create_index(
            "ix_newsletter_returned_subscriber_id", ["subscriber_id", "id"], unique=False
        )

    with op.batch_alter_table("newsletter_issue") as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=10), server_default="issue", nullable=False)
        )
