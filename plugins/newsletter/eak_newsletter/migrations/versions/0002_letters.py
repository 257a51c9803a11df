"""Letters and what became of each."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "newsletter_sender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_sender")),
    )
    op.create_table(
        "newsletter_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=150), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("since", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("until", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("created_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("starts_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("begun_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("filled_to", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_newsletter_issue_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_issue")),
        sa.UniqueConstraint(
            "service_id", "number", name=op.f("uq_newsletter_issue_service_id_number")
        ),
    )
    with op.batch_alter_table("newsletter_issue") as batch_op:
        batch_op.create_index(
            "ix_newsletter_issue_state", ["service_id", "state", "id"], unique=False
        )

    op.create_table(
        "newsletter_delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("sender_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["newsletter_issue.id"],
            name=op.f("fk_newsletter_delivery_issue_id_newsletter_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_delivery")),
        sa.UniqueConstraint(
            "issue_id", "subscriber_id", name=op.f("uq_newsletter_delivery_issue_id_subscriber_id")
        ),
    )
    with op.batch_alter_table("newsletter_delivery") as batch_op:
        batch_op.create_index(
            "ix_newsletter_delivery_due",
            ["issue_id", "next_attempt_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
            postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
        )
        batch_op.create_index("ix_newsletter_delivery_state", ["issue_id", "state"], unique=False)

    op.create_table(
        "newsletter_story",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("heading", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["newsletter_issue.id"],
            name=op.f("fk_newsletter_story_issue_id_newsletter_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_story")),
        sa.UniqueConstraint(
            "issue_id", "owner", "key", name=op.f("uq_newsletter_story_issue_id_owner_key")
        ),
    )
    with op.batch_alter_table("newsletter_story") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_newsletter_story_issue_id"), ["issue_id"], unique=False
        )
