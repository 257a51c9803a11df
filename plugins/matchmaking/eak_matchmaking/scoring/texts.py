"""Texts as they are compared: how often each term stands in them, and in how many texts.

A term is the stem of a word, or the stems of an expression of the thesaurus, with a space between.
Stems come in from outside: whoever makes the texts and the thesaurus makes them by the same rule.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eak_matchmaking.scoring.thesaurus import Thesaurus


@dataclass(frozen=True, slots=True)
class Text:
    """``length`` in words that count; how often each term stands there, and how it is shown."""

    length: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)


def text_of(words: Sequence[tuple[str, str]], thesaurus: Thesaurus) -> Text:
    """The text of ``words`` in their order, each a stem and the word as it was written.

    A word is shown as it was written first.
    """
    stems = [stem for stem, _ in words]
    counts = Counter(stems)
    shown: dict[str, str] = {}
    for stem, written in words:
        shown.setdefault(stem, written.lower())
    for expression in thesaurus.expressions_in(stems):
        counts[expression] += 1
        shown[expression] = thesaurus.spelled[expression]
    return Text(len(stems), dict(counts), shown)


@dataclass(frozen=True, slots=True)
class Corpus:
    """The texts of all offers together: how many there are, their length, and in how many of them
    each term stands."""

    texts: int = 0
    length: int = 0
    frequencies: Mapping[str, int] = field(default_factory=dict)
