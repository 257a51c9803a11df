"""Evidence and questions."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ambassadors_evidence",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=True),
        sa.Column("occurred_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "service_id", "position", "rule_id", "person_id", name=op.f("pk_ambassadors_evidence")
        ),
    )
    with op.batch_alter_table("ambassadors_evidence") as batch_op:
        batch_op.create_index(
            "ix_ambassadors_evidence_person", ["person_id", "service_id", "position"], unique=False
        )

    op.create_table(
        "ambassadors_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("only", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_ambassadors_rule_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambassadors_rule")),
        sa.UniqueConstraint(
            "service_id",
            "event",
            "person",
            "only",
            name=op.f("uq_ambassadors_rule_service_id_event_person_only"),
        ),
    )
    op.create_table(
        "ambassadors_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("ambassador_id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["ambassador_id"],
            ["ambassadors_ambassador.id"],
            name=op.f("fk_ambassadors_request_ambassador_id_ambassadors_ambassador"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["asker_id"], ["person.id"], name=op.f("fk_ambassadors_request_asker_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_ambassadors_request_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambassadors_request")),
        sa.UniqueConstraint(
            "asker_id", "form_key", name=op.f("uq_ambassadors_request_asker_id_form_key")
        ),
    )
    with op.batch_alter_table("ambassadors_request") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ambassadors_request_ambassador_id"), ["ambassador_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_request_service_id"), ["service_id"], unique=False
        )

    with op.batch_alter_table("ambassadors_ambassador") as batch_op:
        batch_op.add_column(sa.Column("knows", sa.Text(), server_default="", nullable=False))
