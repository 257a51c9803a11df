"""Lists shown page by page."""

from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from eak_core.errors import NotFound
from eak_core.web.pagination import Page, paginate


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
