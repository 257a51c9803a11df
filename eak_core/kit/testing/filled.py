"""A database in which something stands in every table, to see what an upgrade does with it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Engine, MetaData, Table, UniqueConstraint, insert, select
from sqlalchemy.exc import IntegrityError

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
        self._chosen = {**_CHOSEN, **(chosen or {})}
        self._rows = 0
        self._tables = _tables(engine)
        self.add()

    def add(self) -> None:
        """Another row in every table of the present, about the other new ones."""
        self._rows += 1
        with self._engine.execution_options(eak_writes=True).begin() as connection:
            for table in self._tables:
                others = self._chosen.get(table.name, {})
                row = self._row(table)
                row |= {name: value for name, value in others.items() if name in row}
                try:
                    with connection.begin_nested():
                        connection.execute(insert(table), row)
                except IntegrityError:
                    # What a table holds once for all is there already.
                    if self._rows == 1:
                        raise
        self._kept = self._found(self._engine)

    def _row(self, table: Table) -> dict[str, Any]:
        """Row number ``_rows`` of ``table``: like the first one, but for what must differ."""
        alone = {column.name for unique in _unique(table) for column in unique}
        row = {}
        for place, column in enumerate(table.c):
            row[column.name] = value = _value(place, column)
            differs = column.primary_key or column.foreign_keys or column.name in alone
            if self._rows > 1 and differs:
                row[column.name] = _other(value, self._rows)
        return row

    def changes(self, copy: Engine | None = None) -> Iterator[str]:
        """What is no longer as it was, in words: ``idea.title: 1 became 2``, ``idea: gone`` for a
        table or a column, ``idea: no rows``. What was added is no change. Looked
        for in ``copy``, where that is another database."""
        self._tables = _tables(copy or self._engine)
        now = self._found(copy or self._engine)
        for table, before in self._kept.items():
            if table not in now:
                yield f"{table}: gone"
            elif not now[table]:
                yield f"{table}: no rows"
            else:
                changed = (row for row in before if row not in now[table])
                for row in changed:
                    yield from _least(tuple(_changes(table, row, each)) for each in now[table])

    def _found(self, engine: Engine) -> dict[str, list[dict[str, Any]]]:
        with engine.connect() as connection:
            return {
                table.name: [
                    dict(row)
                    for row in connection.execute(
                        select(table).order_by(*table.primary_key.columns)
                    ).mappings()
                ]
                for table in self._tables
            }


def _least(differences: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    """How a row differs from the one that it is by now."""
    return min(differences, key=len)


def _unique(table: Table) -> Iterator[Iterable[Column[Any]]]:
    yield from (index.columns for index in table.indexes if index.unique)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield constraint.columns


def _value(number: int, column: Column[Any]) -> Any:
    kind = column.type.python_type
    if kind in (int, str) and not column.primary_key and not column.foreign_keys:
        # Not the same in each, so that one in the place of another is seen.
        return kind(2 + number)
    return _VALUES[kind]


def _other(value: Any, number: int) -> Any:
    """What stands in row ``number`` in the place of ``value``, where two may not be the same."""
    if isinstance(value, bool | dict):
        return value
    if isinstance(value, date):
        return value + timedelta(days=number - 1)
    if isinstance(value, str | bytes):
        written = str(int(value) + 50 * (number - 1))
        return written if isinstance(value, str) else written.encode()
    return value + 50 * (number - 1)


def _changes(table: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for column, value in before.items():
        if column not in now:
            yield f"{table}.{column}: gone"
        elif now[column] != value and f"{table}.{column}" not in _GROWS:
            yield f"{table}.{column}: {value} became {now[column]}"


def _tables(engine: Engine) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(engine)
    return [each for each in metadata.sorted_tables if holds_rows(each.name)]
