"""No mark on what was written lately: of a register and a box that are marked alike, the rows that
are alone in their mark belong together."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = ("voting_register", "voting_paper")


def upgrade() -> None:
    # Not in a batch: that would make the tables anew with a number for each row, in its order.
    for table in _TABLES:
        op.drop_column(table, "shuffled")


def downgrade() -> None:
    for table in _TABLES:
        op.add_column(
            table, sa.Column("shuffled", sa.Boolean(), nullable=False, server_default=sa.true())
        )
