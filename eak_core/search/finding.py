"""Finding documents by words, best first.

A database finds; Python ranks. So both give the same answer, and however many ideas a service has,
a search looks at no more than `MOST` documents of a kind: those whose title fits, and the latest.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    cast,
    column,
    false,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from eak_core.db import Session
from eak_core.permissions import Actor
from eak_core.plugins.per_service.models import SearchDocument, SearchTerm
from eak_core.search.index import TITLE, place
from eak_core.search.kinds import SearchKind
from eak_core.search.words import Query, Sought
from eak_core.visible import says_something

#: So many documents of a kind are ranked, the latest ones; of others it is said that there are
#: more.
MOST = 1_000
#: So many whose title alone has every word are ranked whatever their age.
MOST_TITLED = 200

#: What a word weighs that is only the beginning of one in the text.
_BEGINS = 0.3
#: How soon it makes no difference that a word is there once more.
_ENOUGH = 1.2
#: What a word in the title adds.
_IN_TITLE = 1.5

_index = table("search_index", column("rowid"))
_vector: ColumnElement[Any] = literal_column(
    "array_to_tsvector(string_to_array(search_document.stems, ' '))"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found, and how well it fits."""

    kind: SearchKind
    id: int
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for ``query``, best first; ``more`` names the kinds of which only the latest
    were looked at."""

    query: Query
    hits: Sequence[Hit]
    more: frozenset[str]

    def of(self, kind: SearchKind) -> Sequence[Hit]:
        """The hits of one kind."""
        return [hit for hit in self.hits if hit.kind is kind]


def find(
    session: Session,
    service_id: int,
    actor: Actor,
    kinds: Sequence[SearchKind],
    text: str,
    *conditions: ColumnElement[bool],
) -> Found:
    """The documents of ``kinds`` in a service that have every word of ``text``, of those that
    ``actor`` may read; nothing for a text without words that count.

    ``conditions``, on the table of the only kind that is asked then, narrow it further.
    """
    query = Query(text)
    if not query.words:
        return Found(query, (), frozenset())
    rarities = _rarities(session, service_id, [kind.name for kind in kinds], query.words)
    hits, more = list[Hit](), set[str]()
    for kind in kinds:
        asked_for = (session, service_id, actor, kind, query.words)
        having = latest(*asked_for, MOST + 1, *conditions)
        rows = {row.subject_id: row.stems for row in having[:MOST]}
        if len(having) > MOST:
            more.add(kind.name)
            titled = latest(*asked_for, MOST_TITLED, *conditions, sign=TITLE)
            rows |= {row.subject_id: row.stems for row in titled}
        hits += [
            Hit(kind, subject_id, score(stems, query.words, rarities[kind.name]))
            for subject_id, stems in rows.items()
        ]
    hits.sort(key=lambda hit: (-hit.score, hit.kind.name, -hit.id))
    return Found(query, hits, frozenset(more))


def matching(
    session: Session, service_id: int, kind: SearchKind, text: str
) -> tuple[ColumnElement[bool], ...]:
    """The conditions on the table of ``kind`` that keep what has every word of ``text``: for lists
    and files in an order of their own. None for an empty text, and nothing is kept where none of
    its words counts; who may read is not part of it.
    """
    words = Query(text).words
    if not words:
        return (false(),) if says_something(text) else ()
    wanted = asked(session, service_id, kind, words)
    ids = _matched(session, select(SearchDocument.subject_id), wanted)
    return (kind.key.in_(ids),)


def score(stems: str, words: Iterable[Sought], rarities: Mapping[str, float]) -> float:
    """How well a document fits: each word by how often it is there and how rare it is elsewhere (as
    BM25 does), more in a title, and the more the less else that title says."""
    # A sign between all: the end of one word must not be the beginning of the next.
    text = f" {stems.replace(' ', '  ')} "
    total, titled = 0.0, 0
    for word in words:
        rarity = rarities.get(word.stem, 1.0)
        times = text.count(f" {word.stem} ") or _BEGINS
        in_title = f" {TITLE}{word.stem} " in text
        titled += in_title
        total += rarity * (times / (times + _ENOUGH) + in_title * _IN_TITLE)
    return total * (1 + titled / max(1, text.count(f" {TITLE}")))


def _rarities(
    session: Session, service_id: int, kinds: Sequence[str], words: Iterable[Sought]
) -> Mapping[str, Mapping[str, float]]:
    """By kind, how much each of ``words`` says: the rarer, the more."""
    known: dict[str, dict[str, int]] = {kind: {} for kind in kinds}
    rows = session.execute(
        select(SearchTerm.kind, SearchTerm.stem, SearchTerm.documents).where(
            SearchTerm.service_id == service_id,
            SearchTerm.kind.in_(kinds),
            SearchTerm.stem.in_(["", *(word.stem for word in words)]),
        )
    )
    for kind, stem, documents in rows:
        known[kind][stem] = documents
    return {
        kind: {
            stem: rarity(number, documents.get("", number)) for stem, number in documents.items()
        }
        for kind, documents in known.items()
    }


def rarity(number: int, of: int) -> float:
    """How much a word says that is in ``number`` documents ``of`` all (as BM25 has it)."""
    return math.log(1 + (of - number + 0.5) / (number + 0.5))


def latest(
    session: Session,
    service_id: int,
    actor: Actor,
    kind: SearchKind,
    words: Iterable[Sought],
    limit: int,
    *conditions: ColumnElement[bool],
    sign: str = "",
) -> Sequence[Row[int, str]]:
    """The last ``limit`` documents that have all of ``words``, behind a ``sign`` in their title,
    with their stems: of those that ``actor`` may read as the tables say now, and that fulfil the
    ``conditions``."""
    wanted = asked(session, service_id, kind, words, sign)
    theirs = select(kind.key).where(
        kind.key == SearchDocument.subject_id, *kind.readable(service_id, actor), *conditions
    )
    statement = select(SearchDocument.subject_id, SearchDocument.stems).where(theirs.exists())
    if _is_sqlite(session):
        # In the order of the index, so that it stops where it has enough.
        found = _matched(session, statement, wanted).order_by(_index.c.rowid.desc())
    else:
        # The index first: PostgreSQL would go through the table backwards, making the vector of
        # each row, in the hope of coming upon enough. Of more than twice as many as are asked for
        # it is not looked who may read them, but where conditions leave out nearly all.
        first = _matched(session, select(SearchDocument.id), wanted).cte("having")
        last = select(first.prefix_with("MATERIALIZED").c.id)
        if not conditions:
            last = last.order_by(first.c.id.desc()).limit(2 * limit)
        having = last.cte("last_having").prefix_with("MATERIALIZED")
        found = statement.join(having, having.c.id == SearchDocument.id)
        found = found.order_by(SearchDocument.id.desc())
    return session.execute(found.limit(limit)).all()


def _matched(session: Session, statement: Select[*tuple[Any, ...]], wanted: str) -> Any:
    """``statement`` on `SearchDocument`, of what the index has for ``wanted``."""
    if _is_sqlite(session):
        return statement.join(_index, _index.c.rowid == SearchDocument.id).where(
            literal_column("search_index").op("MATCH")(literal(wanted))
        )
    return statement.where(_vector.op("@@")(cast(literal(wanted), TSQUERY)))


def asked(
    session: Session,
    service_id: int,
    kind: SearchKind,
    words: Iterable[Sought],
    sign: str = "",
) -> str:
    """All of ``words`` in the language of the database. They are letters and digits alone, so
    nothing that was typed becomes part of that language."""
    if _is_sqlite(session):
        each = [
            f'("{sign}{word.stem}"' + (f' OR "{sign}{word.beginning}"*)' if word.beginning else ")")
            for word in words
        ]
        return " AND ".join([f'"{place(service_id, kind.name)}"', *each])
    each = [
        f"('{sign}{word.stem}'" + (f" | '{sign}{word.beginning}':*)" if word.beginning else ")")
        for word in words
    ]
    return " & ".join([f"'{place(service_id, kind.name)}'", *each])


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
