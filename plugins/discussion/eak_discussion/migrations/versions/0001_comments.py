"""Comments, and what is derived from the events about them."""

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discussion_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("stance", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("posted_at", eak_core.api.UTCDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", eak_core.api.UTCDateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.String(length=36), nullable=True),
        sa.Column("origin", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_discussion_comment"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name="fk_discussion_comment_service_id_service"
        ),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea.id"],
            name="fk_discussion_comment_idea_id_idea",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
            name="fk_discussion_comment_author_id_person",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["discussion_comment.id"],
            name="fk_discussion_comment_parent_id_discussion_comment",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["root_id"],
            ["discussion_comment.id"],
            name="fk_discussion_comment_root_id_discussion_comment",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "author_id", "form_key", name="uq_discussion_comment_author_id_form_key"
        ),
        sa.UniqueConstraint("service_id", "origin", name="uq_discussion_comment_service_id_origin"),
    )
    for name, columns in {
        "ix_discussion_comment_thread": ["idea_id", "root_id", "posted_at", "id"],
        "ix_discussion_comment_latest": ["service_id", "posted_at", "id"],
        "ix_discussion_comment_parent_id": ["parent_id"],
        "ix_discussion_comment_root_id": ["root_id"],
    }.items():
        op.create_index(name, "discussion_comment", columns)
    op.create_table(
        "discussion_standing",
        sa.Column("comment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("stance", sa.String(length=10), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", name="pk_discussion_standing"),
    )
    op.create_index("ix_discussion_standing_service_id", "discussion_standing", ["service_id"])
    op.create_table(
        "discussion_count",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("stance", sa.String(length=10), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "idea_id", "stance", name="pk_discussion_count"),
    )


def downgrade() -> None:
    for table in ("discussion_count", "discussion_standing", "discussion_comment"):
        op.drop_table(table)
