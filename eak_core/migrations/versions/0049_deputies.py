"""Deputies of managers while these are away."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deputy",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("service.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("for_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("named_by", sa.Integer()),
        sa.Column("named_at", INSTANT, nullable=False),
    )
    for name in ("service_id", "person_id", "for_id"):
        op.create_index(f"ix_deputy_{name}", "deputy", [name])
    op.add_column("person", sa.Column("deputies", sa.Text()))


def downgrade() -> None:
    op.drop_column("person", "deputies")
    op.drop_table("deputy")
