"""Who is named in comments."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discussion_mention",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", "person_id", name="pk_discussion_mention"),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["discussion_comment.id"],
            name="fk_discussion_mention_comment_id_discussion_comment",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_discussion_mention_person_id_person"
        ),
    )
    op.create_index("ix_discussion_mention_person_id", "discussion_mention", ["person_id"])


def downgrade() -> None:
    op.drop_table("discussion_mention")
