"""Writing rows that may be there already, with the same few words on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, inspect, orm
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from eak_core.db.base import Base


def insert_once(
    session: orm.Session,
    model: type[Base],
    values: Mapping[str, Any],
    returning: InstrumentedAttribute[int],
) -> int | None:
    """Insert a row; ``returning`` of it, or None where a unique key says that it is there already.

    The transaction goes on either way.
    """
    statement = insert_for(session, model).values(dict(values)).on_conflict_do_nothing()
    found: int | None = session.execute(statement.returning(returning)).scalar_one_or_none()
    return found


def upsert(
    session: orm.Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    add: Sequence[str] = (),
) -> None:
    """Insert ``rows``; where one is there already (by its primary key), it gets the new values.

    The columns named in ``add`` are added to what is there instead: that is how counts are kept.
    """
    if not rows:
        return
    table: Table = inspect(model).local_table  # type: ignore[assignment]  # mapped to one table
    keys = [column.name for column in table.primary_key]
    statement = insert_for(session, model)
    changes = {
        name: table.c[name] + statement.excluded[name] if name in add else statement.excluded[name]
        for name in rows[0]
        if name not in keys
    }
    if changes:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    session.execute(statement, [dict(row) for row in rows])


def insert_for(session: orm.Session, model: type[Base]) -> Any:
    """An INSERT that can say what to do ``on_conflict``, in the words of the session's database."""
    dialect = session.get_bind().dialect.name
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(model)
