"""Where failures of plugins come from, and in which version one was suspended."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plugin_activation", sa.Column("suspended_version", sa.String(length=60)))
    op.create_table(
        "plugin_fault_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("page", sa.String(length=32), nullable=False),
        sa.Column("client", sa.String(length=32), nullable=False),
        sa.Column("at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plugin_fault_source"),
    )
    op.create_index(
        "ix_plugin_fault_source_service_id_plugin_at",
        "plugin_fault_source",
        ["service_id", "plugin", "at"],
    )


def downgrade() -> None:
    op.drop_table("plugin_fault_source")
    with op.batch_alter_table("plugin_activation") as activation:
        activation.drop_column("suspended_version")
