"""BM25 in whole numbers: the same score on every machine, and a share for each term.

Robertson and Zaragoza, *The Probabilistic Relevance Framework* (2009), as Lucene computes it since
its version 8: idf · tf / (tf + k1 · (1 - b + b · length / average length)), with
idf = ln(1 + (N - df + ½) / (df + ½)); k1 = 1.2, b = 0.75.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log

from eak_matchmaking.scoring.texts import Corpus, Text
from eak_matchmaking.scoring.thesaurus import Thesaurus

#: What is one whole here: values are counted in millionths.
ONE = 1_000_000
#: So many words in common, which no other offer has, make the full mark.
TELLING = 5
#: A synonym is worth this part of the word itself: one half.
SYNONYM = 2


@dataclass(frozen=True, slots=True)
class Common:
    """A term ``found`` in the offer that is ``sought`` by the need: the same, or a synonym."""

    sought: str
    found: str
    value: int


@dataclass(frozen=True)
class Sought:
    """The text of a need, looked for among the offers of ``corpus``."""

    text: Text
    corpus: Corpus
    thesaurus: Thesaurus

    @cached_property
    def _synonyms(self) -> Mapping[str, str]:
        """The synonyms of its terms that are none of its own, and of which they are: the first, in
        the order of the alphabet."""
        found: dict[str, str] = {}
        for term in sorted(self.text.counts):
            if not self.thesaurus.means(term, self.text.shown.get(term, "")):
                continue
            for synonym in self.thesaurus.synonyms(term):
                if synonym not in self.text.counts:
                    found.setdefault(synonym, term)
        return found

    @cached_property
    def full(self) -> int:
        """What is the full mark: `TELLING` words, or all where the need has fewer, that one offer
        alone has, once each, in a text of average length (in millionths)."""
        words = sum(" " not in term for term in self.text.counts)
        # tf / (tf + k1) with tf = 1.
        return min(words, TELLING) * idf(self.corpus.texts, 1) * 5 // 11

    def value(self, offered: Text) -> int:
        """How well ``offered`` answers it, in millionths: what its terms in common are worth."""
        return sum(value for _, _, value in self._found(offered))

    def common(self, offered: Text) -> list[Common]:
        """The terms that ``offered`` has of it, those of most value first.

        Each term of the offer counts once, and of an expression its words alone; a word of which
        the offer has a synonym, and not itself, counts once too, by the best one.
        """
        return sorted((Common(*each) for each in self._found(offered)), key=_order)

    def _found(self, offered: Text) -> list[tuple[str, str, int]]:
        """What `common` gives, in no order: sought, found, value."""
        found = [
            (term, term, self._value(term, offered))
            for term in self.text.counts.keys() & offered.counts.keys()
            if " " not in term
        ]
        best: dict[str, tuple[int, str]] = {}
        for term in self._synonyms.keys() & offered.counts.keys():
            sought = self._synonyms[term]
            if sought not in offered.counts:
                # By value, and of equal ones by the alphabet.
                each = -(self._value(term, offered, sought) // SYNONYM), term
                best[sought] = min(each, best.get(sought, each))
        found += ((sought, term, -less) for sought, (less, term) in best.items())
        return [each for each in found if each[2]]

    def _value(self, term: str, offered: Text, sought: str = "") -> int:
        corpus, times = self.corpus, offered.counts[term]
        # A synonym is no more telling than the word itself: its own rarity would put it before.
        known = corpus.frequencies
        frequency = max(known.get(term, 0), known.get(sought, 0))
        # The fraction of the formula, times ten times the length of all texts: nothing is rounded
        # before the end.
        upper = 10 * times * corpus.length
        lower = upper + 3 * corpus.length + 9 * offered.length * corpus.texts
        return idf(corpus.texts, frequency) * upper // lower if upper else 0


def _order(each: Common) -> tuple[int, str, str]:
    return -each.value, each.sought, each.found


@lru_cache(maxsize=10_000)
def idf(texts: int, frequency: int) -> int:
    """How telling a term is that stands in ``frequency`` of ``texts`` texts, in millionths."""
    return round(ONE * log((2 * texts + 2) / (2 * frequency + 1)))
