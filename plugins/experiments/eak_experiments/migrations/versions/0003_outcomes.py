"""Outcomes, kits and what comes from elsewhere."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiments_place",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("commune", sa.String(length=5), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments_experiment.id"],
            name=op.f("fk_experiments_place_experiment_id_experiments_experiment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_experiments_place_service_id_service")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "commune", name=op.f("pk_experiments_place")),
    )
    op.create_index("ix_experiments_place_commune", "experiments_place", ["service_id", "commune"])
    # One by one: SQLite would rebuild the table otherwise, and lose with its rows all that hangs on
    # them.
    for column in (
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("closed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.Column("lowered_to", sa.Integer(), nullable=True),
        sa.Column("lowered_because", sa.Text(), nullable=False, server_default=""),
        sa.Column("kit", sa.Text(), nullable=True),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column("fidelity", sa.Integer(), nullable=True),
        sa.Column("adaptations", sa.Text(), nullable=False, server_default=""),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("source_url", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("about", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("experiments_experiment", column)
    op.create_index("ix_experiments_experiment_origin", "experiments_experiment", ["origin_id"])
    op.create_index(
        "ix_experiments_experiment_outcome", "experiments_experiment",
        ["service_id", "outcome", "id"],
    )  # fmt: skip
    op.create_index(
        "uq_experiments_experiment_source", "experiments_experiment", ["service_id", "source"],
        unique=True,
    )  # fmt: skip
    _fill_places()


def _fill_places() -> None:
    """Those that everybody may read are found in their communes."""
    bind = op.get_bind()
    trials = sa.table(
        "experiments_experiment", sa.column("id"), sa.column("service_id"),
        sa.column("communes"), sa.column("stage"),
    )  # fmt: skip
    places = sa.table(
        "experiments_place",
        sa.column("experiment_id"), sa.column("commune"), sa.column("service_id"),
    )  # fmt: skip
    for row in bind.execute(sa.select(trials).where(trials.c.stage != "draft")).all():
        for code in row.communes.split():
            values = {"experiment_id": row.id, "commune": code, "service_id": row.service_id}
            bind.execute(sa.insert(places).values(values))
