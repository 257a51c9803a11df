"""Under which name and with which key a log is signed stands with the log, and how it stood when it
was signed last is told in the service's log of events, where a purge leaves it."""

import base64
import json
import re
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

import eak_core.api

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_head = sa.table(
    "voting_head",
    *map(
        sa.column, ("service_id", "size", "signed_size", "checkpoint", "number", "name", "before")
    ),
    sa.column("signed_at", eak_core.api.UTCDateTime()),
)
_leaf = sa.table("voting_leaf", *map(sa.column, ("service_id", "index", "kind", "data")))
_events_head = sa.table("log_head", *map(sa.column, ("service_id", "position")))
_events = sa.table(
    "event_log",
    *map(
        sa.column,
        ("service_id", "position", "event_id", "type", "version", "subject", "data", "depth"),
    ),
    sa.column("occurred_at", eak_core.api.UTCDateTime()),
)


def upgrade() -> None:
    with op.batch_alter_table("voting_head") as batch:
        batch.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("name", sa.Text(), nullable=True))
        batch.add_column(sa.Column("before", sa.Text(), nullable=True))
    connection = op.get_bind()
    # Nothing was signed of these, and nothing stands in them: they begin with their first entry.
    connection.execute(sa.delete(_head).where(_head.c.checkpoint.is_(None)))
    for row in connection.execute(sa.select(_head).order_by(_head.c.service_id)).all():
        _name(connection, row)
        _tell(connection, row)
    with op.batch_alter_table("voting_head") as batch:
        batch.alter_column("number", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("name", existing_type=sa.Text(), nullable=False)


def _name(connection: sa.Connection, row: sa.Row) -> None:
    """Let a log keep the name that it was signed under, and the key that goes with it."""
    name = row.checkpoint.partition("\n")[0]
    values = {
        "name": name,
        "number": _number(name),
        "before": _before(connection, row.service_id),
    }
    connection.execute(sa.update(_head).where(_head.c.service_id == row.service_id).values(values))


def _number(name: str) -> int:
    later = re.search(r"/votes/(\d+)\Z", name)
    return int(later[1]) if later else 1


def _before(connection: sa.Connection, service_id: int) -> str | None:
    """What was signed last of the log before, as this one's first entry says it; unsigned, since
    keys are none of a migration's business."""
    first = connection.scalar(
        sa.select(_leaf.c.data).where(
            _leaf.c.service_id == service_id,
            _leaf.c.index == 0,
            _leaf.c.kind == "log.continues",
        )
    )
    if first is None:
        return None
    said = json.loads(first)
    root = base64.b64encode(bytes.fromhex(said["root"])).decode()
    return f"{said['log']}\n{said['size']}\n{root}\n"


def _tell(connection: sa.Connection, row: sa.Row) -> None:
    """Publish the last signed head, as `LogSigned` does in version 2."""
    name, size, root = row.checkpoint.split("\n")[:3]
    data = {
        "service_id": row.service_id,
        "number": _number(name),
        "size": int(size),
        "root": base64.b64decode(root).hex(),
        "log": name,
        "signature": row.checkpoint.split()[-1],
    }
    position = connection.scalar(
        sa.update(_events_head)
        .where(_events_head.c.service_id == row.service_id)
        .values(position=_events_head.c.position + 1)
        .returning(_events_head.c.position)
    )
    connection.execute(
        sa.insert(_events).values(
            service_id=row.service_id,
            position=position,
            event_id=str(uuid4()),
            type="voting.log_signed",
            version=2,
            subject=f"service:{row.service_id}",
            occurred_at=row.signed_at,
            data=json.dumps(data, separators=(",", ":")),
            depth=0,
        )
    )


def downgrade() -> None:
    with op.batch_alter_table("voting_head") as batch:
        for column in ("before", "name", "number"):
            batch.drop_column(column)
