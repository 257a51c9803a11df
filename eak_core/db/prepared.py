"""Statements that every act of some kind runs: rendered once, and handed to the driver.

What SQLAlchemy does around a small statement (its key for the cache, its parameters, its result)
costs several times what the database does. A prepared statement is put together once per kind of
database; running it turns values into the driver's and asks.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Dialect, Executable
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

#: An INSERT tells how many rows it wrote only where that was asked for.
_COUNTED = {"preserve_rowcount": True}


class _Rendered(NamedTuple):
    """A statement in the driver's words; what makes the driver's value of each parameter; the
    parameters that are part of it, in the driver's words; in which order parameters go, or None
    where they go by their names."""

    sql: str
    parameters: Sequence[tuple[str, Callable[[Any], Any] | None]]
    constants: Mapping[str, Any]
    places: Sequence[str] | None

    def bound(self, values: Mapping[str, Any]) -> Any:
        bound = {
            name: values[name] if process is None else process(values[name])
            for name, process in self.parameters
        }
        if self.constants:
            bound |= self.constants
        return bound if self.places is None else tuple(map(bound.__getitem__, self.places))


class Prepared:
    """``statement``, which names its parameters, once for each kind of database.

    ``columns`` are those that an INSERT is given; each of them, and each parameter with a name, has
    to be given. What it answers comes as the driver has it: numbers and texts are themselves,
    instants are not.
    """

    def __init__(
        self, statement: Executable | Mapping[str, Executable], columns: Sequence[str] = ()
    ) -> None:
        self._statement, self._columns = statement, list(columns) or None
        self._rendered: dict[str, _Rendered] = {}

    def run(
        self, connection: Connection, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    ) -> CursorResult[Any]:
        """Run it with ``values``, or once with each of them."""
        rendered = self._of(connection.dialect)
        if isinstance(values, Mapping):
            bound: Any = rendered.bound(values)
        else:
            bound = [rendered.bound(each) for each in values]
        return connection.exec_driver_sql(rendered.sql, bound, execution_options=_COUNTED)

    def rendered(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[str, Any]:
        """The statement and its parameters as the driver of ``dialect`` takes them."""
        rendered = self._of(dialect)
        return rendered.sql, rendered.bound(values)

    def _of(self, dialect: Dialect) -> _Rendered:
        rendered = self._rendered.get(dialect.name)
        if rendered is None:
            rendered = self._rendered[dialect.name] = self._render(dialect)
        return rendered

    def _render(self, dialect: Dialect) -> _Rendered:
        statement = self._statement
        if isinstance(statement, Mapping):
            statement = statement[dialect.name]
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=dialect, column_keys=self._columns)
        assert isinstance(compiled, SQLCompiler)
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError(f"a prepared statement is given all its values: {compiled}")
        if compiled.post_compile_params:
            raise TypeError(f"a prepared statement asks for no list of values: {compiled}")
        processors = {name: _processor(bind.type, dialect) for name, bind in compiled.binds.items()}
        constants = {
            name: bind.value if (process := processors[name]) is None else process(bind.value)
            for name, bind in compiled.binds.items()
            if bind.unique
        }
        given = [(name, each) for name, each in processors.items() if name not in constants]
        return _Rendered(compiled.string, given, constants, compiled.positiontup)


def _processor(type_: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    processor: Callable[[Any], Any] | None = type_.dialect_impl(dialect).bind_processor(dialect)
    return processor
