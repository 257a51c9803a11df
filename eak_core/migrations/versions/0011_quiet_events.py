"""How many events were not quiet: what the validator of visitors' pages is made of."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("log_head", "subscription"):
        op.add_column(
            table, sa.Column("shown", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
        )
    # From where the validators of now stand, so that none of them ever comes back.
    op.execute("UPDATE log_head SET shown = position")
    op.execute("UPDATE subscription SET shown = handled")


def downgrade() -> None:
    for table in ("log_head", "subscription"):
        op.drop_column(table, "shown")
