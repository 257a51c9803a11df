"""Senders take portions of what waits, and it is known whether the database fell with one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IN_HAND = sa.text("next_attempt_at IS NULL AND state IN ('queued', 'deferred', 'sending')")


def upgrade() -> None:
    with op.batch_alter_table("newsletter_sender") as batch_op:
        batch_op.add_column(
            sa.Column("epoch", sa.String(length=40), server_default="", nullable=False)
        )
    op.create_index(
        "ix_newsletter_delivery_in_hand",
        "newsletter_delivery",
        ["issue_id", "sender_id"],
        sqlite_where=IN_HAND,
        postgresql_where=IN_HAND,
    )
    if op.get_bind().dialect.name == "postgresql":
        # Emptied after a crash of the database, and by nothing else.
        op.execute("ALTER TABLE newsletter_sender SET UNLOGGED")
