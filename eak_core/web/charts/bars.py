"""Bars, profiles and spans: a drawing for each row, as wide as its place.

Positions and widths are per cent, heights are pixels: so a bar fills a phone and a wide screen with
letters of the same size, and a file is made of the same bars at a fixed width.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from markupsafe import escape

from eak_core.web.charts.looks import Look
from eak_core.web.charts.values import Bar, Bars, Grade, Part, Rows, Span, Stack, Stacks, Timeline
from eak_core.web.figures import number, share, share_in_short
from eak_core.web.i18n import date

#: Narrower parts, in per mille of the bar, have no room for two initials on a phone,
ROOM_FOR_INITIALS = 75
#: or for these and their share on a wide screen.
ROOM_FOR_SHARE = 110
#: The height of a bar, in pixels.
HEIGHTS: dict[type, int] = {Bars: 22, Stacks: 30, Timeline: 18}

_HATCHED = frozenset({1, 2, "apart"})


def position(part: int | Fraction, whole: int | Fraction) -> str:
    """``part`` of ``whole`` as SVG writes a length, ``44.31%``: from 0 to 100 whatever they are."""
    if whole <= 0 or part <= 0:
        return "0%"
    # Half a hundredth is rounded up, in whole numbers: a page of profiles asks a thousand times.
    hundredths = min(int((part * 20_000 + whole) // (2 * whole)), 10_000)
    text = f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")
    return f"{text}%"


def drawn_rows(chart: Rows, look: Look) -> list[str]:
    """What is drawn in each row of ``chart``, to stand in an ``<svg>`` of the height of `HEIGHTS`
    that is as wide as it may be."""
    if isinstance(chart, Bars):
        return [_bar(chart, row, look) for row in chart.rows]
    if isinstance(chart, Stacks):
        return [_stack(chart, row, look) for row in chart.rows]
    return [_span(chart, row, look) for row in chart.rows]


def bar(amount: int, full: int | Fraction, look: Look, height: int, tone: int = 6) -> str:
    """A bar of ``amount`` where a full one stands for ``full``."""
    return (
        f'<rect{look["track"]} width="100%" height="{height}" rx="2"/>'
        f'<rect{look[f"t{tone}"]} width="{position(amount, full)}" height="{height}" rx="2"/>'
    )


def sample(grade: Grade, key: str, look: Look) -> str:
    """How parts of ``grade`` look, for the legend of the chart ``key``."""
    return _filled(grade.tone, key, look, 'width="22" height="16"')


def _bar(chart: Bars, row: Bar, look: Look) -> str:
    amount = row.label.value if row.amount is None else number(row.amount)
    said = f"<title>{escape(f'{row.label.name}: {amount}')}</title>"
    return said + bar(row.amount or 0, chart.full, look, HEIGHTS[Bars])


def _stack(chart: Stacks, row: Stack, look: Look) -> str:
    whole, height = row.whole, HEIGHTS[Stacks]
    drawn, frames = [], []
    seen = 0
    for part in row.parts:
        if part.amount <= 0:
            continue
        grade = chart.grades[part.grade]
        place = f'x="{position(seen, whole)}" width="{position(part.amount, whole)}"'
        place += f' height="{height}"'
        middle = position(2 * seen + part.amount, 2 * whole)
        title = escape(_said(chart, part, grade, whole))
        drawn.append(
            f"<g><title>{title}</title>{_filled(grade.tone, chart.key, look, place)}"
            f"{_letters(grade, part, whole, middle, look, bold=part.grade == row.marked)}</g>"
        )
        if part.grade == row.marked:
            frames.append(f"<rect{look['frame']} {place}/>")
        seen += part.amount
    if not drawn:
        drawn.append(f'<rect{look["track"]} width="100%" height="{height}"/>')
    return "".join((*drawn, *frames, _half(height, look) if chart.marked else ""))


def _filled(tone: int | str, key: str, look: Look, place: str) -> str:
    rect = f"<rect{look[f't{tone}']} {place}/>"
    return rect + f'<rect {place} fill="url(#{key}-h{tone})"/>' if tone in _HATCHED else rect


def _said(chart: Stacks, part: Part, grade: Grade, whole: int) -> str:
    if chart.said is not None:
        return f"{part.name or grade.name}: {chart.said(part.amount)}"
    return f"{part.name or grade.name}: {number(part.amount)} ({share(part.amount, whole)})"


def _letters(grade: Grade, part: Part, whole: int, middle: str, look: Look, *, bold: bool) -> str:
    room = part.amount * 1000 // whole
    if not grade.initials or room * 2 < ROOM_FOR_INITIALS * len(grade.initials):
        return ""
    said = str(escape(grade.initials))
    if room >= ROOM_FOR_SHARE:
        said += f"<tspan{look['share']}> {share_in_short(part.amount, whole)}</tspan>"
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text{look[f"on{grade.tone}"]} x="{middle}" y="{HEIGHTS[Stacks] // 2 + 4}"'
        f' text-anchor="middle"{weight}>{said}</text>'
    )


def _half(height: int, look: Look) -> str:
    return "".join(
        f'<line{look["half"]} x1="50%" x2="50%" y1="{top}" y2="{top + 6}"/>'
        for top in (-5, height - 1)
    )


# Time -------------------------------------------------------------------------------------------


def bounds(chart: Timeline) -> tuple[datetime, datetime]:
    """From when to when a time line goes; `ValueError` where nothing is on it."""
    return min(span.start for span in chart.rows), max(span.end for span in chart.rows)


def today_on(chart: Timeline) -> str:
    """Where today stands on a time line; empty where it is outside."""
    start, end = bounds(chart)
    return position(*_since(chart.today, start, end)) if start <= chart.today <= end else ""


def _span(chart: Timeline, row: Span, look: Look) -> str:
    start, end = bounds(chart)
    height = HEIGHTS[Timeline]
    begins, whole = _since(row.start, start, end)
    lasts = max(_since(row.end, start, end)[0] - begins, 0)
    title = escape(f"{row.label.name}: {date(row.start)} – {date(row.end)}")
    today = today_on(chart)
    mark = (
        f'<line{look["today"]} x1="{today}" x2="{today}" y1="-6" y2="{height + 6}"/>'
        if today
        else ""
    )
    # However short, it is seen.
    least = max(lasts, whole // 100)
    return (
        f'<title>{title}</title><rect{look["track"]} width="100%" height="{height}" rx="2"/>'
        f'<rect{look["t6"]} x="{position(min(begins, whole - least), whole)}"'
        f' width="{position(least, whole)}" height="{height}" rx="2"/>{mark}'
    )


def _since(instant: datetime, start: datetime, end: datetime) -> tuple[int, int]:
    """Seconds from ``start`` to ``instant``, and to ``end``."""
    second = timedelta(seconds=1)
    return (instant - start) // second, max((end - start) // second, 1)
