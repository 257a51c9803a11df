"""Finding documents by words, best first.

A database finds; Python ranks. So both give the same answer, and however many ideas a service has,
a search looks at no more than `MOST` documents of a kind: those whose title fits, and the latest.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, false, select

from eak_core.db import Session
from eak_core.permissions import Actor
from eak_core.plugins.per_service.models import SearchDocument, SearchTerm
from eak_core.search.index import TITLE, is_tag
from eak_core.search.kinds import SearchKind
from eak_core.search.lookup import AT_MOST, WANTED, asked, latest_having, subjects_having
from eak_core.search.words import Query, Sought
from eak_core.visible import says_something

#: So many documents of a kind are ranked, the latest ones; of others it is said that there are
#: more.
MOST = 1_000
#: So many whose title alone has every word are ranked whatever their age.
MOST_TITLED = 100

#: What a word weighs that is only the beginning of one in the text.
_BEGINS = 0.3
#: How soon it makes no difference that a word is there once more.
_ENOUGH = 1.2
#: What a word in the title adds.
_IN_TITLE = 1.5


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


class Readable:
    """The documents of ``kind`` in a service that ``actor`` may read as the tables say now, that
    have all ``tags`` and fulfil the ``conditions``. What is asked of the database is put together
    once, however often it is asked."""

    def __init__(
        self,
        session: Session,
        service_id: int,
        actor: Actor,
        kind: SearchKind,
        *conditions: ColumnElement[bool],
        tags: Sequence[str] = (),
    ) -> None:
        self._session, self._service_id = session, service_id
        self._kind, self._tags = kind.name, tags
        theirs = select(kind.key).where(
            kind.key == SearchDocument.subject_id, *kind.readable(service_id, actor), *conditions
        )
        self._latest = latest_having(session, theirs.exists())

    def latest(self, words: Iterable[Sought], most: int, sign: str = "") -> Sequence[Row[int, str]]:
        """The last of them that have all of ``words``, behind a ``sign`` in their title, no more
        than ``most``: with their stems, the latest first."""
        wanted = asked(self._session, self._service_id, self._kind, words, self._tags, sign)
        return self._session.execute(self._latest, {WANTED: wanted, AT_MOST: most}).all()


def find(
    session: Session,
    service_id: int,
    actor: Actor,
    kinds: Sequence[SearchKind],
    text: str,
    *conditions: ColumnElement[bool],
    tags: Sequence[str] = (),
) -> Found:
    """The documents of ``kinds`` in a service that have every word of ``text``, of those that
    ``actor`` may read; nothing for a text without words that count.

    ``conditions``, on the table of the only kind that is asked then, narrow it further, and so do
    ``tags``: where documents say in their tags what the conditions ask, those that fulfil them are
    found in the index, and it is not asked of each that has the words.
    """
    query = Query(text)
    # Nothing has for a tag what cannot be one, whoever asks for it.
    if not query.words or not all(map(is_tag, tags)):
        return Found(query, (), frozenset())
    rarities = _rarities(session, service_id, [kind.name for kind in kinds], query.words)
    hits, more = list[Hit](), set[str]()
    for kind in kinds:
        readable = Readable(session, service_id, actor, kind, *conditions, tags=tags)
        having = readable.latest(query.words, MOST + 1)
        rows = {row.subject_id: row.stems for row in having[:MOST]}
        if len(having) > MOST:
            more.add(kind.name)
            titled = readable.latest(query.words, MOST_TITLED, TITLE)
            rows |= {row.subject_id: row.stems for row in titled}
        hits += [
            Hit(kind, subject_id, score(stems, query.words, rarities[kind.name]))
            for subject_id, stems in rows.items()
        ]
    hits.sort(key=lambda hit: (-hit.score, hit.kind.name, -hit.id))
    return Found(query, hits, frozenset(more))


def latest_found(
    session: Session,
    service_id: int,
    actor: Actor,
    kind: SearchKind,
    text: str,
    *conditions: ColumnElement[bool],
    tags: Sequence[str] = (),
    most: int = MOST + 1,
) -> Sequence[int]:
    """The ids of the latest documents that `find` would find, no more than ``most``, the latest
    first: for a list in an order of its own, a map, a feed."""
    query = Query(text)
    if not query.words or not all(map(is_tag, tags)):
        return []
    readable = Readable(session, service_id, actor, kind, *conditions, tags=tags)
    return [row.subject_id for row in readable.latest(query.words, most)]


def matching(
    session: Session, service_id: int, kind: SearchKind, text: str
) -> tuple[ColumnElement[bool], ...]:
    """The conditions on the table of ``kind`` that keep what has every word of ``text``: for files,
    and for whoever has to have all of it. None for an empty text, and nothing is kept where none of
    its words counts; who may read is not part of it.
    """
    words = Query(text).words
    if not words:
        return (false(),) if says_something(text) else ()
    wanted = asked(session, service_id, kind.name, words)
    return (kind.key.in_(subjects_having(session, wanted)),)


def score(stems: str, words: Iterable[Sought], rarities: Mapping[str, float]) -> float:
    """How well a document fits: each word by how often it is there and how rare it is elsewhere (as
    BM25 does), more in a title, and the more the less else that title says."""
    # Of the same word twice in a row one is counted: it is said once more often, and no better.
    text = f" {stems} "
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
