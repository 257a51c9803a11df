"""What the drawings of a result look like, as geometry. Pure.

A bar is as wide as its place: positions and widths are percentages, heights are pixels, so that
a drawing fills a phone and a wide screen with letters of the same size. The drawings that can be
downloaded are made of the same bars at a fixed width (`eak_voting.pages.results.drawings`).

Grades are told apart by lightness, by hatching (the two lowest) and by their initials, never by
colour alone; what stands in a segment is left out where the segment is too narrow for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from eak_voting.settings import GRADES

#: Narrower segments, in per mille of the bar, have no room for their initials on a phone,
ROOM_FOR_INITIALS = 75
#: or for their initials and their share on a wide screen.
ROOM_FOR_SHARE = 110

#: What a bar of shares may be drawn against, in per cent: the smallest that holds all of them.
SCALES = (5, 10, 20, 25, 40, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Segment:
    """One grade of a merit profile. ``start``, ``width`` and ``middle`` are per cent of the bar."""

    grade: int
    count: int
    start: str
    width: str
    middle: str
    is_median: bool
    has_initials: bool
    has_share: bool


@dataclass(frozen=True, slots=True)
class MeritBar:
    """A merit profile from the best grade to the worst; ``total`` is how many judgments it has."""

    segments: tuple[Segment, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Part:
    """One funded project on the bar of a budget."""

    number: int
    start: str
    width: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class BudgetBar:
    """What a count spends of the budget: parts that both counts fund come first. ``spent`` is
    where they end, in per cent of the budget."""

    parts: tuple[Part, ...]
    spent: str


def position(part: int | Fraction, whole: int | Fraction) -> str:
    """``part`` of ``whole`` as SVG writes a length: ``44.31%``."""
    if not whole:
        return "0%"
    hundredths = round(Fraction(part) * 10_000 / Fraction(whole))
    text = f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")
    return f"{text}%"


def merit_bar(tally: Sequence[int], median: int) -> MeritBar:
    """The profile of ``tally`` (how many judgments per grade, from the worst, grade 1) with its
    majority grade ``median`` marked."""
    total = sum(tally)
    segments = []
    seen = 0
    for grade in range(len(tally), 0, -1):
        count = tally[grade - 1]
        if count:
            room = count * 1000 // total
            segments.append(
                Segment(
                    grade=grade,
                    count=count,
                    start=position(seen, total),
                    width=position(count, total),
                    middle=position(2 * seen + count, 2 * total),
                    is_median=grade == median,
                    has_initials=room >= ROOM_FOR_INITIALS,
                    has_share=room >= ROOM_FOR_SHARE,
                )
            )
        seen += count
    return MeritBar(tuple(segments), total)


def scale(counts: Iterable[int], whole: int) -> int:
    """The per cent of ``whole`` that a full bar stands for, so that the longest fills most of it.

    Bars of one chart share it, and the chart says it.
    """
    most = max(counts, default=0)
    return next((each for each in SCALES if most * 100 <= each * whole), 100)


def bar_width(count: int, whole: int, full: int) -> str:
    """How long the bar of ``count`` is where a full bar stands for ``full`` per cent of
    ``whole``."""
    return position(count * 100, whole * full)


def budget_bar(
    funded: Iterable[tuple[int, int]], also_funded: frozenset[int], budget: int
) -> BudgetBar:
    """The bar of a count that funds the ``funded`` projects (number and cost, in the order of their
    selection); ``also_funded`` are those of the other count."""
    parts = []
    spent = 0
    chosen = sorted(funded, key=lambda project: project[0] not in also_funded)
    for number, cost in chosen:
        is_shared = number in also_funded
        parts.append(Part(number, position(spent, budget), position(cost, budget), is_shared))
        spent += cost
    return BudgetBar(tuple(parts), position(spent, budget))


def grades_best_first() -> range:
    """The grades in the order of bars and legends."""
    return range(GRADES, 0, -1)
