"""Who writes an idea together with its author, and who is invited to."""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

INSTANT = eak_core.db.UTCDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "idea_coauthor",
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("idea_id", "person_id", name="pk_idea_coauthor"),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name="fk_idea_coauthor_idea_id_idea", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_idea_coauthor_person_id_person"
        ),
    )
    op.create_index("ix_idea_coauthor_person_id", "idea_coauthor", ["person_id"])
    op.create_table(
        "idea_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("invited_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idea_invitation"),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name="fk_idea_invitation_idea_id_idea", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("idea_id", "email", name="uq_idea_invitation_idea_id_email"),
    )
    op.create_index("ix_idea_invitation_email", "idea_invitation", ["email"])


def downgrade() -> None:
    op.drop_table("idea_invitation")
    op.drop_table("idea_coauthor")
