"""The whole text of each idea that is voted on, as it was when the ballot opened: whoever votes can
read it although its author has changed the idea since."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("voting_option", sa.Column("whole", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("voting_option", "whole")
