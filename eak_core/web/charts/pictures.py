"""What the macro `chart` asks for: the drawings of a chart for a page, its legend, its table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

from eak_core.web.charts.bars import HEIGHTS, bar, bounds, drawn_rows, sample, today_on
from eak_core.web.charts.canvas import Canvas
from eak_core.web.charts.flows import draw_flow
from eak_core.web.charts.looks import PAGE, Look, hatches
from eak_core.web.charts.maps import draw_map
from eak_core.web.charts.plots import draw_lines, line_sample
from eak_core.web.charts.tables import Label
from eak_core.web.charts.values import (
    Chart,
    Flow,
    Lines,
    Picture,
    PlaceMap,
    Rows,
    Stacks,
    Timeline,
)

#: How wide pictures are drawn, for phones and for wider screens. A browser shows one of the two at
#: a scale near 1, so that letters keep their size.
NARROW, WIDE = 320, 640

_DRAW: dict[type, Callable[[Any, int, Look], Canvas]] = {
    Lines: draw_lines,
    PlaceMap: draw_map,
    Flow: draw_flow,
}


def drawn(chart: Picture, width: int, look: Look) -> Canvas:
    """``chart`` drawn ``width`` pixels wide."""
    return _DRAW[type(chart)](chart, width, look)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as a page shows it: ``rows`` with their drawings or the narrow and the wide one of
    ``pictures``; ``legend`` has a sample of each look with its initials and what it means, ``axis``
    the first and the last day of a time line and whether today is on it."""

    patterns: Markup
    legend: list[tuple[Markup, str, str]]
    rows: list[tuple[Label, Markup]]
    pictures: list[Markup]
    axis: tuple[datetime, datetime, bool] | None


def chart_drawn(chart: Chart) -> Drawn:
    """What the macro `chart` puts together."""
    return Drawn(_patterns(chart), _legend(chart), _rows(chart), _pictures(chart), _axis(chart))


def _patterns(chart: Chart) -> Markup:
    if not isinstance(chart, Stacks):
        return Markup()
    return Markup(  # noqa: S704 - of a key that is a word
        '<svg class="eak-chart__patterns" width="0" height="0" aria-hidden="true">'
        f"{hatches(chart.key, PAGE)}</svg>"
    )


def _legend(chart: Chart) -> list[tuple[Markup, str, str]]:
    if isinstance(chart, Stacks):
        return [
            (_small(sample(grade, chart.key, PAGE), 22), grade.initials, grade.name)
            for grade in chart.grades
        ]
    if isinstance(chart, Lines):
        lines = [(place, line.name) for place, line in enumerate(chart.lines)]
        return [
            (_small(line_sample(place, PAGE), 34), "", name)
            for place, name in (*lines, (None, chart.limit_name))
        ]
    return []


def _rows(chart: Chart) -> list[tuple[Label, Markup]]:
    if not isinstance(chart, Rows):
        return []
    labels = [row.label for row in chart.rows]
    return [
        (label, _in_row(shapes, HEIGHTS[type(chart)]))
        for label, shapes in zip(labels, drawn_rows(chart, PAGE), strict=True)
    ]


def _pictures(chart: Chart) -> list[Markup]:
    if isinstance(chart, Rows):
        return []
    return [
        chart_picture(chart, width, f" eak-chart__picture--{name}")
        for name, width in (("narrow", NARROW), ("wide", WIDE))
    ]


@lru_cache(maxsize=128)
def chart_picture(chart: Picture, width: int = NARROW, kind: str = "") -> Markup:
    """The drawing of ``chart`` alone, ``width`` pixels wide, beside what says the same in words; as
    a page of a list shows it, which is asked for again and again with the same figures."""
    canvas = drawn(chart, width, PAGE)
    return Markup(  # noqa: S704 - escaped where it was drawn
        f'<svg class="eak-chart__picture{kind}" viewBox="0 0 {canvas.width} {canvas.height}"'
        f' width="{canvas.width}" height="{canvas.height}" aria-hidden="true" focusable="false">'
        f"{canvas.body}</svg>"
    )


def _axis(chart: Chart) -> tuple[datetime, datetime, bool] | None:
    if not isinstance(chart, Timeline) or not chart.rows:
        return None
    return (*bounds(chart), bool(today_on(chart)))


def chart_bar(amount: int, full: int | Fraction, *, tone: int = 6) -> Markup:
    """A bar alone, for a list that says in words what it shows."""
    return _in_row(bar(amount, full, PAGE, 10, tone), 10)


def _in_row(shapes: str, height: int) -> Markup:
    return Markup(  # noqa: S704 - escaped where it was drawn
        f'<svg class="eak-chart__bar" width="100%" height="{height}" aria-hidden="true"'
        f' focusable="false">{shapes}</svg>'
    )


def _small(shapes: str, width: int) -> Markup:
    return Markup(  # noqa: S704 - escaped where it was drawn
        f'<svg width="{width}" height="16" aria-hidden="true" focusable="false">{shapes}</svg>'
    )


def init_charts(app: Flask) -> None:
    """Let the macros of ``app`` draw."""
    app.jinja_env.globals.update(
        chart_bar=chart_bar, chart_drawn=chart_drawn, chart_picture=chart_picture
    )
