"""Subjects of ambassadors."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ambassadors_ambassador") as batch_op:
        batch_op.add_column(
            sa.Column("subjects", sa.String(length=400), server_default="", nullable=False)
        )
