"""Mail that is given up by its age, ways out that are paused, and copies that are held."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, eak_core.db.UTCDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("outbox", _instant("trying_since", nullable=True))
    op.add_column(
        "outbox", sa.Column("refused", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index("ix_outbox_done_at", "outbox", ["done_at"])
    op.create_table(
        "transport_pause",
        sa.Column("kind", sa.String(length=40), nullable=False),
        _instant("since"),
        _instant("until"),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_transport_pause"),
    )
    op.create_table(
        "site_hold",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _instant("since"),
        sa.PrimaryKeyConstraint("id", name="pk_site_hold"),
    )


def downgrade() -> None:
    op.drop_table("site_hold")
    op.drop_table("transport_pause")
    op.drop_index("ix_outbox_done_at", "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("refused")
        outbox.drop_column("trying_since")
