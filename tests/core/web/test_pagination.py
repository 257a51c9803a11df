"""Lists shown page by page."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, render_template_string
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from eak_core.errors import NotFound
from eak_core.web.i18n import LANGUAGE
from eak_core.web.links import asked_for
from eak_core.web.pagination import Page, cut, paginate
from eak_core.web.reader_choices import CONTRAST


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Thing(id=n) for n in range(1, 46))
        session.flush()
        yield session


ORDERED = select(Thing).order_by(Thing.id)


def test_the_pages_of_a_list_hold_each_item_once(session: Session) -> None:
    pages = [paginate(session, ORDERED, n) for n in (1, 2, 3)]
    assert [item.id for page in pages for item in page.items] == list(range(1, 46))
    assert [(page.previous, page.next) for page in pages] == [(None, 2), (1, 3), (2, None)]
    assert {page.total for page in pages} == {45}


def test_rows_of_several_columns_stay_rows(session: Session) -> None:
    page = paginate(session, select(Thing.id, Thing.id * 2).order_by(Thing.id), 1)
    assert tuple(page.items[1]) == (2, 4)


def test_the_list_is_counted_once(session: Session) -> None:
    statements: list[str] = []
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *a: statements.append(a[2]))
    paginate(session, ORDERED, 2)
    assert len(statements) == 2
    assert sum("count(" in statement for statement in statements) == 1


def test_an_empty_list_has_one_page(session: Session) -> None:
    page = paginate(session, ORDERED.where(Thing.id < 0), 1)
    assert (page.items, page.pages, page.next) == ([], 1, None)


def test_a_list_without_an_order_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="order"):
        paginate(session, select(Thing), 1)


@pytest.mark.parametrize(
    "typed", ["0", "-1", "4", "deux", "", "1.0", " 1", "+1", "1e1", "٢", "²", "9" * 40, "9999999"]
)
def test_a_page_that_does_not_exist_is_not_found(site: Flask, session: Session, typed: str) -> None:
    with site.test_request_context("/", query_string={"page": typed}), pytest.raises(NotFound):
        paginate(session, ORDERED)


def test_the_page_asked_for_by_the_address_is_shown(site: Flask, session: Session) -> None:
    with site.test_request_context("/?page=2"):
        assert paginate(session, ORDERED).number == 2
    with site.test_request_context("/"):
        assert paginate(session, ORDERED).number == 1


@pytest.mark.parametrize(
    ("number", "total", "shown"),
    [
        (1, 20, [1]),
        (1, 100, [1, 2, None, 5]),
        (3, 100, [1, 2, 3, 4, 5]),
        (5, 200, [1, None, 4, 5, 6, None, 10]),
        (4, 200, [1, 2, 3, 4, 5, None, 10]),
        (10, 200, [1, None, 9, 10]),
    ],
)
def test_a_long_list_links_its_ends_and_what_is_near(
    number: int, total: int, shown: list[int | None]
) -> None:
    assert Page((), number, 20, total).numbers() == shown


def test_links_keep_the_filters_and_the_first_page_has_the_plain_address(site: Flask) -> None:
    template = '{% from "macros/page.html" import pagination %}{{ pagination(page) }}'
    with site.test_request_context("/accessibilite?q=toit&page=2&lang=fr"):
        html = render_template_string(template, page=Page((), 2, 20, 60))
        assert render_template_string(template, page=Page((), 1, 20, 20)).strip() == ""
    assert 'href="/accessibilite?q=toit"' in html
    assert 'href="/accessibilite?q=toit&amp;page=3"' in html
    assert html.count('aria-current="page"') == 1


class Entry(Base):
    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    group: Mapped[int]
    late: Mapped[int | None]


ORDERS = {
    "one way": (Entry.group.desc(), Entry.id.desc()),
    "both ways": (Entry.group.desc(), Entry.id),
    "by a value": (func.abs(Entry.group), Entry.id.desc()),
    "by the id": (Entry.id,),
}


@pytest.fixture
def entries(session: Session) -> Session:
    session.add_all(Entry(id=n, group=n % 7 - 3, late=n if n % 2 else None) for n in range(1, 1301))
    session.flush()
    return session


def place_of(page: Page[Any], number: int) -> str:
    return "/?" + urlencode(page.place(number))


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("total", [None, 1300])
def test_whoever_goes_on_and_back_sees_each_item_once_and_in_order(
    site: Flask, entries: Session, order: Any, total: int | None
) -> None:
    statement = select(Entry).order_by(*order)
    everything = [each.id for each in entries.scalars(statement)]
    seen, ways, address = list[int](), list[Page[Any]](), "/"
    while True:
        with site.test_request_context(address):
            page = paginate(entries, statement, total=total)
        seen += [each.id for each in page.items]
        ways.append(page)
        if page.next is None:
            break
        address = place_of(page, page.next)
    assert seen == everything
    assert (page.number, page.pages, page.items[-1].id) == (65, 65, everything[-1])
    for earlier in reversed(ways[:-1]):
        assert page.previous is not None
        with site.test_request_context(place_of(page, page.previous)):
            page = paginate(entries, statement, total=total)
        assert (page.number, page.items) == (earlier.number, earlier.items)
        assert page.next == page.number + 1


def test_a_far_page_by_its_number_alone_is_the_same(site: Flask, entries: Session) -> None:
    statement = select(Entry.id, Entry.group).order_by(*ORDERS["both ways"])
    everything = entries.execute(statement).all()
    for total in (None, 1300):
        for number in (1, 12, 33, 34, 64, 65):
            with site.test_request_context(f"/?page={number}"):
                page = paginate(entries, statement, total=total)
            assert page.items == everything[(number - 1) * 20 : number * 20]
            assert (page.next is None) == (number == 65)


def test_a_far_page_skips_nothing(site: Flask, entries: Session) -> None:
    asked: list[str] = []
    bind = entries.get_bind()
    statement = select(Entry).order_by(*ORDERS["one way"])
    with site.test_request_context("/?page=40"):
        page = paginate(entries, statement, total=1300)
    event.listen(bind, "before_cursor_execute", lambda *a: asked.append(str(a[2:4])))
    for number in (39, 41):
        with site.test_request_context(place_of(page, number)):
            paginate(entries, statement, total=1300)
    assert len(asked) == 4
    assert not [each for each in asked if "OFFSET" in each and "0)" not in each[-4:]]
    with site.test_request_context("/?page=64"):
        paginate(entries, statement, total=1300)
    assert asked[-1].endswith("(20, 20))")


@pytest.mark.parametrize(
    "typed", ["apres=9999", "apres=x", "avant=", "apres=" + "9" * 30, "avant=0"]
)
def test_a_place_that_is_none_leaves_the_number(site: Flask, entries: Session, typed: str) -> None:
    statement = select(Entry).order_by(Entry.id)
    with site.test_request_context(f"/?page=13&{typed}"):
        assert paginate(entries, statement).items[0].id == 241


def test_a_place_with_nothing_to_compare_leaves_the_number(site: Flask, entries: Session) -> None:
    statement = select(Entry).order_by(Entry.group, Entry.late, Entry.id)
    named = entries.scalars(statement.offset(20)).first()
    assert named is not None
    assert named.late is None
    with site.test_request_context(f"/?page=13&apres={named.id}"):
        items = paginate(entries, statement).items
    assert items == entries.scalars(statement.limit(20).offset(240)).all()


def test_of_a_long_list_a_thousand_are_counted_and_a_page_past_its_end_is_none(
    site: Flask, entries: Session
) -> None:
    statement = select(Entry).order_by(Entry.id)
    page = paginate(entries, statement, 1)
    assert (page.total, page.more, page.next) == (1000, True, 2)
    assert not paginate(entries, statement.where(Entry.id <= 1000), 1).more
    for total in (None, 1300):
        with site.test_request_context("/?page=66"), pytest.raises(NotFound):
            paginate(entries, statement, total=total)


def test_near_the_beginning_addresses_say_the_page_alone(entries: Session) -> None:
    page = paginate(entries, select(Entry).order_by(Entry.id), 3)
    assert [page.place(number) for number in (1, 2, 4)] == [{}, {"page": "2"}, {"page": "4"}]


def test_of_a_list_at_hand_there_is_no_page_past_its_end(site: Flask) -> None:
    with site.test_request_context("/?page=3"):
        assert cut(range(45)).items == range(40, 45)
    with site.test_request_context("/?page=4"), pytest.raises(NotFound):
        cut(range(45))


def test_no_link_of_a_list_carries_on_what_its_reader_chooses_for_all_pages() -> None:
    chosen = {choice.argument: min(choice.values) for choice in (CONTRAST, LANGUAGE)}
    with Flask("any").test_request_context("/", query_string={**chosen, "q": "bees"}):
        assert asked_for() == {"q": ["bees"]}
