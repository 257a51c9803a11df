"""Mail in lanes, found by what has not left alone, and addresses that want none."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: By which letters of the core somebody waits for: they begin so.
_AWAITED = (
    "welcome:",
    "welcome_existing:",
    "confirmation_instructions:",
    "reset_instructions:",
)


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column(
        "outbox",
        sa.Column("lane", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
    )
    for key in _AWAITED:
        op.execute(
            sa.text(
                "UPDATE outbox SET lane = 0 WHERE plugin = 'core' AND done_at IS NULL"
                " AND substr(dedupe_key, 1, :length) = :key"
            ).bindparams(key=key, length=len(key))
        )
    op.drop_index("ix_outbox_next_attempt_at", "outbox")
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["lane", "next_attempt_at", "kind"],
        **_where("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_given_up",
        "outbox",
        ["created_at"],
        **_where("done_at IS NULL AND next_attempt_at IS NULL"),
    )
    op.create_table(
        "mail_suppression",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("list", sa.String(length=100), nullable=False),
        sa.Column("since", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", "list", name="pk_mail_suppression"),
    )


def downgrade() -> None:
    op.drop_table("mail_suppression")
    for name in ("ix_outbox_given_up", "ix_outbox_due"):
        op.drop_index(name, "outbox")
    op.create_index("ix_outbox_next_attempt_at", "outbox", ["next_attempt_at"])
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("lane")
