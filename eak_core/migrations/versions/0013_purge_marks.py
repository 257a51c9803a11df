"""From where on the events of a purged plugin's own count, and which numbers it has used up."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

#: What was purged already: its events up to where it was switched off, as it had to be, before it
#: was switched on again.
_MARK_THE_PAST = """
INSERT INTO plugin_purge_mark (service_id, plugin, position)
SELECT own.service_id, purged.plugin, max(own.position)
FROM (
    SELECT substr(subject, 8) AS plugin, subject, max(occurred_at) AS at
    FROM event_log WHERE service_id = 0 AND type = 'plugin.purged' GROUP BY subject
) AS purged
JOIN event_log AS own ON own.occurred_at <= purged.at AND (
    (own.type = 'plugin.disabled' AND own.subject = purged.subject)
    OR substr(own.type, 1, length(purged.plugin) + 1) = purged.plugin || '.'
)
WHERE own.position < coalesce((
    SELECT min(again.position) FROM event_log AS again
    WHERE again.service_id = own.service_id AND again.type = 'plugin.enabled'
    AND again.subject = purged.subject AND again.occurred_at > purged.at
), own.position + 1) AND own.type <> 'plugin.purged'
GROUP BY own.service_id, purged.plugin
"""


def upgrade() -> None:
    op.create_table(
        "plugin_purge_mark",
        sa.Column("service_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "plugin", name="pk_plugin_purge_mark"),
    )
    op.create_table(
        "plugin_used_ids",
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("column_name", sa.String(length=63), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", name="pk_plugin_used_ids"),
    )
    op.execute(_MARK_THE_PAST)


def downgrade() -> None:
    op.drop_table("plugin_used_ids")
    op.drop_table("plugin_purge_mark")
