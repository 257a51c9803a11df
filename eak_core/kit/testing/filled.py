"""A database in which something stands in every table, to see what an upgrade does with it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, Table, insert, select

from eak_core.db.migrations import holds_rows

#: What stands in a table, by column: where not every value will do.
Chosen = Mapping[str, Mapping[str, Any]]

_CHOSEN: Chosen = {
    "service": {"audience": "public"},
    "idea": {"title": "1", "slug": "1", "problem": "1", "body": "1", "search_text": "1 1 1"},
}
#: A migration may publish.
_GROWS = frozenset({"log_head.position"})
_VALUES: Mapping[type, Any] = {
    int: 1,
    float: 1.5,
    str: "1",
    bytes: b"1",
    bool: True,
    Decimal: Decimal("1.5"),
    date: date(2027, 3, 1),
    datetime: datetime(2027, 3, 1, 12, tzinfo=UTC),
    dict: {"1": 1},
}


class Filled:
    """The database of ``engine`` with a row in every table, all of them about each other. Where not
    every value will do, ``chosen`` has others."""

    def __init__(self, engine: Engine, chosen: Chosen | None = None) -> None:
        self._engine = engine
        chosen = {**_CHOSEN, **(chosen or {})}
        with engine.execution_options(eak_writes=True).begin() as connection:
            for table in _tables(connection):
                row = {column.name: _value(number, column) for number, column in enumerate(table.c)}
                others = chosen.get(table.name, {})
                row |= {name: value for name, value in others.items() if name in row}
                connection.execute(insert(table), row)
        self._kept = _found(engine)

    def changes(self, copy: Engine | None = None) -> Iterator[str]:
        """What is no longer as it was, in words: ``idea.title: 1 became 2``, ``idea: gone`` for a
        table or a column, ``idea: no rows``. What was added is no change. Looked
        for in ``copy``, where that is another database."""
        now = _found(copy or self._engine)
        for table, before in self._kept.items():
            if table not in now:
                yield f"{table}: gone"
            elif not now[table]:
                yield f"{table}: no rows"
            else:
                yield from _changes(table, before[0], now[table][0])


def _found(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(
                    select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in _tables(connection)
        }


def _value(number: int, column: Column[Any]) -> Any:
    kind = column.type.python_type
    if kind in (int, str) and not column.primary_key and not column.foreign_keys:
        # Not the same in each, so that one in the place of another is seen.
        return kind(2 + number)
    return _VALUES[kind]


def _changes(table: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for column, value in before.items():
        if column not in now:
            yield f"{table}.{column}: gone"
        elif now[column] != value and f"{table}.{column}" not in _GROWS:
            yield f"{table}.{column}: {value} became {now[column]}"


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return [each for each in metadata.sorted_tables if holds_rows(each.name)]
