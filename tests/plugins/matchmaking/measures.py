"""How good a list of suggestions is, by the grades that people gave, and what texts add up to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import log2

from eak_matchmaking.scoring.texts import Corpus, Text


def dcg(grades: Sequence[int], k: int) -> float:
    """The discounted cumulative gain of the first ``k`` of a list: the sum of grade / log2(rank +
    1), ranks from 1 (Järvelin and Kekäläinen 2002)."""
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades[:k], start=1))


def ndcg(grades: Sequence[int], pool: Iterable[int], k: int) -> float:
    """`dcg` of the list, as a part of that of the best one: ``pool`` holds the grades of all that
    could have been listed. 0 where nothing is worth listing."""
    best = dcg(sorted(pool, reverse=True), k)
    return dcg(grades, k) / best if best else 0.0


def reciprocal_rank(grades: Sequence[int], enough: int = 1) -> Fraction:
    """1 / the rank of the first whose grade is ``enough`` or more; 0 where there is none."""
    return next(
        (Fraction(1, rank) for rank, grade in enumerate(grades, start=1) if grade >= enough),
        Fraction(0),
    )


def corpus_of(texts: Iterable[Text]) -> Corpus:
    """What `Corpus` says of ``texts``."""
    number, length, frequencies = 0, 0, Counter[str]()
    for text in texts:
        number += 1
        length += text.length
        frequencies.update(text.counts.keys())
    return Corpus(number, length, dict(frequencies))
