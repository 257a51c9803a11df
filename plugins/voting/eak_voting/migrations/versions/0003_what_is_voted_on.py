"""What the paper says of each idea, as it was when the ballot opened; how often somebody declared
another commune."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    summary = sa.Column("summary", sa.Text(), nullable=False, server_default="")
    op.add_column("voting_option", summary)
    op.add_column("voting_option", sa.Column("text_hash", sa.String(length=64), nullable=True))
    changes = sa.Column("changes", sa.Integer(), nullable=False, server_default="0")
    op.add_column("voting_declaration", changes)
    op.add_column(
        "voting_declaration",
        sa.Column("changed_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("voting_declaration", "changed_at")
    op.drop_column("voting_declaration", "changes")
    op.drop_column("voting_option", "text_hash")
    op.drop_column("voting_option", "summary")
