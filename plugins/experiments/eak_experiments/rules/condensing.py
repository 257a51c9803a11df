"""Very many measures, drawn as few points: their means by week, or by month."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal, NamedTuple

#: So many points a line shows at most as they are.
MOST_POINTS = 60
Grain = Literal["day", "week", "month"]


class Points(NamedTuple):
    """The points of a line, each a mean over a ``grain``, in order of their days."""

    grain: Grain
    points: tuple[tuple[date, Decimal], ...]


def condensed(measures: Iterable[tuple[date, Decimal]], most: int = MOST_POINTS) -> Points:
    """The points to draw of ``measures``: themselves, or their means by week (on its Monday) or by
    month (on its first), whichever has ``most`` points or fewer first."""
    given = tuple(sorted(measures))
    if len({day for day, _value in given}) <= most:
        return Points("day", _means(given, "day"))
    weeks = _means(given, "week")
    return Points("week", weeks) if len(weeks) <= most else Points("month", _means(given, "month"))


def _means(given: Iterable[tuple[date, Decimal]], grain: Grain) -> tuple[tuple[date, Decimal], ...]:
    grouped: dict[date, list[Decimal]] = defaultdict(list)
    for day, value in given:
        grouped[_begin(day, grain)].append(value)
    thousandth = Decimal("0.001")
    return tuple(
        (day, (sum(values, Decimal(0)) / len(values)).quantize(thousandth, ROUND_HALF_EVEN))
        for day, values in sorted(grouped.items())
    )


def _begin(day: date, grain: Grain) -> date:
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day
