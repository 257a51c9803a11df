"""Writing rows that may be there already, few or thousands, alike on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from eak_core.db import Base, Session, read_session, write_session
from eak_core.db.upsert import upsert

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


class Mark(Base):
    """A column of every kind that is written differently from what it is."""

    __tablename__ = "probe_mark"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[int | None]
    at: Mapped[datetime | None]
    shown: Mapped[bool] = mapped_column(default=True)


class Seen(Base):
    """Nothing but its key."""

    __tablename__ = "probe_seen"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Under(Base):
    """A row that needs another one."""

    __tablename__ = "probe_under"

    place: Mapped[int] = mapped_column(ForeignKey("probe_seen.place"), primary_key=True)


def mark(name: str, number: int | None, **more: Any) -> dict[str, Any]:
    return {"name": name, "place": 1, "number": number, "at": NOON, "shown": False, **more}


def kept(session: Session) -> dict[str, int | None]:
    return dict(session.execute(select(Mark.name, Mark.number)).all())


@pytest.mark.parametrize("rows", [1, 3, 5_000])
def test_rows_are_inserted_replaced_and_added_to(app: Flask, rows: int) -> None:
    names = [f"n{number}" for number in range(rows)]
    with write_session(app) as session:
        upsert(session, Mark, [mark(name, 1) for name in names])
        upsert(session, Mark, [mark(name, 5) for name in names])
        assert kept(session) == dict.fromkeys(names, 5)
        upsert(session, Mark, [mark(name, 2) for name in names], add=["number"])
        assert kept(session) == dict.fromkeys(names, 7)
        upsert(session, Mark, [])
        assert len(kept(session)) == rows


def test_of_two_rows_with_one_key_the_last_holds_and_counts_are_summed(app: Flask) -> None:
    later = NOON + timedelta(hours=1)
    with write_session(app) as session:
        upsert(session, Mark, [mark("a", 1), mark("b", 1), mark("a", 2, at=later)], add=["number"])
        upsert(session, Mark, [mark("a", 4), mark("a", 8, at=later)], add=["number"])
        assert kept(session) == {"a": 15, "b": 1}
        assert session.scalar(select(Mark.at).where(Mark.name == "a")) == later
        upsert(session, Mark, [mark("a", 7), mark("a", 6)])
        assert kept(session) == {"a": 6, "b": 1}


def test_values_are_written_as_their_columns_say(app: Flask) -> None:
    paris = NOON.astimezone(timezone(timedelta(hours=1)))
    with write_session(app) as session:
        upsert(session, Mark, [mark("é", None, at=paris), mark("b", 2, at=None)])
    with read_session(app) as session:
        found = {each.name: each for each in session.scalars(select(Mark))}
    assert (found["é"].at, found["é"].number, found["é"].shown) == (NOON, None, False)
    assert found["b"].at is None
    with write_session(app) as session, pytest.raises(Exception, match="must carry its zone"):
        upsert(session, Mark, [mark("a", 1, at=NOON.replace(tzinfo=None))])


def test_a_column_that_is_left_out_gets_its_default_where_the_row_is_new(app: Flask) -> None:
    row = {"place": 1, "name": "a", "number": 1}
    with write_session(app) as session:
        upsert(session, Mark, [row])
        assert session.scalar(select(Mark.shown)) is True
        upsert(session, Mark, [mark("a", 1)])
        upsert(session, Mark, [row, row], add=["number"])
        assert kept(session) == {"a": 3}
        assert session.scalar(select(Mark.shown)) is False


def test_a_row_that_is_nothing_but_its_key_is_left_as_it_is(app: Flask) -> None:
    with write_session(app) as session:
        upsert(session, Seen, [{"place": 1}, {"place": 2}, {"place": 1}])
        upsert(session, Seen, [{"place": 2}])
        assert session.scalars(select(Seen.place).order_by(Seen.place)).all() == [1, 2]


def test_what_the_session_has_not_written_yet_comes_first(app: Flask) -> None:
    with write_session(app) as session:
        session.add(Seen(place=3))
        upsert(session, Under, [{"place": 3}])
        assert session.scalar(select(Under.place)) == 3


def test_what_the_database_refuses_is_an_error_of_the_platform(app: Flask) -> None:
    with write_session(app) as session, pytest.raises(IntegrityError):
        upsert(session, Under, [{"place": 4}])
        session.commit()


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_text_that_is_too_long_is_not_cut_off(app: Flask) -> None:
    with write_session(app) as session, pytest.raises(DataError):
        upsert(session, Mark, [mark("longer than eight", 1)])
