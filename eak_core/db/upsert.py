"""Writing rows that may be there already, with the same few words on both databases."""

from collections.abc import Callable, Container, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    Column,
    String,
    Table,
    Text,
    bindparam,
    func,
    inspect,
    orm,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from eak_core.db.base import Base
from eak_core.db.prepared import Prepared

V = TypeVar("V")

#: An INSERT tells how many rows it wrote only where that was asked for.
_COUNTED = {"preserve_rowcount": True}


def insert_once(
    session: orm.Session,
    model: type[Base],
    values: Mapping[str, Any],
    returning: InstrumentedAttribute[V],
) -> V | None:
    """Insert a row of ``values``; answers ``returning`` of it (a number or a text), or None where a
    unique key says that it is there already.

    The transaction goes on either way.
    """
    session.flush()
    table: Table = inspect(model).local_table  # type: ignore[assignment]  # mapped to one table
    found: V | None
    if _leaves_to_defaults(table, values):
        statement = insert_for(session, model).values(dict(values)).on_conflict_do_nothing()
        found = session.execute(statement.returning(returning)).scalar_one_or_none()
    else:
        insert = _insert_returning(table, tuple(values), returning.key)
        found = insert.run(session.connection(), values).scalar_one_or_none()
    return found


def insert_many_once(
    session: orm.Session, model: type[Base], rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert ``rows``, leaving out those that a unique key says are there already; answers how many
    were not.

    Every row gives the same columns, and all that have no default of the database's own. It is one
    statement on PostgreSQL, and one that is run for each on SQLite.
    """
    if not rows:
        return 0
    session.flush()
    table: Table = inspect(model).local_table  # type: ignore[assignment]  # mapped to one table
    connection, names = session.connection(), tuple(rows[0])
    if connection.dialect.name == "postgresql":
        arrays = {name: [row[name] for row in rows] for name in names}
        return _insert_arrays(table, names, None).run(connection, arrays).rowcount
    sql, values_of = _insert_each(table, names, None)
    return connection.exec_driver_sql(
        sql, list(map(values_of, rows)), execution_options=_COUNTED
    ).rowcount


def upsert(
    session: orm.Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    add: Sequence[str] = (),
) -> None:
    """Insert ``rows``; where one is there already (by its primary key), it gets the new values.

    The columns named in ``add`` are added to what is there instead: that is how counts are kept.
    Every row gives the same columns. Of several rows with one key the last holds, and counts are
    summed. Thousands of rows at once cost little more than the driver itself needs, so a batch
    handler hands over all it has.
    """
    if not rows:
        return
    session.flush()
    table: Table = inspect(model).local_table  # type: ignore[assignment]  # mapped to one table
    names = tuple(rows[0])
    if _leaves_to_defaults(table, names):
        statement = _on_conflict(insert_for(session, model), table, names, add)
        session.execute(statement, [dict(row) for row in rows])
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        rows = _folded(table, rows, add)
        arrays = {name: [row[name] for row in rows] for name in names}
        _insert_arrays(table, names, tuple(add)).run(connection, arrays)
    else:
        sql, values_of = _insert_each(table, names, tuple(add))
        connection.exec_driver_sql(sql, list(map(values_of, rows)))


def _folded(
    table: Table, rows: Sequence[Mapping[str, Any]], add: Sequence[str]
) -> Sequence[Mapping[str, Any]]:
    """``rows`` with one for each key: PostgreSQL refuses to meet a row twice in one statement."""
    key_of = itemgetter(*(column.name for column in table.primary_key))
    if len(set(map(key_of, rows))) == len(rows):
        return rows
    folded: dict[Any, Mapping[str, Any]] = {}
    for row in rows:
        key = key_of(row)
        earlier = folded.get(key)
        summed = {name: earlier[name] + row[name] for name in add} if earlier else {}
        folded[key] = {**row, **summed}
    return list(folded.values())


def _leaves_to_defaults(table: Table, names: Container[str]) -> bool:
    """Whether a row that gives the columns ``names`` leaves SQLAlchemy to fill in another."""
    return any(column.default is not None and column.name not in names for column in table.c)


# All are kept: to build a statement costs more than to run it for a few rows.


@lru_cache
def _insert_returning(table: Table, names: tuple[str, ...], returning: str) -> Prepared:
    answered = table.c[returning]
    return Prepared(
        {
            "sqlite": sqlite.insert(table).on_conflict_do_nothing().returning(answered),
            "postgresql": postgresql.insert(table).on_conflict_do_nothing().returning(answered),
        },
        names,
    )


@lru_cache
def _insert_arrays(table: Table, names: tuple[str, ...], add: tuple[str, ...] | None) -> Prepared:
    """For PostgreSQL: one statement, however many rows, each column being one array."""
    arrays = func.unnest(*(bindparam(name, type_=_array(table.c[name])) for name in names))
    rows = select(arrays.table_valued(*names).render_derived())
    insert = postgresql.insert(table).from_select(names, rows)
    return Prepared(_on_conflict(insert, table, names, add))


def _array(column: Column[Any]) -> ARRAY[Any]:
    # A cast to a length would cut off what is too long; inserting refuses it.
    return ARRAY(Text() if type(column.type) is String else column.type)


@lru_cache
def _insert_each(
    table: Table, names: tuple[str, ...], add: tuple[str, ...] | None
) -> tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]:
    """For SQLite: a statement to be run for each row, in the words of the driver, and what makes
    the driver's values of a row."""
    statement = _on_conflict(sqlite.insert(table), table, names, add)
    compiled = statement.compile(dialect=_SQLITE, column_keys=names)
    order = compiled.positiontup
    convert = [table.c[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE) for name in order]
    if len(order) > 1 and not any(convert):  # nearly always: numbers and texts as they are
        return str(compiled), itemgetter(*order)

    def values_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            process(row[name]) if process else row[name]
            for name, process in zip(order, convert, strict=True)
        )

    return str(compiled), values_of


def _on_conflict(
    statement: Any, table: Table, names: Sequence[str], add: Sequence[str] | None
) -> Any:
    """``statement`` with what is done where a row is there already; nothing without ``add``."""
    if add is None:
        return statement.on_conflict_do_nothing()
    keys = [column.name for column in table.primary_key]
    changes = {
        name: table.c[name] + statement.excluded[name] if name in add else statement.excluded[name]
        for name in names
        if name not in keys
    }
    if changes:
        return statement.on_conflict_do_update(index_elements=keys, set_=changes)
    return statement.on_conflict_do_nothing(index_elements=keys)


_SQLITE = sqlite.dialect(paramstyle="qmark")


def insert_for(session: orm.Session, model: type[Base]) -> Any:
    """An INSERT into ``model`` that can say what to do ``on_conflict``, in the words of the
    session's database: SQLAlchemy's ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    dialect = session.get_bind().dialect.name
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(model)
