"""A comment stands in each service whose log tells of it: one that went to another with its idea
does in both until both have said so."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = "discussion_standing"


def upgrade() -> None:
    _key(["service_id", "comment_id"])
    op.drop_index("ix_discussion_standing_service_id", TABLE)


def downgrade() -> None:
    op.create_index("ix_discussion_standing_service_id", TABLE, ["service_id"])
    _key(["comment_id"])


def _key(columns: list[str]) -> None:
    with op.batch_alter_table(TABLE, recreate="auto") as table:
        table.drop_constraint("pk_discussion_standing", type_="primary")
        table.create_primary_key("pk_discussion_standing", columns)
