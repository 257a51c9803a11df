"""What happens while an experiment is under way."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiments_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("written_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments_experiment.id"],
            name=op.f("fk_experiments_entry_experiment_id_experiments_experiment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_experiments_entry_service_id_service")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"],
            ["person.id"],
            name=op.f("fk_experiments_entry_written_by_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiments_entry")),
        sa.UniqueConstraint(
            "written_by", "form_key", name=op.f("uq_experiments_entry_written_by_form_key")
        ),
    )
    with op.batch_alter_table("experiments_entry") as batch_op:
        batch_op.create_index(
            "ix_experiments_entry_list", ["experiment_id", "day", "id"], unique=False
        )

    op.create_table(
        "experiments_measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("hypothesis", sa.String(length=8), nullable=False),
        sa.Column("arm", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("thousandths", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("entered_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("struck_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("struck_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["person.id"],
            name=op.f("fk_experiments_measure_entered_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments_experiment.id"],
            name=op.f("fk_experiments_measure_experiment_id_experiments_experiment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiments_measure")),
    )
    with op.batch_alter_table("experiments_measure") as batch_op:
        batch_op.create_index(
            "ix_experiments_measure_list", ["experiment_id", "day", "id"], unique=False
        )
        batch_op.create_index(
            "uq_experiments_measure_day",
            ["experiment_id", "hypothesis", "arm", "day"],
            unique=True,
            sqlite_where=sa.text("struck_at IS NULL"),
            postgresql_where=sa.text("struck_at IS NULL"),
        )

    op.create_table(
        "experiments_alert",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("hypothesis", sa.String(length=8), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("raised_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["person.id"],
            name=op.f("fk_experiments_alert_answered_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments_experiment.id"],
            name=op.f("fk_experiments_alert_experiment_id_experiments_experiment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"],
            ["experiments_measure.id"],
            name=op.f("fk_experiments_alert_measure_id_experiments_measure"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("experiment_id", "hypothesis", name=op.f("pk_experiments_alert")),
    )
