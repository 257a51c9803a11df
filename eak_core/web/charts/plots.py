"""Lines against a threshold."""

from eak_core.web.charts.canvas import Canvas
from eak_core.web.charts.looks import LINE, SIZE, Look, broken, width_of
from eak_core.web.charts.values import Lines

#: How high the plot itself is, in pixels.
HEIGHT = 220
_TOP = 12
#: Lines differ by their dashes and by their marks, so that grey keeps them apart.
DASHES = ("", "5 3", "2 4", "12 4 2 4")
#: Marks as paths around a point; with more points than this, lines go without.
_MARKS = (
    "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0-4 0Z",
    "M-4-4H4V4H-4Z",
    "M0-5L5 4H-5Z",
    "M0-5L5 0L0 5L-5 0Z",
)
_MOST_MARKS = 60


def draw_lines(chart: Lines, width: int, look: Look) -> Canvas:
    """``chart`` as a picture ``width`` pixels wide."""
    canvas = Canvas(width, look)
    xs = [x for line in chart.lines for x, _y in line.points]
    first, last = min(xs, default=0), max(xs, default=0)
    ys = [chart.limit, *(y for line in chart.lines for _x, y in line.points)]
    top = _rounded_up(max(1, *ys))
    least = min(ys)
    floor = -_rounded_up(-least) if least < 0 else 0
    ticks = [(level, chart.said(level)) for level in (floor, (floor + top) // 2, top)]
    if top - floor == 1:
        ticks = ticks[1:]
    left = max(width_of(said) for _level, said in ticks) + 12
    right = width - 8

    def at(x: int, y: int) -> tuple[float, float]:
        along = (x - first) / (last - first) if last > first else 0.5
        return left + (right - left) * along, _TOP + HEIGHT * (top - y) / (top - floor)

    for level, said in ticks:
        height = at(first, level)[1]
        canvas.path("rule", f"M{left:.4g} {height:.4g}H{right:.4g}")
        canvas.text(left - 9, height + SIZE / 3, said, "soft", "end")
    for place, line in enumerate(chart.lines):
        _draw(canvas, place, [at(x, y) for x, y in line.points])
    height = at(first, chart.limit)[1]
    canvas.path("limit", f"M{left:.4g} {height:.4g}H{right:.4g}")
    _name_axis(canvas, chart, (first, last) if xs else (), left, right)
    return canvas


def line_sample(place: int | None, look: Look) -> str:
    """How the line at ``place`` looks, or the threshold, for a legend 34 by 16 pixels."""
    canvas = Canvas(34, look)
    if place is None:
        canvas.path("limit", "M0 8H34")
    else:
        _draw(canvas, place, [(0, 8), (17, 8), (34, 8)], marked=slice(1, 2))
    return canvas.body


def _draw(
    canvas: Canvas,
    place: int,
    points: list[tuple[float, float]],
    marked: slice = slice(None),
) -> None:
    steps = "L".join(f"{x:.4g} {y:.4g}" for x, y in points)
    dashes = f' stroke-dasharray="{DASHES[place]}"' if DASHES[place] else ""
    if len(points) > 1:
        canvas.path("line", f"M{steps}", dashes)
    if len(points) <= _MOST_MARKS:
        for x, y in points[marked]:
            canvas.path("dot", _MARKS[place], f' transform="translate({x:.4g} {y:.4g})"')


def _name_axis(
    canvas: Canvas, chart: Lines, ends: tuple[int, ...], left: float, right: float
) -> None:
    base = _TOP + HEIGHT + SIZE + 6
    for end, anchor, x in zip(dict.fromkeys(ends), ("start", "end"), (left, right), strict=False):
        canvas.text(x, base, chart.placed(end), "soft", "start" if anchor == "start" else "end")
    for line in broken(chart.along, canvas.width - left, lines=2):
        base += LINE
        canvas.text(left, base, line, "soft")
    canvas.height = int(base + 6)


def _rounded_up(amount: int) -> int:
    """The smallest of 1, 2, 4, 5, 6, 8, 10, 20, 40 … that is no less than ``amount``."""
    power: int = 10 ** (len(str(amount)) - 1)
    return next(each * power for each in (1, 2, 4, 5, 6, 8, 10) if each * power >= amount)
