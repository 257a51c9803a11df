"""The keys of public logs are the site's to keep: what signed so far is published with its times,
and a counted ballot keeps the head that was signed with its result."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op
from flask import current_app, has_app_context

import eak_core.api
from eak_core.transparency import checkpoint, merkle

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_head = sa.table(
    "voting_head",
    *map(sa.column, ("service_id", "number", "name", "before")),
    sa.column("signed_at", eak_core.api.UTCDateTime()),
)
_leaf = sa.table("voting_leaf", *map(sa.column, ("service_id", "index", "kind", "ballot_id")))
_node = sa.table(
    "voting_node",
    *map(sa.column, ("service_id", "level", "index")),
    sa.column("hash", sa.LargeBinary()),
)
_ballot = sa.table("voting_ballot", *map(sa.column, ("id", "checkpoint")))
_events = sa.table(
    "event_log",
    *map(sa.column, ("service_id", "position", "type", "data")),
    sa.column("occurred_at", eak_core.api.UTCDateTime()),
)
_keys = sa.table(
    "signing_key",
    *map(
        sa.column,
        ("service_id", "plugin", "purpose", "number", "name", "file", "reason"),
    ),
    sa.column("public", sa.LargeBinary()),
    sa.column("since", eak_core.api.UTCDateTime()),
    sa.column("until", eak_core.api.UTCDateTime()),
)


class _Log(NamedTuple):
    """One log of a service: its name, and when it was signed first and last."""

    name: str
    since: datetime
    until: datetime


def upgrade() -> None:
    op.add_column("voting_ballot", sa.Column("checkpoint", sa.Text(), nullable=True))
    if not has_app_context():
        return  # tables alone, of no instance: nothing was signed, and there is no folder of keys
    connection = op.get_bind()
    told = sa.select(_events.c.service_id).where(_events.c.type == "voting.log_signed")
    heads = sa.select(_head.c.service_id)
    for service_id in connection.scalars(sa.union(told, heads)).all():
        # Behind a purge the tables are made anew, and the keys have stayed.
        known = sa.select(_keys.c.number).where(
            _keys.c.service_id == service_id,
            _keys.c.plugin == "voting",
            _keys.c.purpose == "log",
        )
        if connection.scalars(known).first() is None:
            _carry_over(connection, service_id)


def _carry_over(connection: sa.Connection, service_id: int) -> None:
    logs = _logs(connection, service_id)
    for number, each in sorted(logs.items()):
        is_last = number == max(logs)
        seed = _seed(number)
        if seed is None and is_last:
            raise eak_core.api.EakError(
                f"{_file(number)} is missing, with which the public log {each.name} was signed: put"
                " it back from the copy of “secrets”. Where there is none, make an empty file of"
                " this name: what was signed can then be checked by those alone who kept the key."
            )
        if not seed:
            continue  # lost: nobody can say any more which key it was
        values = {
            "service_id": service_id,
            "plugin": "voting",
            "purpose": "log",
            "number": number,
            "name": each.name,
            "public": checkpoint.verifier_key(each.name, seed).public,
            "file": f"voting/{_file(number).name}",
            "since": each.since,
            "until": None if is_last else each.until,
            "reason": "",
        }
        connection.execute(sa.insert(_keys).values(values))
    head = connection.execute(sa.select(_head).where(_head.c.service_id == service_id)).first()
    if head is not None:
        _sign_before(connection, head)
        _sign_results(connection, head)


def _logs(connection: sa.Connection, service_id: int) -> dict[int, _Log]:
    """The logs of a service by their numbers, as far as their names are known."""
    found: dict[int, _Log] = {}
    rows = connection.execute(
        sa.select(_events.c.data, _events.c.occurred_at)
        .where(_events.c.service_id == service_id, _events.c.type == "voting.log_signed")
        .order_by(_events.c.position)
    )
    head = connection.execute(sa.select(_head).where(_head.c.service_id == service_id)).first()
    names: dict[int, str] = {}
    times: dict[int, list[datetime]] = {}
    for row in rows:
        data = json.loads(row.data)
        times.setdefault(data["number"], []).append(row.occurred_at)
        if data.get("log"):
            names[data["number"]] = data["log"]
    if head is not None:
        times.setdefault(head.number, []).append(head.signed_at)
        names[head.number] = head.name
        if head.before is not None:
            names.setdefault(head.number - 1, head.before.partition("\n")[0])
            times.setdefault(head.number - 1, [min(times[head.number])])
    for number, name in names.items():
        found[number] = _Log(name, min(times[number]), max(times[number]))
    return found


def _sign_before(connection: sa.Connection, head: Any) -> None:
    """Sign what the log before came to, where a migration could only keep it unsigned."""
    if head.before is None or "\n\n" in head.before:
        return
    seed = _seed(head.number - 1)
    note = checkpoint.sign(checkpoint.read_checkpoint(head.before), seed) if seed else None
    which = _head.c.service_id == head.service_id
    connection.execute(sa.update(_head).where(which).values(before=note))


def _sign_results(connection: sa.Connection, head: Any) -> None:
    """Give each counted ballot the head that its file had so far: signing is the same each time."""
    seed = _seed(head.number)
    if not seed:
        return
    counted = sa.select(_leaf.c.ballot_id, _leaf.c.index).where(
        _leaf.c.service_id == head.service_id, _leaf.c.kind == "ballot.counted"
    )

    def node(level: int, index: int) -> bytes:
        found: bytes = connection.execute(
            sa.select(_node.c.hash).where(
                _node.c.service_id == head.service_id,
                _node.c.level == level,
                _node.c.index == index,
            )
        ).scalar_one()
        return found

    for ballot_id, index in connection.execute(counted).all():
        size = index + 1
        state = checkpoint.Checkpoint(head.name, size, merkle.root(size, node))
        note = checkpoint.sign(state, seed)
        connection.execute(
            sa.update(_ballot).where(_ballot.c.id == ballot_id).values(checkpoint=note)
        )


def _file(number: int) -> Path:
    folder: Path = current_app.extensions["eak_config"].instance / "secrets" / "voting"
    return folder / ("log-key" if number == 1 else f"log-key-{number}")


def _seed(number: int) -> bytes | None:
    """What the key of the ``number``-th logs is made from; None where the file is missing, empty
    where somebody has said that it is lost."""
    file = _file(number)
    return bytes.fromhex(file.read_text().strip()) if file.exists() else None


def downgrade() -> None:
    op.drop_column("voting_ballot", "checkpoint")
