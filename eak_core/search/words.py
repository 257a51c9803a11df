"""What a search makes of a text: folded words, and their stems.

Both databases are given stems and never texts, so they find the same. A stem is that of French
(Snowball, by PyStemmer), made of the folded word, as nobody types every accent: “vegetalisees”,
« végétaliser » and « Végétalisation » are one.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import Stemmer

from eak_core.visible import SIGNS, without_ignorable
from eak_core.web.text import stream_safe

# Letters that Unicode does not take for a letter with a mark, as they are written without one.
_LETTERS = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t",
    "ı": "i", "ŋ": "n", "ĸ": "k",
}  # fmt: skip
_ALIKE = str.maketrans(_LETTERS | {each: sign for sign, others in SIGNS.items() for each in others})
# Accents that stand apart after decomposition.
_marks = re.compile(r"[\u0300-\u036f]+")
_word = re.compile(r"[^\W_]+")

#: Longer words are cut, in characters: nobody types them, and an index bounds what it takes.
LONGEST_WORD = 40
#: Words of so many letters are as they are: “bus”, “dos”, “eux”.
LONGEST_INVARIABLE = 3
#: So many words of a search count.
MOST_WORDS = 10
#: From so many letters on, a word that somebody types may be the beginning of one.
SHORTEST_BEGINNING = 3

#: Words that say nothing of what a text is about, folded: French ones, what remains of them before
#: an apostrophe, and the commonest English ones.
_STOP = frozenset(
    "a ai aie ait alors as au aucun aucune aura aurait aussi autre autres aux avait avec avez"
    " avoir avons ayant bien c ca ce ceci cela celle celles celui ces cet cette ceux chaque chez"
    " comme comment d dans de des deux doit doivent donc dont du elle elles en encore entre es est"
    " et etaient etait etant etes etre eu eux faire fait faut font ici il ils j je jusqu jusque l"
    " la le les leur leurs lors lorsqu lorsque lui m ma mais me meme memes mes moins mon n ne ni"
    " nos notre nous on ont ou par parce pas peu peut peuvent plus pour pourquoi pourrait puis"
    " puisqu puisque qu quand que quel quelle quelles quels qui quoi s sa sans se sera serait ses"
    " si soit son sont sous sur t ta tandis te tel telle tels tes toi ton tous tout toute toutes"
    " tres trop tu un une vers via voici voila vos votre vous y and are at be but by can for from"
    " has have in is it its of or that the their there these they this to was we were will with"
    " you your".split()
)


def folded(text: str) -> str:
    """``text`` as whoever reads it would compare it: without case, accents, characters that show
    nothing and doubled spaces, with one kind of apostrophe, quotation mark and hyphen.

    « L’École‑Œuvre » is found by “l'ecole-oeuvre”. Slugs and the index are made of it: whoever
    changes it has the index built anew.
    """
    # Signs are made alike before Unicode takes ´ for a space with an accent, and letters after it
    # has taken ǿ apart.
    plain = stream_safe(without_ignorable(text.casefold()).translate(_ALIKE))
    decomposed = _marks.sub("", unicodedata.normalize("NFKD", plain))
    # Taking apart brings capitals (℃, 𝐀) and spaces of its own.
    return " ".join(decomposed.casefold().translate(_ALIKE).split())


def stems(text: str) -> list[str]:
    """The stems of the words of ``text`` in their order, those that say something."""
    return [_stem(word) for word in _words(text)]


def stem(word: str) -> str:
    """The stem of one word as it stands in a text; empty where it says nothing."""
    return "".join(stems(word)[:1])


def spelled_stems(text: str) -> list[tuple[str, str]]:
    """The stems of the words of ``text`` in their order, those that say something, each with the
    word as it stands there."""
    words = (found[0] for found in _word.finditer(without_ignorable(text)))
    return [(each, word) for word in words for each in stems(word)]


def _words(text: str) -> Iterator[str]:
    for found in _word.finditer(folded(text)):
        word = found[0]
        if word not in _STOP and (len(word) > 1 or not word.isascii() or word.isdecimal()):
            yield word[:LONGEST_WORD]


_stemmers = threading.local()


# A text repeats its words, and texts of one place repeat each other's.
@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    stemmer = getattr(_stemmers, "french", None)
    if stemmer is None:
        # One for each thread: a stemmer keeps what it is at.
        stemmer = _stemmers.french = Stemmer.Stemmer("french")
    stemmed: str = stemmer.stemWord(_singular(word))
    return stemmed


def _singular(word: str) -> str:
    """What Snowball no longer sees in a folded word: plurals behind a vowel, and the feminine of
    participles (partagées, vélos, réseaux)."""
    if len(word) <= LONGEST_INVARIABLE:
        return word
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    if plural or word.endswith(("eux", "eaux", "oux")):
        word = word[:-1]
    if word.endswith("ee"):
        word = word[:-1]
    return word


def _may_begin(word: str) -> bool:
    # A number is another one with a digit more; and SQLite's index begins each document with that
    # of its service, so that all of its documents would begin so.
    return len(word) >= SHORTEST_BEGINNING and not word.isdecimal()


@dataclass(frozen=True, slots=True)
class Sought:
    """A word of a search: the ``stem`` of what is looked for, and the ``beginning`` of a word as it
    was typed, empty where it is too short to be one, or a number."""

    stem: str
    beginning: str


@dataclass(frozen=True)
class Query:
    """What somebody looks for: ``text`` as it was typed."""

    text: str

    @cached_property
    def words(self) -> tuple[Sought, ...]:
        """The words that count, each once; none where nothing can be looked for."""
        found = {
            _stem(word): Sought(_stem(word), word if _may_begin(word) else "")
            for word in _words(self.text)
        }
        return tuple(found.values())[:MOST_WORDS]

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of `words`."""
        return frozenset(each.stem for each in self.words)

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        """The beginnings of `words` that have one."""
        return tuple(each.beginning for each in self.words if each.beginning)
