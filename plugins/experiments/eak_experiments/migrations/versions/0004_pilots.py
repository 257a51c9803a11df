"""Pilots."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiments_pilot",
        sa.Column("proposal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_experiments_pilot")),
    )
    with op.batch_alter_table("experiments_pilot") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_experiments_pilot_service_id"), ["service_id"], unique=False
        )
