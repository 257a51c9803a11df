"""No number is given out twice, also where a plugin's tables were dropped and made anew.

What a number meant stays in the log, in addresses that people kept, and in files that were
published; another row under the same number would be taken for the old one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    String,
    Table,
    case,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db.base import Base

_PLUGINS_TABLES = "eak_numbers_once"


class UsedIds(Base):
    """The last number that a table gave out before it was dropped."""

    __tablename__ = "plugin_used_ids"

    table_name: Mapped[str] = mapped_column(String(63), primary_key=True)
    column_name: Mapped[str] = mapped_column(String(63))
    last: Mapped[int] = mapped_column(BigInteger)


@contextmanager
def numbering_once(connection: Connection) -> Iterator[None]:
    """Meanwhile tables made through ``connection`` never give the number of a deleted row out
    again. PostgreSQL's never do; SQLite's have to be told."""
    info = connection.info  # the connection may be lost by the end
    info[_PLUGINS_TABLES] = True
    try:
        yield
    finally:
        info.pop(_PLUGINS_TABLES, None)


@event.listens_for(Table, "before_create")
def _number_once(table: Table, connection: Connection, **_options: Any) -> None:
    if connection.info.get(_PLUGINS_TABLES) and _numbered_column(table) is not None:
        table.dialect_options["sqlite"]["autoincrement"] = True


def _numbered_column(table: Table) -> Any | None:
    """The column by which the rows of ``table`` are numbered, where the database does it."""
    keys = list(table.primary_key.columns)
    if len(keys) != 1 or keys[0].foreign_keys or not isinstance(keys[0].type, Integer):
        return None
    return keys[0] if keys[0].autoincrement in (True, "auto") else None


def remember(connection: Connection, table: Table) -> None:
    """Note how far the numbers of ``table`` have come, before it is dropped."""
    column = _numbered_column(table)
    if column is None:
        return
    last = max(
        connection.scalar(select(func.max(column))) or 0,
        _given_out(connection, table.name, column.name),
    )
    moved = connection.execute(
        update(UsedIds)
        .where(UsedIds.table_name == table.name)
        .values(last=case((UsedIds.last < last, last), else_=UsedIds.last))
    )
    if not moved.rowcount:
        row = {"table_name": table.name, "column_name": column.name, "last": last}
        connection.execute(insert(UsedIds).values(row))


def go_on(connection: Connection, plugin: str) -> None:
    """Let the tables of ``plugin``, made anew, number on from where those before them ended."""
    present = set(inspect(connection).get_table_names())
    if UsedIds.__tablename__ not in present:
        return
    for name, column, last in _kept(connection):
        ours = name.startswith(f"{plugin}_") and name in present
        if not ours or not _numbers_itself(connection, name, column):
            continue
        if _given_out(connection, name, column) < last:
            _move(connection, name, column, last)


def gone_back(connection: Connection) -> Iterator[str]:
    """A sentence for each table that gave numbers out again, or is about to."""
    present = set(inspect(connection).get_table_names())
    for name, column, last in _kept(connection):
        if name not in present or not _numbers_itself(connection, name, column):
            continue
        rows = sa.table(name, sa.column(column))
        first = connection.scalar(select(func.min(rows.c[column])))
        if first is not None and first <= last:
            yield (
                f"{name}: the number {first} was given out again;"
                f" before the plugin was purged, they had come to {last}"
            )
        elif _given_out(connection, name, column) < last:
            yield f"{name}: numbers up to {last} were used before the purge and will come again"


def _kept(connection: Connection) -> list[tuple[str, str, int]]:
    rows = connection.execute(
        select(UsedIds.table_name, UsedIds.column_name, UsedIds.last).order_by(UsedIds.table_name)
    )
    return [(name, column, last) for name, column, last in rows]


def _given_out(connection: Connection, table: str, column: str) -> int:
    """The last number that the database remembers to have given out; 0 where it remembers none."""
    if connection.dialect.name == "postgresql":
        sequence = _sequence(connection, table, column)
        last = "SELECT pg_sequence_last_value(CAST(:sequence AS regclass))"
        found = connection.scalar(text(last), {"sequence": sequence}) if sequence else None
    elif not connection.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")):
        found = None
    else:
        last = "SELECT seq FROM sqlite_sequence WHERE name = :name"
        found = connection.scalar(text(last), {"name": table})
    return found or 0


def _move(connection: Connection, table: str, column: str, last: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT setval(CAST(:sequence AS regclass), :last)"),
            {"sequence": _sequence(connection, table, column), "last": last},
        )
        return
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
    connection.execute(
        text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
        {"name": table, "last": last},
    )


def _numbers_itself(connection: Connection, table: str, column: str) -> bool:
    """Whether the database keeps the last number of ``table``."""
    if connection.dialect.name == "postgresql":
        return _sequence(connection, table, column) is not None
    made = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    return "AUTOINCREMENT" in str(connection.scalar(made, {"name": table})).upper()


def _sequence(connection: Connection, table: str, column: str) -> str | None:
    found: str | None = connection.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"),
        {"table": _quoted(connection, table), "column": column},
    )
    return found


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
