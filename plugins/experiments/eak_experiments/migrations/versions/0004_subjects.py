"""Subjects, and lists that cost the same however long."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiments_subject",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments_experiment.id"],
            name=op.f("fk_experiments_subject_experiment_id_experiments_experiment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_experiments_subject_service_id_service")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "subject", name=op.f("pk_experiments_subject")),
    )
    with op.batch_alter_table("experiments_subject") as batch_op:
        batch_op.create_index("ix_experiments_subject_of", ["service_id", "subject"], unique=False)
    op.drop_index("ix_experiments_experiment_list", table_name="experiments_experiment")
    op.drop_index("ix_experiments_experiment_outcome", table_name="experiments_experiment")
    op.create_index(
        "ix_experiments_experiment_list", "experiments_experiment", ["service_id", "id"]
    )
    op.create_index(
        "ix_experiments_experiment_stage", "experiments_experiment",
        ["service_id", "stage", "outcome"],
    )  # fmt: skip
