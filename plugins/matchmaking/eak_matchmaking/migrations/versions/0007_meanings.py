"""What texts of offers and needs mean."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matchmaking_meaning",
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("row_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_matchmaking_meaning_service_id_service"
        ),
        sa.PrimaryKeyConstraint("kind", "row_id", name="pk_matchmaking_meaning"),
    )
    op.create_index("ix_matchmaking_meaning_service", "matchmaking_meaning", ["service_id"])
