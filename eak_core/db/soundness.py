"""Whether what a database holds can be read, and fits together.

Migrations say nothing of a page that a disk has lost. SQLite checks its own file; of PostgreSQL
every row is read, which finds pages whose checksum is wrong; and on both a row that refers to one
that is gone tells of a loss that left no other trace.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, MetaData, Table
from sqlalchemy.schema import ForeignKeyConstraint

from eak_core.db import sqlite_backup

#: After so many the rest says nothing new.
MOST = 20


def damages(engine: Engine) -> list[str]:
    """What is damaged, in sentences without an end; nothing where all is well. Reads everything."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            return list(islice(sqlite_backup.damages(raw), MOST))
    with engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        return list(islice(_of_postgres(connection, metadata), MOST))


def _of_postgres(connection: Connection, metadata: MetaData) -> Iterator[str]:
    raw: Any = connection.connection.driver_connection
    for table in metadata.sorted_tables:
        try:
            # In a savepoint: one table that cannot be read must not hide the next.
            with raw.transaction():
                _read(raw, table)
                yield from _orphans(raw, table)
        except psycopg.Error as error:
            yield f"{table.name} cannot be read: {str(error).splitlines()[0]}"


def _read(raw: Any, table: Table) -> None:
    statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table.name))
    with raw.cursor() as cursor, cursor.copy(statement) as rows:
        for _chunk in rows:
            pass


def _orphans(raw: Any, table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        if not isinstance(constraint, ForeignKeyConstraint):
            continue
        parent = constraint.referred_table
        pairs = [(key.parent.name, key.column.name) for key in constraint.elements]
        join = [
            sql.SQL("c.{} = p.{}").format(sql.Identifier(ours), sql.Identifier(theirs))
            for ours, theirs in pairs
        ]
        referring = [sql.SQL("c.{} IS NOT NULL").format(sql.Identifier(ours)) for ours, _ in pairs]
        query = sql.SQL(
            "SELECT count(*) FROM {} c LEFT JOIN {} p ON {} WHERE {} AND p.{} IS NULL"
        ).format(
            sql.Identifier(table.name),
            sql.Identifier(parent.name),
            sql.SQL(" AND ").join(join),
            sql.SQL(" AND ").join(referring),
            sql.Identifier(pairs[0][1]),
        )
        gone = raw.execute(query).fetchone()[0]
        if gone:
            yield f"{gone} row(s) of {table.name} refer to rows of {parent.name} that are gone"
