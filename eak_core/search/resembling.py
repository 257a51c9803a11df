"""What resembles a document: the others that share its rarest words.

A text is compared by its stems, each weighed by how rare it is among the documents of its kind
(TF-IDF, cosine): so no model has to be trained, the answer can be explained by the words that two
texts share, and both databases give the same. Texts that say the same in other words are not found.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from eak_core.db import Session
from eak_core.permissions import Actor
from eak_core.plugins.per_service.models import SearchDocument, SearchTerm
from eak_core.search.finding import Hit, Readable, rarity
from eak_core.search.index import TITLE, stemmed, stems_of
from eak_core.search.kinds import Document, SearchKind
from eak_core.search.words import Sought

#: So many of the rarest words of a text are looked for, as long as they are in no more than so many
#: documents all together; each in so many of the latest of these.
MOST_WORDS = 12
MOST_MET = 3_000
MOST_EACH = 200
#: So many that share most of them are compared whole.
MOST_COMPARED = 50
#: Below this two texts share no more than any two do. Between 0 and 1.
LEAST = 0.12
#: A word in this part of all documents tells none from another.
_EVERYWHERE = 0.2
_IN_TITLE = 2.0


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The words of a text, each with its weight; ``length`` is that of the vector they make."""

    words: Mapping[str, float]

    @property
    def length(self) -> float:
        return math.sqrt(sum(weight * weight for weight in self.words.values())) or 1.0

    def like(self, other: "_Weighed") -> float:
        """The cosine of the angle between the two: 1 for the same words, 0 for none in common."""
        shared = self.words.keys() & other.words.keys()
        product = sum(self.words[word] * other.words[word] for word in shared)
        return product / (self.length * other.length)


def resembling(
    session: Session,
    service_id: int,
    actor: Actor,
    kind: SearchKind,
    document: Document,
    *,
    most: int,
    but: int = 0,
) -> Sequence[Hit]:
    """At most ``most`` documents of ``kind`` in a service that resemble ``document``, whether or
    not it is one of them (``but`` is its id then), of those that ``actor`` may read; the most alike
    first. ``score`` is from 0 to 1."""
    found = stemmed(document)
    rarities, documents = _rarities(session, service_id, kind.name, set(_plain(found)))
    looked_for = _weighed(found, rarities)
    shared: dict[int, float] = {}
    met, readable = 0, Readable(session, service_id, actor, kind)
    for word in sorted(looked_for.words, key=lambda word: (documents[word], word))[:MOST_WORDS]:
        met += documents[word]
        if met > MOST_MET and len(shared) >= most:
            break
        for row in readable.latest([Sought(word, "")], MOST_EACH):
            shared[row.subject_id] = shared.get(row.subject_id, 0) + looked_for.words[word]
    shared.pop(but, None)
    # Of as many that share as much, the latest.
    near = sorted(shared, key=lambda each: (-shared[each], -each))[:MOST_COMPARED]
    hits = [
        Hit(kind, subject_id, looked_for.like(_weighed(stems_of(kept), rarities)))
        for subject_id, kept in _kept(session, kind, near)
    ]
    alike = [hit for hit in hits if hit.score >= LEAST]
    return sorted(alike, key=lambda hit: (-hit.score, -hit.id))[:most]


def _plain(stems: Iterable[str]) -> list[str]:
    return [each for each in stems if not each.startswith(TITLE)]


def _weighed(stems: Sequence[str], rarities: Mapping[str, float]) -> _Weighed:
    titled = {each.removeprefix(TITLE) for each in stems if each.startswith(TITLE)}
    times = Counter(_plain(stems))
    # What stands nowhere else makes a text longer, and no other one like it.
    return _Weighed(
        {
            word: rarities.get(word, _UNKNOWN)
            * (1 + math.log(number))
            * (_IN_TITLE if word in titled else 1)
            for word, number in times.items()
            if rarities.get(word, _UNKNOWN) > 0
        }
    )


#: What a word weighs of which nothing is known: one that only the other text has.
_UNKNOWN = 4.0
#: Words are weighed as if there were so many more documents without any of them: a word that is in
#: one of three experiments is no common word.
_IMAGINED = 20


def _rarities(
    session: Session, service_id: int, kind: str, words: Iterable[str]
) -> tuple[Mapping[str, float], Mapping[str, int]]:
    """How rare each of ``words`` is, 0 for what is nearly everywhere; and in how many documents it
    is."""
    asked = sorted(words)
    known = dict(
        session.execute(
            select(SearchTerm.stem, SearchTerm.documents).where(
                SearchTerm.service_id == service_id,
                SearchTerm.kind == kind,
                SearchTerm.stem.in_(["", *asked]),
            )
        ).all()
    )
    of = known.pop("", 0)
    documents = {word: known.get(word, 0) for word in asked}
    rarities = {
        word: rarity(number, of + _IMAGINED) if number <= max(2, of * _EVERYWHERE) else 0.0
        for word, number in documents.items()
    }
    return rarities, documents


def _kept(session: Session, kind: SearchKind, ids: Sequence[int]) -> Sequence[tuple[int, str]]:
    rows = session.execute(
        select(SearchDocument.subject_id, SearchDocument.stems).where(
            SearchDocument.kind == kind.name, SearchDocument.subject_id.in_(ids)
        )
    )
    return [(subject_id, stems) for subject_id, stems in rows]
