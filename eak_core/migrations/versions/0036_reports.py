"""Reports of what people wrote, appeals against what was decided, and the charters of services."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)
OPEN = sa.text("outcome IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_moderation_decision_subject", "moderation_decision", ["service_id", "subject"]
    )
    op.create_index(
        "ix_moderation_decision_decided_at",
        "moderation_decision",
        ["service_id", "decided_at", "id"],
    )
    op.create_table(
        "moderation_report",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("ground", sa.String(20), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("name", sa.String(80)),
        sa.Column("email", sa.String(254)),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(10)),
        sa.Column("answer", sa.Text()),
        sa.Column("decision_id", sa.Integer(), sa.ForeignKey("moderation_decision.id")),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("decided_at", INSTANT),
    )
    op.create_index("ix_moderation_report_reporter_id", "moderation_report", ["reporter_id"])
    op.create_index(
        "ix_moderation_report_reported_at", "moderation_report", ["service_id", "reported_at"]
    )
    op.create_index(
        "ix_moderation_report_open",
        "moderation_report",
        ["service_id", "subject"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "moderation_appeal",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column(
            "decision_id", sa.Integer(), sa.ForeignKey("moderation_decision.id"), unique=True
        ),
        sa.Column("report_id", sa.Integer(), sa.ForeignKey("moderation_report.id"), unique=True),
        sa.Column("appellant_id", sa.Integer(), sa.ForeignKey("person.id")),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(10)),
        sa.Column("answer", sa.Text()),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("decided_at", INSTANT),
    )
    op.create_index("ix_moderation_appeal_appellant_id", "moderation_appeal", ["appellant_id"])
    op.create_index("ix_moderation_appeal_made_at", "moderation_appeal", ["service_id", "made_at"])
    op.create_index(
        "ix_moderation_appeal_open",
        "moderation_appeal",
        ["service_id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "moderation_charter",
        sa.Column(
            "service_id",
            sa.Integer(),
            sa.ForeignKey("service.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Integer()),
        sa.Column("changed_at", INSTANT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("moderation_charter")
    op.drop_table("moderation_appeal")
    op.drop_table("moderation_report")
    op.drop_index("ix_moderation_decision_decided_at", "moderation_decision")
    op.drop_index("ix_moderation_decision_subject", "moderation_decision")
