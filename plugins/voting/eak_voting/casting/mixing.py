"""Writing rows of secret ballots anew, so that nothing tells which of them came together.

Whatever a database writes it writes somewhere. SQLite puts a new row in front of those that its
page holds already: of a register and a box that lie on a page each, the places alone say which
entry came with which paper. So with each vote the rows around it are written anew, in an order
drawn at random (`mix_around`). PostgreSQL keeps with each row the number of its transaction and its
place in the order of writing; rows are written anew by groups there (`mix_late`), because their old
versions would only pile up if each vote wrote others as well. After the close it is done with all
of a ballot (`mix`).
"""

import random
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, delete, func, insert, literal_column, select

from eak_core.api import Model, Session
from eak_voting.models import Paper, RegisterEntry

#: Fewer rows than this are no crowd to be lost in.
LEAST = 10
#: On SQLite, of how many rows on either side the new one is made one of: a page of the register
#: holds about forty. The number is drawn, or the middle of what is mixed would be the new row.
_AROUND = (40, 80)
_AT_ONCE = 5_000
_draw = random.SystemRandom()


def mix_around(session: Session, model: type[Model], ballot_id: int, key: str) -> None:
    """On SQLite, write the row ``key`` of a ballot and those around it anew; nothing elsewhere."""
    if session.get_bind().dialect.name != "sqlite":
        return
    session.flush()
    # Every secret vote pays for this: the rows never leave the database.
    ask, around = session.connection().exec_driver_sql, _around(cast("Table", model.__table__))
    before, after = (_draw.randint(*_AROUND) for _side in range(2))
    ends = ask(around.ends, (ballot_id, key, before, ballot_id, key, after)).one()
    between = (ballot_id, ends[0] or key, ends[1] or key)
    ask(around.make)
    ask(around.take, between)
    ask(around.delete, between)
    ask(around.put_back)
    ask(around.forget)


class _Around(NamedTuple):
    """Statements for SQLite: how far the rows around one reach on either side; what lays these
    aside, in memory, takes them away and puts them back in another order."""

    ends: str
    make: str
    take: str
    delete: str
    put_back: str
    forget: str


@cache
def _around(table: Table) -> _Around:
    name, key = table.name, _key(table).name
    columns = ", ".join(column.name for column in table.columns)
    aside = f"temp.mixing_{name}"
    between = f"WHERE ballot_id = ? AND {key} BETWEEN ? AND ?"

    def end(which: str, beyond: str, order: str) -> str:
        side = f"SELECT {key} AS k FROM {name} WHERE ballot_id = ? AND {key} {beyond} ?"  # noqa: S608
        return f"(SELECT {which}(k) FROM ({side} ORDER BY {key} {order} LIMIT ?))"  # noqa: S608

    # Names of our own tables and columns, and nothing that anybody typed. The order is drawn by
    # SQLite's own generator, a stream cipher that the system's randomness has keyed.
    return _Around(
        f"SELECT {end('min', '<', 'DESC')}, {end('max', '>', 'ASC')}",
        f"CREATE TEMP TABLE IF NOT EXISTS mixing_{name} AS SELECT {columns} FROM {name} WHERE 0",  # noqa: S608
        f"INSERT INTO {aside} SELECT {columns} FROM {name} {between}",  # noqa: S608
        f"DELETE FROM {name} {between}",  # noqa: S608
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {aside} ORDER BY random()",  # noqa: S608
        f"DELETE FROM {aside}",  # noqa: S608
    )


def mix_late(session: Session, ballot_id: int) -> bool:
    """On PostgreSQL, write the rows of register and box anew that few others share a transaction
    with; whether it was done. Of each it waits for `LEAST`: fewer would stay linked by the new
    transaction. The box need not wait for the register, nor can it: a vote that is changed is
    written to the box alone. The caller holds the row of the ballot. Nothing to do elsewhere.
    """
    if session.get_bind().dialect.name != "postgresql":
        return False
    done = False
    for table in (cast("Table", each.__table__) for each in (RegisterEntry, Paper)):
        late = _late(table, ballot_id)
        query = select(func.count()).select_from(table).where(table.c.ballot_id == ballot_id)
        if (session.scalar(query.where(late)) or 0) >= LEAST:
            _write_anew(session, table, table.c.ballot_id == ballot_id, late)
            done = True
    return done


def mix(session: Session, ballot_id: int) -> None:
    """Write all of a ballot's register and box anew, in orders drawn at random. The caller holds
    the row of the ballot."""
    for model in (RegisterEntry, Paper):
        table = cast("Table", model.__table__)
        _write_anew(session, table, table.c.ballot_id == ballot_id)


def _key(table: Table) -> Any:
    return next(column for column in table.primary_key if column.name != "ballot_id")


def _late(table: Table, ballot_id: int) -> Any:
    """The rows whose transaction wrote fewer than `LEAST` of this ballot and table."""
    number: Any = literal_column(f"{table.name}.xmin::text")
    few = (
        select(number)
        .where(table.c.ballot_id == ballot_id)
        .group_by(number)
        .having(func.count() < LEAST)
    )
    return number.in_(few)


def _write_anew(session: Session, table: Table, *chosen: Any) -> None:
    session.flush()
    rows = [dict(row) for row in session.execute(select(table).where(*chosen)).mappings()]
    if not rows:
        return
    _draw.shuffle(rows)
    key = _key(table)
    if len(rows) < _AT_ONCE:
        chosen = (*chosen[:1], key.in_([row[key.name] for row in rows]))
    session.connection().execute(delete(table).where(*chosen))
    for start in range(0, len(rows), _AT_ONCE):
        session.connection().execute(insert(table), rows[start : start + _AT_ONCE])
