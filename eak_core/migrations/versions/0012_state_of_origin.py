"""How far an imported idea had come on its own site, as that site calls it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("idea", sa.Column("source_state", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("idea", "source_state")
