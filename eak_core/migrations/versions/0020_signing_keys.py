"""The public halves of the keys that were ever signed with."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0020"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("file", sa.String(length=160), nullable=False),
        sa.Column("since", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("until", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("revoked_since", eak_core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("service_id", "plugin", "purpose", "number", name="pk_signing_key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_signing_key_current",
        "signing_key",
        ["service_id", "plugin", "purpose"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("signing_key")
