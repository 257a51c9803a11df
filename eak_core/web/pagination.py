"""Lists shown page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from eak_core.errors import NotFound
from eak_core.i18n import _l

PER_PAGE = 20
# The largest number a reader may ask for; OFFSET must fit what both databases hold.
_LARGEST = 1_000_000

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: its ``items``, its ``number`` from 1, how many stand on each
    (``per_page``), and the ``total`` of the list."""

    items: Sequence[T]
    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def previous(self) -> int | None:
        """The number of the page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after, if any."""
        return self.number + 1 if self.number < self.pages else None

    def numbers(self, around: int = 1) -> list[int | None]:
        """The pages to link: first, last, those ``around`` this one; None for what is left out."""
        near = range(self.number - around, self.number + around + 1)
        shown = sorted({1, self.pages, *(n for n in near if 1 <= n <= self.pages)})
        result: list[int | None] = []
        for number in shown:
            last = result[-1] if result else None
            if last is not None and number - last == 2:
                result.append(last + 1)
            elif last is not None and number - last > 2:
                result.append(None)
            result.append(number)
        return result


def paginate(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    number: int | None = None,
    per_page: int = PER_PAGE,
    *,
    most: int | None = None,
) -> Page[Any]:
    """Page ``number`` (from the address when not given) of what ``statement`` selects, with
    ``per_page`` items on each. At ``most`` so many are counted and shown, where to count all would
    take long.

    Items are objects where the statement selects one thing, rows otherwise. The statement must
    be ordered, or two pages could show the same item: ValueError. NotFound for a page that does
    not exist, whatever was typed; the first page always does.
    """
    if not statement._order_by_clauses:  # noqa: SLF001 - nothing public tells it
        raise ValueError("a list shown page by page needs an order")
    number = page_number() if number is None else number
    counted = select(func.count()).select_from(statement.order_by(None).limit(most).subquery())
    total = session.scalar(counted) or 0
    page: Page[Any] = Page((), number, per_page, total)
    if not 1 <= number <= page.pages:
        raise NotFound(_l("This list has no such page."))
    shown = statement.limit(per_page).offset((number - 1) * per_page)
    one_thing = len(statement.column_descriptions) == 1
    items = session.scalars(shown).all() if one_thing else session.execute(shown).all()
    return Page(items, number, per_page, total)


def cut(everything: Sequence[T], per_page: int = PER_PAGE) -> Page[T]:
    """The page that the address asks for, of a list that is at hand. NotFound as `paginate`."""
    number = page_number()
    page = Page(everything[(number - 1) * per_page :][:per_page], number, per_page, len(everything))
    if not 1 <= number <= page.pages:
        raise NotFound(_l("This list has no such page."))
    return page


def page_number() -> int:
    """The page asked for by the address; NotFound where it is no number of a page."""
    typed = request.args.get("page", "1")
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 7):
        raise NotFound(_l("This list has no such page."))
    return min(int(typed), _LARGEST)
