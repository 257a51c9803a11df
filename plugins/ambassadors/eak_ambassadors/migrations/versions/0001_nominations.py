"""Nominations."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ambassadors_nomination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("nominator_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("nominee_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("examples", sa.Text(), nullable=False),
        sa.Column("conflict", sa.Text(), nullable=False),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.Column("badge_id", sa.String(length=36), nullable=True),
        sa.Column("nominated_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("refused_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["nominator_id"],
            ["person.id"],
            name=op.f("fk_ambassadors_nomination_nominator_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["nominee_id"], ["person.id"], name=op.f("fk_ambassadors_nomination_nominee_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_ambassadors_nomination_service_id_service"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ambassadors_nomination")),
        sa.UniqueConstraint("badge_id", name=op.f("uq_ambassadors_nomination_badge_id")),
        sa.UniqueConstraint(
            "nominator_id", "form_key", name=op.f("uq_ambassadors_nomination_nominator_id_form_key")
        ),
    )
    with op.batch_alter_table("ambassadors_nomination") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ambassadors_nomination_address"), ["address"], unique=False
        )
        batch_op.create_index(
            "ix_ambassadors_nomination_list", ["service_id", "nominated_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_nomination_nominator_id"), ["nominator_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ambassadors_nomination_nominee_id"), ["nominee_id"], unique=False
        )
