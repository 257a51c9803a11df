"""Indexes for what people decided and for one kind of event, and names without what nobody sees."""

import sqlalchemy as sa
from alembic import op

from eak_core.visible import without_ignorable

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

person = sa.table("person", sa.column("id", sa.Integer), sa.column("name", sa.String))


def upgrade() -> None:
    op.create_index("ix_stage_change_actor_id", "stage_change", ["actor_id"])
    op.create_index("ix_event_log_service_id_type", "event_log", ["service_id", "type"])
    connection = op.get_bind()
    for row in connection.execute(sa.select(person.c.id, person.c.name)).all():
        name = " ".join(without_ignorable(row.name).replace("\u2800", " ").split())
        # One that would be empty is left: its owner is asked for another when they change it.
        if name and name != row.name:
            connection.execute(person.update().where(person.c.id == row.id).values(name=name))


def downgrade() -> None:
    op.drop_index("ix_event_log_service_id_type", "event_log")
    op.drop_index("ix_stage_change_actor_id", "stage_change")
