"""How good a list of suggestions is, and how evenly partners are shown."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import log2


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


def gini(shown: Iterable[int]) -> Fraction:
    """How unevenly ``shown`` is spread: 0 where all have the same, (n - 1) / n where one of n has
    all. 0 where there is nothing to spread. `ValueError` for a number below 0."""
    values = sorted(shown)
    total, number = sum(values), len(values)
    if values and values[0] < 0:
        raise ValueError("a number below 0 cannot be spread.")
    if not total:
        return Fraction(0)
    weighted = sum(place * value for place, value in enumerate(values, start=1))
    return Fraction(2 * weighted - (number + 1) * total, number * total)
