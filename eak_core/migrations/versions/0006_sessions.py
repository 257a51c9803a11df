"""Each session as a row of its own, so that its owner can see it and end it.

Whoever is signed in while this runs signs in again: their session has no row.
"""

import sqlalchemy as sa
from alembic import op

import eak_core.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("ended_session")
    op.create_table(
        "person_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("used_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_person_session_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person_session"),
        sa.UniqueConstraint("number", name="uq_person_session_number"),
    )
    op.create_index("ix_person_session_person_id", "person_session", ["person_id"])
    op.create_index("ix_person_session_begun_at", "person_session", ["begun_at"])


def downgrade() -> None:
    op.drop_table("person_session")
    op.create_table(
        "ended_session",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ended_at", eak_core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ended_session"),
    )
    op.create_index("ix_ended_session_ended_at", "ended_session", ["ended_at"])
