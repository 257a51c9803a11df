"""Drawing a chart, against filling the same tags with values that are ready."""

import time
from collections.abc import Callable, Iterator

from eak_core.web import charts
from eak_core.web.charts.bars import drawn_rows
from eak_core.web.charts.looks import PAGE
from tests.bench.report import Figure

OPTIONS, GRADES, TIMES = 60, 7, 50
#: To work out positions and to write figures in the reader's language is what costs.
AT_MOST = 20.0


def measure() -> Iterator[Figure]:
    """The figure of a page that is nothing but drawing; the same on any database."""
    chart = _chart()
    ready = []
    for row in drawn_rows(chart, PAGE):
        parts = row.replace("%", "%%").split('"')
        parts[1::2], values = ["%s"] * len(parts[1::2]), tuple(parts[1::2])
        ready.append(('"'.join(parts), values))

    def fill() -> str:
        return "".join(tags % values for tags, values in ready)

    yield Figure(
        f"draw {OPTIONS} profiles of {GRADES} grades (limit: fill their tags)",
        "ms",
        ours=_milliseconds(lambda: drawn_rows(chart, PAGE)),
        limit=_milliseconds(fill),
        at_most=AT_MOST,
    )


def _chart() -> charts.Stacks:
    grades = tuple(charts.Grade(f"Grade {tone}", tone, f"G{tone}") for tone in range(GRADES, 0, -1))
    rows = tuple(
        charts.Stack(
            charts.Label(f"Option {place}"),
            tuple(charts.Part(grade, 40 + place * grade % 97) for grade in range(GRADES)),
            marked=3,
        )
        for place in range(OPTIONS)
    )
    return charts.Stacks("k", "Profiles", "Votes", "Idea", grades, rows, "Grades", "the middle")


def _milliseconds(act: Callable[[], object]) -> float:
    """The shortest of many, since others use the machine too."""
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return min(times) * 1000
