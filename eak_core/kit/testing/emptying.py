"""Emptying a PostgreSQL database between two tests: a hundred times quicker than another copy."""

from collections import OrderedDict
from dataclasses import dataclass

import psycopg
from psycopg import sql

#: How many databases a process stays connected to: the server's own, and those of this test and of
#: the one before. PostgreSQL has a hundred connections for all processes, and most are for
#: applications (`pool.CONNECTED`).
KEPT = 3

#: How many of each thing there are that a test could have changed of the tables themselves, and the
#: last transaction that did: to write down what they are takes five times as long.
_SHAPE = r"""
WITH public_class AS (SELECT oid, xmin FROM pg_class WHERE relnamespace = 'public'::regnamespace)
SELECT string_agg(concat(part, ' ', count, ' ', last), '|' ORDER BY part) FROM (
    SELECT 'class' AS part, count(*), max(xmin::text::bigint) AS last FROM public_class
    UNION ALL
    SELECT 'column', count(*), max(pg_attribute.xmin::text::bigint)
    FROM pg_attribute JOIN public_class ON public_class.oid = attrelid
    UNION ALL
    SELECT 'default', count(*), max(pg_attrdef.xmin::text::bigint)
    FROM pg_attrdef JOIN public_class ON public_class.oid = adrelid
    UNION ALL
    SELECT 'trigger', count(*), max(pg_trigger.xmin::text::bigint)
    FROM pg_trigger JOIN public_class ON public_class.oid = tgrelid
    UNION ALL
    SELECT 'constraint', count(*), max(xmin::text::bigint)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'function', count(*), max(xmin::text::bigint)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'schema', count(*), max(xmin::text::bigint)
    FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%'
    UNION ALL
    SELECT 'settings', count(*), max(pg_db_role_setting.xmin::text::bigint)
    FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
    WHERE datname = current_database()
) AS parts
"""
#: Whether anything ever stood in a table is told by its file; most of them are never used.
_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
ORDER BY relname
"""
_FIRST_NUMBERS = """
SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
JOIN pg_class ON pg_class.oid = seqrelid WHERE relnamespace = 'public'::regnamespace
"""
#: Who holds a row longer than this was left behind by a test; the database is copied anew.
_PATIENCE = "1s"


@dataclass(frozen=True)
class Emptiable:
    """A fresh database whose migrations wrote no rows but their own numbers."""

    shape: str
    revisions: dict[str, list[tuple[str, ...]]]

    def empty(self, connection: psycopg.Connection) -> bool:
        """Put the database of ``connection`` back to how it began; False where that takes a new
        copy, because its tables were changed or somebody still holds rows of it."""
        try:
            with connection.transaction():
                return self._emptied(connection)
        except psycopg.errors.LockNotAvailable:
            return False

    def _emptied(self, connection: psycopg.Connection) -> bool:
        connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        # The log refuses to be emptied by anybody else.
        connection.execute("SET LOCAL session_replication_role = replica")
        if _shape(connection) != self.shape:
            return False
        tables = _tables(connection)
        if _revisions(connection, tables) != self.revisions:
            return False
        delete = sql.SQL("DELETE FROM {}")
        filled = [name for name in tables if name not in self.revisions]
        connection.execute(
            sql.SQL(";").join(delete.format(sql.Identifier(name)) for name in filled)
        )
        connection.execute(_FIRST_NUMBERS)
        return True


class Connections:
    """Connections that stay open from one use to the next: the first statements of a new one read
    the catalogue anew, which takes the server three times as long as emptying a database."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, psycopg.Connection] = OrderedDict()

    def to(self, url: str) -> psycopg.Connection:
        """A connection to the database at ``url``, where each statement is committed by itself."""
        connection = self._open.pop(url, None)
        if connection is None or not _lives(connection):
            connection = psycopg.connect(url, autocommit=True)
        self._open[url] = connection
        while len(self._open) > KEPT:
            self._open.popitem(last=False)[1].close()
        return connection

    def close(self, url: str) -> None:
        """End the one to ``url``, where there is one."""
        if url in self._open:
            self._open.pop(url).close()


def _lives(connection: psycopg.Connection) -> bool:
    """Whether it leads anywhere: a test may have ended it, or the server."""
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        connection.close()
        return False
    return True


def emptiable(url: str) -> Emptiable | None:
    """How the fresh database at ``url`` is emptied; None where its migrations filled tables."""
    with psycopg.connect(url) as connection:
        tables = _tables(connection)
        revisions = _revisions(connection, tables)
        for table in tables:
            filled = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
            if table not in revisions and connection.execute(filled).fetchone() == (True,):
                return None
        return Emptiable(_shape(connection), revisions)


def _shape(connection: psycopg.Connection) -> str:
    found = connection.execute(_SHAPE).fetchone()
    assert found is not None
    return str(found[0])


def _tables(connection: psycopg.Connection) -> list[str]:
    return [name for (name,) in connection.execute(_TABLES)]


def _revisions(
    connection: psycopg.Connection, tables: list[str]
) -> dict[str, list[tuple[str, ...]]]:
    names = [name for name in tables if name.endswith("alembic_version")]
    return {
        name: connection.execute(
            sql.SQL("SELECT * FROM {} ORDER BY 1").format(sql.Identifier(name))
        ).fetchall()
        for name in names
    }
