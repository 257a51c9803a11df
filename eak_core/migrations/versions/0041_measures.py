"""Warnings and suspensions of those who misuse the site, and whose text a decision hides."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "moderation_measure",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("about", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("warning_id", sa.Integer(), sa.ForeignKey("moderation_measure.id")),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("lifted_by", sa.Integer()),
        sa.Column("lifted_at", INSTANT),
        sa.Column("lift_reason", sa.Text()),
        sa.CheckConstraint(
            "kind = 'warning' OR (warning_id IS NOT NULL AND until IS NOT NULL)",
            name="ck_moderation_measure_warned_before",
        ),
    )
    op.create_index("ix_moderation_measure_person_id", "moderation_measure", ["person_id"])
    op.create_index(
        "ix_moderation_measure_decided_at", "moderation_measure", ["service_id", "decided_at"]
    )
    # Without foreign keys, which SQLite does not add to a table that is there.
    op.add_column("moderation_decision", sa.Column("author_id", sa.Integer()))
    op.create_index(
        "ix_moderation_decision_author_id",
        "moderation_decision",
        ["author_id", "service_id"],
    )
    op.add_column("moderation_appeal", sa.Column("measure_id", sa.Integer()))
    op.create_index(
        "uq_moderation_appeal_measure_id", "moderation_appeal", ["measure_id"], unique=True
    )
    op.add_column("person", sa.Column("suspensions", sa.Text()))
    op.add_column(
        "notice_occasion",
        sa.Column("written", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("notice_occasion", "written")
    op.drop_column("person", "suspensions")
    op.drop_index("uq_moderation_appeal_measure_id", "moderation_appeal")
    op.drop_column("moderation_appeal", "measure_id")
    op.drop_index("ix_moderation_decision_author_id", "moderation_decision")
    op.drop_column("moderation_decision", "author_id")
    op.drop_table("moderation_measure")
