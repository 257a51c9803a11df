"""Files and pictures that are attached to ideas, and to what plugins have."""

import sqlalchemy as sa
from alembic import op

from eak_core.db.base import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("uploader_id", sa.Integer(), nullable=True),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_stored_file_service_id_service"
        ),
        sa.ForeignKeyConstraint(
            ["uploader_id"],
            ["person.id"],
            name="fk_stored_file_uploader_id_person",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stored_file"),
        sa.UniqueConstraint(
            "service_id",
            "owner",
            "subject",
            "digest",
            name="uq_stored_file_service_id_owner_subject_digest",
        ),
        sa.UniqueConstraint("token", name="uq_stored_file_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stored_file_uploader_id", "stored_file", ["uploader_id"])


def downgrade() -> None:
    op.drop_index("ix_stored_file_uploader_id", table_name="stored_file")
    op.drop_table("stored_file")
