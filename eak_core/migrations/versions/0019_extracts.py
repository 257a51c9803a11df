"""What happened of one kind, or to one thing, found in the order of the log."""

from alembic import op

revision = "0019"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_event_log_type", "event_log", ["service_id", "type", "position"])
    op.create_index(
        "ix_event_log_subject", "event_log", ["service_id", "subject", "type", "position"]
    )
    op.drop_index("ix_event_log_service_id_type", "event_log")


def downgrade() -> None:
    op.create_index("ix_event_log_service_id_type", "event_log", ["service_id", "type"])
    op.drop_index("ix_event_log_subject", "event_log")
    op.drop_index("ix_event_log_type", "event_log")
