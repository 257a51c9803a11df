"""Licences of the files of kits, and what is prepared for a close."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiments_kit_licence",
        sa.Column("file_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("licence", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["stored_file.id"],
            name=op.f("fk_experiments_kit_licence_file_id_stored_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_experiments_kit_licence")),
    )
    op.add_column("experiments_experiment", sa.Column("closing_draft", sa.Text(), nullable=True))
