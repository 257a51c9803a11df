"""The second factor of accounts: secrets, encrypted, and digests of recovery codes."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)
COLUMNS = ("secured_at", "tf_primary_method", "tf_totp_secret", "totp_counter")


def upgrade() -> None:
    kinds = (INSTANT, sa.String(20), sa.Text(), sa.Integer())
    for name, kind in zip(COLUMNS, kinds, strict=True):
        op.add_column("person", sa.Column(name, kind))
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("recovery_code")
    for name in reversed(COLUMNS):
        op.drop_column("person", name)
