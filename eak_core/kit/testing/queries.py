"""Counting what an application asks of its database."""

from types import TracebackType
from typing import Any, Self

from flask import Flask
from sqlalchemy import event

from eak_core.db import db


class Queries:
    """The statements of one application within a block; transactions and settings left out."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._engine = db.engine
        self.statements: list[str] = []

    @property
    def count(self) -> int:
        return len(self.statements)

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split(None, 1)[0].upper() not in {"PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE"}:
            self.statements.append(statement)
