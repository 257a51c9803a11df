"""Majority judgment (Balinski and Laraki, *Majority Judgment*, MIT Press 2011), in exact integers.

Grades run from 1, the worst, to the number of grades; 0 is "not graded". A tally holds how often
each grade was given, from the worst to the best. Its majority grade is the *lower* median, so that
of two middle judgments the more severe counts.

The ranking is the complete one: write down the majority grade, take one judgment equal to it away,
and so on; compare what was written. `score` comes to the same order without walking through the
judgments. The gauge explains a rank and never contradicts it; it only leaves more ties.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import islice
from math import lcm
from typing import Generic, Literal, TypeVar

import msgspec

C = TypeVar("C", bound=Hashable)

#: How often each grade was given, from the worst to the best.
Tally = tuple[int, ...]
#: What ideas graded by different numbers of voters are compared by: a missing grade counts as the
#: worst one, as the idea's own majority grade, or all tallies are brought to the same total.
Missing = Literal["worst", "median", "normalised"]

#: Ballots that are counted at once: columns of this length are counted without a loop of ours.
_CHUNK = 10_000


class Gauge(msgspec.Struct, frozen=True):
    """How firm a majority grade is: ``p`` judgments above ``grade``, ``q`` below, of ``total``.

    ``sign`` is "+" where more judges ask for better than for worse, else "-". ``grade`` is 0 where
    nobody graded.
    """

    grade: int
    p: int
    q: int
    total: int

    @property
    def sign(self) -> Literal["+", "-"]:
        return "+" if self.p > self.q else "-"

    @property
    def order(self) -> tuple[int, int, int]:
        """Gauges compared: a greater one is better. Equal ones may still differ by `score`."""
        return (self.grade, 1, self.p) if self.p > self.q else (self.grade, 0, -self.q)


class Ranked(msgspec.Struct, Generic[C], frozen=True):
    """A candidate's place. ``rank`` is shared by true ties and followed by a gap (1, 1, 3).

    ``gauge`` and ``tally`` are those that were compared; ``eligible`` is False where some criterion
    is below the floor.
    """

    candidate: C
    rank: int
    gauge: Gauge
    tally: Tally
    eligible: bool = True

    @property
    def grade(self) -> int:
        return self.gauge.grade


class Judgment(msgspec.Struct, Generic[C], frozen=True):
    """Candidates ranked on the weighted pool of all criteria, and on each criterion alone."""

    overall: list[Ranked[C]]
    criteria: list[list[Ranked[C]]]


def majority_grade(tally: Sequence[int]) -> int:
    """The lower median, from 1; 0 of an empty tally."""
    half = (sum(tally) + 1) // 2
    if not half:
        return 0
    seen = 0
    for grade, count in enumerate(tally, 1):
        seen += count
        if seen >= half:
            return grade
    raise ValueError("a tally holds no negative counts")


def gauge(tally: Sequence[int]) -> Gauge:
    """The majority gauge (p, grade, q) of a tally."""
    grade = majority_grade(tally)
    return Gauge(grade, sum(tally[grade:]), sum(tally[: max(grade - 1, 0)]), sum(tally))


def score(tally: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """What tallies of the same total are ranked by: the greater is better, equal is a true tie.

    As many pairs as there are grades: the majority grade with +p or -q, then the same of the tally
    in which the judgments of that grade joined the nearest ones on the winning side (MieuxVoter's
    score; the same order as the majority value, in a time that does not depend on the judgments).
    """
    counts = list(tally)
    total = sum(counts)
    half = (total + 1) // 2
    pairs: list[tuple[int, int]] = []
    for _ in counts:
        # The majority grade, p and q in one pass: this is what ranking costs.
        below = grade = 0
        for count in counts:
            if below + count >= half:
                break
            below += count
            grade += 1
        if not half:
            pairs.append((0, 0))
            continue
        above = total - below - counts[grade]
        if above > below:
            pairs.append((grade + 1, above))
            side = range(grade + 1, len(counts))
        else:
            pairs.append((grade + 1, -below))
            side = range(grade - 1, -1, -1)
        nearest = next((other for other in side if counts[other]), None)
        if nearest is not None:
            counts[nearest] += counts[grade]
            counts[grade] = 0
    return tuple(pairs)


def rank(tallies: Mapping[C, Tally]) -> list[Ranked[C]]:
    """The candidates from the best, true ties at the same rank and in the order given.

    `ValueError` where the tallies have different totals (see `complete`); candidates that nobody
    graded may stand among them, and come last.
    """
    totals = {sum(tally) for tally in tallies.values()} - {0}
    if len(totals) > 1:
        raise ValueError("Tallies of different totals cannot be compared: complete them first.")
    scores = {candidate: score(tally) for candidate, tally in tallies.items()}
    ranked: list[Ranked[C]] = []
    for place, candidate in enumerate(sorted(scores, key=scores.__getitem__, reverse=True), 1):
        tied = ranked and scores[ranked[-1].candidate] == scores[candidate]
        tally = tallies[candidate]
        ranked.append(
            Ranked(candidate, ranked[-1].rank if tied else place, gauge(tally), tally),
        )
    return ranked


def complete(tallies: Mapping[C, Tally], ballots: int, missing: Missing) -> dict[C, Tally]:
    """The tallies made comparable, where candidates were graded by different numbers of voters.

    ``ballots`` is how many grades each would have if everybody had graded it. "worst" adds the
    missing grades as the worst grade (MieuxVoter's StaticDefault), "median" as the candidate's own
    majority grade (MedianDefault), "normalised" multiplies each tally by LCM(totals) / total
    (Normalized). A candidate that nobody graded has neither median nor shares, and stays empty
    under these two. `ValueError` where there are more grades than ballots.
    """
    totals = {candidate: sum(tally) for candidate, tally in tallies.items()}
    if any(total > ballots for total in totals.values()):
        raise ValueError("A candidate has more grades than there are ballots.")
    if missing == "normalised":
        common = lcm(*(total for total in totals.values() if total))
        return {
            candidate: tuple(count * (common // totals[candidate]) for count in tally)
            if totals[candidate]
            else tally
            for candidate, tally in tallies.items()
        }
    return {
        candidate: _added(
            tally,
            1 if missing == "worst" else majority_grade(tally),
            ballots - totals[candidate],
        )
        for candidate, tally in tallies.items()
    }


def _added(tally: Tally, grade: int, count: int) -> Tally:
    if not grade:
        return tally
    return (*tally[: grade - 1], tally[grade - 1] + count, *tally[grade:])


def pool(profiles: Sequence[Mapping[C, Tally]], weights: Sequence[int]) -> dict[C, Tally]:
    """The tallies of all criteria together, each judgment counted ``weight`` times.

    It is a tally like any other, so that the rank over several criteria is exact majority judgment;
    grades are never averaged. ``profiles`` and ``weights`` go by criterion.
    """
    pooled: dict[C, Tally] = {}
    for profile, weight in zip(profiles, weights, strict=True):
        for candidate, tally in profile.items():
            before = pooled.get(candidate) or (0,) * len(tally)
            pooled[candidate] = tuple(a + weight * b for a, b in zip(before, tally, strict=True))
    return pooled


def judge(
    profiles: Sequence[Mapping[C, Tally]],
    weights: Sequence[int],
    ballots: int,
    missing: Missing,
    floor: int | None = None,
) -> Judgment[C]:
    """Candidates ranked on the weighted pool and on each criterion, missing grades completed.

    The pool is of the grades that were given, and is completed like the tally of one criterion.
    Where some criterion's majority grade is below ``floor`` the candidate keeps its rank and is not
    eligible.
    """
    criteria = [rank(complete(profile, ballots, missing)) for profile in profiles]
    pooled = complete(pool(profiles, weights), ballots * sum(weights), missing)
    short = {
        each.candidate
        for ranked in criteria
        for each in ranked
        if floor is not None and each.grade < floor
    }
    overall = [
        msgspec.structs.replace(each, eligible=each.candidate not in short) for each in rank(pooled)
    ]
    return Judgment(overall, criteria)


def tally(
    ballots: Iterable[Sequence[int] | Mapping[C, int]], candidates: Sequence[C], grades: int
) -> dict[C, Tally]:
    """How often each candidate received each grade, by candidate.

    A ballot is a sequence of grades in the order of ``candidates``, or a mapping of those that were
    graded; all are of the same kind. 0 is not graded. `ValueError` for any other number than 0 to
    ``grades``, and for a ballot of another length.
    """
    rows = (
        [ballot.get(candidate, 0) for candidate in candidates]
        if isinstance(ballot, Mapping)
        else ballot
        for ballot in ballots
    )
    counts = _columns(rows, len(candidates))
    return {
        candidate: _tally(count, grades)
        for candidate, count in zip(candidates, counts, strict=True)
    }


def tally_criteria(
    ballots: Iterable[Mapping[C, Sequence[int]]],
    candidates: Sequence[C],
    criteria: int,
    grades: int,
) -> list[dict[C, Tally]]:
    """The same where each graded candidate has a grade per criterion: a profile per criterion."""
    none = (0,) * criteria
    rows = (
        [grade for candidate in candidates for grade in ballot.get(candidate, none)]
        for ballot in ballots
    )
    counts = _columns(rows, len(candidates) * criteria)
    return [
        {
            candidate: _tally(counts[place * criteria + criterion], grades)
            for place, candidate in enumerate(candidates)
        }
        for criterion in range(criteria)
    ]


def _columns(rows: Iterable[Sequence[int]], width: int) -> list[Counter[int]]:
    counts: list[Counter[int]] = [Counter() for _ in range(width)]
    reading = iter(rows)
    while chunk := list(islice(reading, _CHUNK)):
        if any(len(row) != width for row in chunk):
            raise ValueError(f"A ballot does not hold {width} grades.")
        for count, column in zip(counts, zip(*chunk, strict=True), strict=True):
            count.update(column)
    return counts


def _tally(count: Counter[int], grades: int) -> Tally:
    for grade in count:
        if not 0 <= grade <= grades:
            raise ValueError(f"There is no grade {grade}: grades run from 1 to {grades}.")
    return tuple(count[grade] for grade in range(1, grades + 1))
