"""The place of an item in an ordered list, found by an index and not by counting up to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Integer, Select, and_, literal, or_, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import UnaryExpression

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Order:
    """The ``columns`` that a list is ordered by, each with whether it descends. The last of them is
    the id of its items, so that no two share a place."""

    columns: tuple[ColumnElement[Any], ...]
    descending: tuple[bool, ...]

    def turned(self, statement: AnySelect) -> AnySelect:
        """``statement`` from its end to its beginning."""
        return statement.order_by(None).order_by(
            *(
                column.asc() if descends else column.desc()
                for column, descends in zip(self.columns, self.descending, strict=True)
            )
        )

    def beside(
        self, session: Session, statement: AnySelect, item_id: int, *, before: bool
    ) -> AnySelect | None:
        """What of ``statement`` stands behind the item ``item_id``, or ``before`` it, the nearest
        first; None where that is not in the list."""
        here = statement.order_by(None).with_only_columns(*self.columns)
        values = session.execute(here.where(self.columns[-1] == item_id)).first()
        if values is None or None in values:
            return None
        beyond = statement.where(self._beyond(values, before=before))
        return self.turned(beyond) if before else beyond

    def _beyond(self, values: Sequence[Any], *, before: bool) -> ColumnElement[bool]:
        at = [
            literal(value, column.type) for column, value in zip(self.columns, values, strict=True)
        ]
        smaller = [descends is not before for descends in self.descending]
        if len(set(smaller)) == 1:
            mine, theirs = tuple_(*self.columns), tuple_(*at)
            return mine < theirs if smaller[0] else mine > theirs
        same, found = list[ColumnElement[bool]](), list[ColumnElement[bool]]()
        for column, value, is_smaller in zip(self.columns, at, smaller, strict=True):
            found.append(and_(*same, column < value if is_smaller else column > value))
            same.append(column == value)
        first = self.columns[0] <= at[0] if smaller[0] else self.columns[0] >= at[0]
        # The first alone too: an index can begin there.
        return and_(first, or_(*found))

    def id_of(self, item: Any) -> int | None:
        """The id of an item of the list, or of a row that has it; None where it has none."""
        column = self.columns[-1]
        mapping = getattr(item, "_mapping", None)
        if mapping is not None:
            if column in mapping:
                return int(mapping[column])
            item = item[0]
        found = getattr(item, getattr(column, "key", ""), None)
        return found if isinstance(found, int) else None


def order_of(statement: AnySelect) -> Order | None:
    """How ``statement`` is ordered; None where that does not end with the id of what it selects, or
    where rows of it are put together."""
    # Nothing public tells any of it.
    if statement._group_by_clauses or statement._distinct:  # noqa: SLF001
        return None
    columns, descending = list[ColumnElement[Any]](), list[bool]()
    for clause in statement._order_by_clauses:  # noqa: SLF001
        column, descends = clause, False
        if isinstance(clause, UnaryExpression) and clause.modifier is not None:
            if clause.modifier not in (operators.desc_op, operators.asc_op):
                return None
            column, descends = clause.element, clause.modifier is operators.desc_op
        columns.append(column)
        descending.append(descends)
    last: Any = columns[-1] if columns else None
    if not getattr(last, "primary_key", False) or not isinstance(last.type, Integer):
        return None
    if len(last.table.primary_key.columns) != 1:
        return None
    return Order(tuple(columns), tuple(descending))
