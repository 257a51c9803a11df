"""Rows of columns, read without what a session does for objects."""

from collections.abc import Mapping
from typing import Any, TypeVarTuple

from sqlalchemy import CursorResult, Select, orm

Columns = TypeVarTuple("Columns")


def read_rows(
    session: orm.Session, statement: Select[*Columns], values: Mapping[str, Any] | None = None
) -> CursorResult[*Columns]:
    """The rows of ``statement``, which selects columns and no objects, as the session reads them at
    twice the price: a page of a list asks for such rows a dozen times. What ``session`` holds and
    has not written is written first, as by the session."""
    if session.autoflush:
        session.flush()
    return session.connection().execute(statement, values)
