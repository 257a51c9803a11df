"""Revocations and renewals."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ambassadors_revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("ambassador_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revoked_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("appealed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ambassador_id"],
            ["ambassadors_ambassador.id"],
            name=op.f("fk_ambassadors_revocation_ambassador_id_ambassadors_ambassador"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["person.id"],
            name=op.f("fk_ambassadors_revocation_answered_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["person.id"], name=op.f("fk_ambassadors_revocation_revoked_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_ambassadors_revocation_service_id_service"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambassadors_revocation")),
    )
    with op.batch_alter_table("ambassadors_revocation") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ambassadors_revocation_ambassador_id"), ["ambassador_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_revocation_answered_by"), ["answered_by"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_revocation_revoked_by"), ["revoked_by"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_revocation_service_id"), ["service_id"], unique=False
        )

    with op.batch_alter_table("ambassadors_ambassador") as batch_op:
        batch_op.add_column(
            sa.Column("renewal_asked_at", eak_core.api.UTCDateTime(timezone=True), nullable=True)
        )
