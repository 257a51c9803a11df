"""What the databases look into: the documents that have all words of a search.

SQLite goes through its full-text index from the last document on, and stops where it has enough. A
GIN index gives every row that has a word before the latest can be chosen, however common it is; so
the words in PostgreSQL's say in which portion of the documents they stand (`SEARCH_VECTOR`), and
one portion is asked after the other, the last one first, until there are enough.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY, aggregate_order_by
from sqlalchemy.orm import aliased

from eak_core.db import Session
from eak_core.plugins.per_service.models import PORTION, SEARCH_VECTOR, SearchDocument
from eak_core.search.index import TAG, place
from eak_core.search.words import Sought

Ts = TypeVarTuple("Ts")

_index = table("search_index", column("rowid"))
_vector: ColumnElement[Any] = literal_column(SEARCH_VECTOR)
#: What is given to the statement of `latest_having`: what is looked for, and of how many.
WANTED, AT_MOST = "wanted", "at_most"
_wanted: ColumnElement[str] = bindparam(WANTED, type_=Text)
_at_most: ColumnElement[int] = bindparam(AT_MOST, type_=Integer)
#: Stands for the number of a portion in what is asked of PostgreSQL; no word has it.
_NUMBER = "#"


def latest_having(session: Session, *conditions: ColumnElement[bool]) -> Select[int, str]:
    """The statement of the last documents that have what is `WANTED` (from `asked`), no more than
    `AT_MOST`, and fulfil the ``conditions`` on `SearchDocument`: their subjects with their stems,
    the latest first."""
    if _is_sqlite(session):
        # In the order of the index, so that it stops where it has enough.
        return (
            _matched(select(SearchDocument.subject_id, SearchDocument.stems), _wanted)
            .where(*conditions)
            .order_by(_index.c.rowid.desc())
            .limit(_at_most)
        )
    had = select(
        (_portion_of(func.max) + 1).label("portion"),
        literal(0).label("number"),
        _none(Integer).label("subjects"),
        _none(Text).label("stems"),
    ).cte("had", recursive=True)
    within = (
        select(SearchDocument.id, SearchDocument.subject_id, SearchDocument.stems)
        .where(_within(had.c.portion - 1, _wanted), *conditions)
        # Of a sum there is no index: PostgreSQL would go through that of the ids backwards, making
        # the words of each document anew, in the hope of coming upon enough.
        .order_by((SearchDocument.id + 0).desc())
        .limit(_at_most)
        .correlate(had)
        .subquery("within")
    )
    found = select(
        *(
            func.array_agg(aggregate_order_by(each, within.c.id.desc())).label(each.name)
            for each in (within.c.subject_id, within.c.stems)
        )
    ).lateral("found")
    number = had.c.number + func.coalesce(func.cardinality(found.c.subject_id), 0)
    had = had.union_all(
        select(had.c.portion - 1, number, found.c.subject_id, found.c.stems)
        .join(found, true())
        .where(had.c.portion > _portion_of(func.min), had.c.number < _at_most)
    )
    each = func.unnest(had.c.subjects, had.c.stems).table_valued(
        column("subject_id", Integer), column("stems", Text), with_ordinality="place", name="each"
    )
    each = each.render_derived()
    return (
        select(each.c.subject_id, each.c.stems)
        .select_from(had)
        .join(each, true())
        .order_by(had.c.portion.desc(), each.c.place)
        .limit(_at_most)
    )


def subjects_having(session: Session, wanted: str) -> Select[int]:
    """The statement of the subjects of all documents that have what is ``wanted`` (`asked`)."""
    statement = select(SearchDocument.subject_id)
    if _is_sqlite(session):
        return _matched(statement, literal(wanted))
    numbers = func.generate_series(_portion_of(func.min), _portion_of(func.max))
    portions = numbers.table_valued("portion", name="portions").render_derived()
    each = statement.where(_within(portions.c.portion, literal(wanted))).offset(0).lateral("each")
    return select(each.c.subject_id).select_from(portions.join(each, true()))


def _matched(statement: Select[*Ts], wanted: ColumnElement[str]) -> Select[*Ts]:
    """``statement`` on `SearchDocument`, of what the index of SQLite has for ``wanted``."""
    return statement.join(_index, _index.c.rowid == SearchDocument.id).where(
        literal_column("search_index").op("MATCH")(wanted)
    )


def _portion_of(last: Callable[..., ColumnElement[int]]) -> ColumnElement[int]:
    """The portion of the ``last`` document, or of the first: ids grow where an index is made anew,
    and leave portions behind in which nothing stands."""
    document = aliased(SearchDocument)
    return select(func.coalesce(last(document.id), 0) // PORTION).scalar_subquery()


def _none(kind: Any) -> ColumnElement[Any]:
    return cast(literal("{}"), ARRAY(kind))


def _within(portion: ColumnElement[int], wanted: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a document is in a portion and has what is ``wanted``."""
    there = func.replace(wanted, _NUMBER, cast(portion, Text))
    return _vector.op("@@")(cast(there, TSQUERY))


def asked(
    session: Session,
    service_id: int,
    kind: str,
    words: Iterable[Sought],
    tags: Iterable[str] = (),
    sign: str = "",
) -> str:
    """All of ``words``, behind a ``sign``, and all ``tags`` in a ``kind`` of documents of a
    service, in the language of the database. Words are letters and digits alone, so nothing that
    was typed becomes part of that language; tags are what some document may have."""
    here, marks = place(service_id, kind), [TAG + each for each in tags]
    if _is_sqlite(session):
        each = [
            f'("{sign}{word.stem}"' + (f' OR "{sign}{word.beginning}"*)' if word.beginning else ")")
            for word in words
        ]
        return " AND ".join([*(f'"{mark}"' for mark in (here, *marks)), *each])
    here = f"{here}/{_NUMBER}."
    each = [
        f"('{here}{sign}{word.stem}'"
        + (f" | '{here}{sign}{word.beginning}':*)" if word.beginning else ")")
        for word in words
    ]
    return " & ".join([*(f"'{here}{mark}'" for mark in marks), *each])


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
