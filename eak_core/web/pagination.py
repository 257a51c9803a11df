"""Lists shown page by page.

A page is found by its number as long as that costs little. Further on, the addresses of neighbours
name the item that they begin behind (`AFTER`) or end before (`BEFORE`), so that page 1,000 costs
what the first does. An address that has a number alone is counted off from the nearer end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Generic, TypeVar

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eak_core.errors import NotFound
from eak_core.i18n import _l
from eak_core.web.keyset import AnySelect, Order, order_of
from eak_core.web.links import AFTER, BEFORE

PER_PAGE = 20
#: So many of a list are counted; of a longer one it is said that there are more.
COUNTED = 1_000
# The largest number a reader may ask for; OFFSET must fit what both databases hold.
_LARGEST = 1_000_000
# Where so many items stand before the end of a page, its neighbours are named by its items.
_NAMED_FROM = 200

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: its ``items``, its ``number`` from 1, how many stand on each
    (``per_page``), and the ``total`` of the list; with ``more`` it is known of so many alone.

    ``goes_on`` where it was seen that a page follows. ``first`` and ``last`` are the ids of the
    items at its ends, where its neighbours are named by them.
    """

    items: Sequence[T]
    number: int
    per_page: int
    total: int
    more: bool = False
    goes_on: bool = False
    first: int | None = None
    last: int | None = None

    @property
    def pages(self) -> int:
        """How many pages there are, as far as is known; an empty list has one."""
        seen = self.number + self.goes_on if self.items else 1
        return max(seen, -(-self.total // self.per_page))

    @property
    def previous(self) -> int | None:
        """The number of the page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after, if any."""
        return self.number + 1 if self.number < self.pages else None

    def place(self, number: int) -> dict[str, str]:
        """What the address of the page ``number`` says of where that is, seen from this one."""
        if number == 1:
            return {}
        place = {"page": str(number)}
        if number == self.number + 1 and self.last is not None:
            place[AFTER] = str(self.last)
        elif number == self.number - 1 and self.first is not None:
            place[BEFORE] = str(self.first)
        return place

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
    statement: AnySelect,
    number: int | None = None,
    per_page: int = PER_PAGE,
    *,
    most: int | None = None,
    total: int | None = None,
    counting: AnySelect | None = None,
) -> Page[Any]:
    """Page ``number`` (from the address when not given) of what ``statement`` selects, with
    ``per_page`` items on each. At ``most`` so many are counted and shown. A ``total`` that is known
    is not counted; otherwise a thousand are, and `Page` says that there are more. Where the
    statement joins what it only shows, ``counting`` selects the same items without that.

    Items are objects where the statement selects one thing, rows otherwise. The statement must
    be ordered, or two pages could show the same item: ValueError. Where its order ends with their
    id, page 1,000 costs what the first does. NotFound for a page that does not exist, whatever was
    typed; the first page always does.
    """
    if not statement._order_by_clauses:  # noqa: SLF001 - nothing public tells it
        raise ValueError("a list shown page by page needs an order")
    order, beside = order_of(statement), None
    if number is None:
        number = page_number()
        beside = order and _beside(session, statement, order)
    more = False
    if total is None:
        counting = statement if counting is None else counting
        total = _counted(session, counting, COUNTED + 1 if most is None else most)
        more = most is None and total > COUNTED
    page: Page[Any] = Page((), number, per_page, min(total, COUNTED) if more else total, more)
    page = (beside and _named(session, page, *beside)) or _numbered(session, page, statement, order)
    if order is not None and page.items and number * per_page >= _NAMED_FROM:
        ends = order.id_of(page.items[0]), order.id_of(page.items[-1])
        page = replace(page, first=ends[0], last=ends[1])
    return page


def _counted(session: Session, statement: AnySelect, most: int) -> int:
    counted = select(func.count()).select_from(statement.order_by(None).limit(most).subquery())
    return session.scalar(counted) or 0


def _items(session: Session, statement: AnySelect) -> Sequence[Any]:
    if len(statement.column_descriptions) == 1:
        return session.scalars(statement).all()
    return session.execute(statement).all()


def _beside(session: Session, statement: AnySelect, order: Order) -> tuple[AnySelect, bool] | None:
    """What follows, or comes before (True), the item that the address names, the nearest first."""
    for name, before in ((AFTER, False), (BEFORE, True)):
        typed = request.args.get(name, "")
        if typed.isascii() and typed.isdecimal() and len(typed) <= 18:
            found = order.beside(session, statement, int(typed), before=before)
            return None if found is None else (found, before)
    return None


def _named(session: Session, page: Page[Any], beside: AnySelect, before: bool) -> Page[Any] | None:
    """The page beside the item that the address names; None where nothing is there any more."""
    found = _items(session, beside.limit(page.per_page + 1))
    items = found[: page.per_page]
    if not items:
        return None
    if before:
        return replace(page, items=items[::-1], goes_on=True)
    return replace(page, items=items, goes_on=len(found) > page.per_page)


def _numbered(
    session: Session, page: Page[Any], statement: AnySelect, order: Order | None
) -> Page[Any]:
    """The page as its number says, counted off from the nearer end of the list."""
    none = NotFound(_l("This list has no such page."))
    before = (page.number - 1) * page.per_page
    behind = page.total - before - page.per_page
    if page.number < 1 or (before and before >= page.total and not page.more):
        raise none
    if order is not None and not page.more and before > max(behind, 0):
        size = page.per_page + min(behind, 0)
        turned = order.turned(statement).limit(size).offset(max(behind, 0))
        return replace(page, items=_items(session, turned)[::-1])
    found = _items(session, _cut(statement, page.per_page + page.more, before))
    if page.more and not found:
        raise none
    return replace(page, items=found[: page.per_page], goes_on=len(found) > page.per_page)


# SQLAlchemy keeps with a statement what it has made of it: where a list asks with the same one each
# time, it is cut once.
@lru_cache(maxsize=64)
def _cut(statement: AnySelect, size: int, before: int) -> AnySelect:
    return statement.limit(size).offset(before)


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
