"""The idea that a merged one became part of."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idea", sa.Column("merged_into_id", sa.Integer()))
    op.create_index("ix_idea_merged_into_id", "idea", ["merged_into_id"])


def downgrade() -> None:
    op.drop_index("ix_idea_merged_into_id", "idea")
    op.drop_column("idea", "merged_into_id")
