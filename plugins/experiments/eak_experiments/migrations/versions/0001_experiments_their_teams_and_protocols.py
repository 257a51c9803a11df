"""Experiments, their teams and protocols."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiments_experiment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("communes", sa.String(length=400), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("created_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
            name=op.f("fk_experiments_experiment_created_by_person"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name=op.f("fk_experiments_experiment_idea_id_idea"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_experiments_experiment_service_id_service"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiments_experiment")),
        sa.UniqueConstraint(
            "created_by", "form_key", name=op.f("uq_experiments_experiment_created_by_form_key")
        ),
    )
    with op.batch_alter_table("experiments_experiment") as batch_op:
        batch_op.create_index("ix_experiments_experiment_idea", ["idea_id"], unique=False)
        batch_op.create_index(
            "ix_experiments_experiment_list", ["service_id", "stage", "id"], unique=False
        )

    op.create_table(
        "experiments_member",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("since", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments_experiment.id"],
            name=op.f("fk_experiments_member_experiment_id_experiments_experiment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_experiments_member_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("experiment_id", "person_id", name=op.f("pk_experiments_member")),
    )
    with op.batch_alter_table("experiments_member") as batch_op:
        batch_op.create_index("ix_experiments_member_person", ["person_id"], unique=False)

    op.create_table(
        "experiments_protocol",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments_experiment.id"],
            name=op.f("fk_experiments_protocol_experiment_id_experiments_experiment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("experiment_id", "version", name=op.f("pk_experiments_protocol")),
    )
    op.create_table(
        "experiments_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments_experiment.id"],
            name=op.f("fk_experiments_step_experiment_id_experiments_experiment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_experiments_step_person_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiments_step")),
    )
    with op.batch_alter_table("experiments_step") as batch_op:
        batch_op.create_index("ix_experiments_step_of", ["experiment_id", "id"], unique=False)
