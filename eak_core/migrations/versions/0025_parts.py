"""How far scheduled work is that is done in parts."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("done", "total"):
        op.add_column("scheduled_work", sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in ("total", "done"):
        op.drop_column("scheduled_work", name)
