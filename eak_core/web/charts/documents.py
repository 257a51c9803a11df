"""Charts as drawings of their own: SVG files that carry their look, for papers and other sites.

They are as wide as a page, on white, with nothing to load. Their description is their table in
words, since a file has no table beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import escape

from eak_core.i18n import _
from eak_core.web.charts.bars import HEIGHTS, bounds, drawn_rows, sample, today_on
from eak_core.web.charts.canvas import Canvas
from eak_core.web.charts.looks import LINE, PAPER, broken, hatches, width_of
from eak_core.web.charts.pictures import drawn
from eak_core.web.charts.plots import line_sample
from eak_core.web.charts.tables import Label
from eak_core.web.charts.values import Bars, Chart, Lines, Rows, Stacks, Timeline
from eak_core.web.figures import share
from eak_core.web.i18n import current_language, date

WIDTH, _MARGIN = 960, 32
_TITLE_LETTERS, _LEAD_LETTERS = 72, 100
#: Where names of rows end, and where their bars begin and end.
_NAMES, _BAR, _BAR_WIDTH, _VALUES = 254, 330, 456, 806
_TITLE = ' font-family="Georgia,\'Liberation Serif\',serif" font-size="25" font-weight="600"'
_LEAD = " font-family=\"'Source Sans 3','Noto Sans','DejaVu Sans',Verdana,sans-serif\""


@dataclass
class _Body:
    """What was drawn below each other so far, and how high that is."""

    shapes: list[str]
    height: int = 0

    def text(self, x: float, y: float, said: str, look: str = PAPER["text"]) -> None:
        self.shapes.append(f'<text{look} x="{x:g}" y="{y:g}">{escape(said)}</text>')


def document(chart: Chart, title: str, lead: str, notes: tuple[str, str]) -> str:
    """``chart`` as an SVG document, below its ``title`` and what it says (``lead``). At its foot
    stand two ``notes``, such as how many took part and where it comes from."""
    body = _Body([])
    _head(body, title, lead)
    _legend(body, chart)
    if isinstance(chart, Rows):
        _rows(body, chart)
    else:
        canvas = drawn(chart, WIDTH - 2 * _MARGIN, PAPER)
        body.shapes.append(_set_in(canvas, body.height))
        body.height += canvas.height
    body.height += 64
    body.text(_MARGIN, body.height - 22, notes[0], PAPER["soft"])
    end = f'{PAPER["soft"]} text-anchor="end"'
    body.text(WIDTH - _MARGIN, body.height - 22, notes[1], end)
    size = f'width="{WIDTH}" height="{body.height}" viewBox="0 0 {WIDTH} {body.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:lang="{current_language()}" {size}'
        f' role="img" aria-labelledby="titre description">\n'
        f'<title id="titre">{escape(title)} – {escape(chart.title)}</title>\n'
        f'<desc id="description">{escape(" ".join(_described(chart)))}</desc>\n'
        f"{hatches(chart.key, PAPER)}\n"
        f'<rect width="{WIDTH}" height="{body.height}" fill="#fff"/>\n'
        + "\n".join(body.shapes)
        + "\n</svg>\n"
    )


def _described(chart: Chart) -> Iterator[str]:
    """Each row of the table as a sentence."""
    table = chart.table
    for name, *cells in table.texts():
        named = zip((column.name for column in table.columns[1:]), cells, strict=True)
        yield f"{name}: {', '.join(f'{column} {cell}' for column, cell in named)}."


def _head(body: _Body, title: str, lead: str) -> None:
    body.height = 16
    for line in wrap(title, _TITLE_LETTERS):
        body.height += 30
        body.text(_MARGIN, body.height, line, f'{_TITLE} fill="#1f2a24"')
    for line in wrap(lead, _LEAD_LETTERS):
        body.height += 24
        body.text(_MARGIN, body.height, line, f'{_LEAD} font-size="17" fill="#1f2a24"')
    body.height += 24


def _legend(body: _Body, chart: Chart) -> None:
    """What parts and lines mean, from left to right over as many lines as that takes."""
    samples: list[tuple[int, str, str]] = []
    if isinstance(chart, Stacks):
        samples = [
            (22, sample(grade, chart.key, PAPER), f"{grade.initials} {grade.name}".strip())
            for grade in chart.grades
        ]
    elif isinstance(chart, Lines):
        samples = [
            (34, line_sample(place, PAPER), line.name) for place, line in enumerate(chart.lines)
        ]
        samples.append((34, line_sample(None, PAPER), chart.limit_name))
    elif isinstance(chart, Bars):
        full = _("full bar: %(full)s", full=share(chart.per_cent, 100))
        body.text(_BAR + _BAR_WIDTH, body.height, full, f'{PAPER["soft"]} text-anchor="end"')
        body.height += 6
    x = float(_MARGIN)
    for width, shape, said in samples:
        wide = width + 6 + width_of(said)
        if x > _MARGIN and x + wide > WIDTH - _MARGIN:
            x = _MARGIN
            body.height += 24
        place = f'x="{x:g}" y="{body.height}" width="{width}" height="16" overflow="visible"'
        body.shapes.append(f"<svg {place}>{shape}</svg>")
        body.text(x + width + 6, body.height + 13, said)
        x += wide + 22
    body.height += 32 if samples else 8


def _rows(body: _Body, chart: Rows) -> None:
    high = HEIGHTS[type(chart)]
    ranked = any(row.label.place is not None for row in chart.rows)
    left = _MARGIN + (32 if ranked else 0)
    labels: Sequence[Label] = [row.label for row in chart.rows]
    for label, shapes in zip(labels, drawn_rows(chart, PAPER), strict=True):
        lines = broken(label.name, _NAMES + _MARGIN - left)
        values = _beside(label)
        height = 2 * 14 + max(len(lines), len(values)) * LINE
        if body.height and label is not labels[0]:
            body.shapes.append(f'<path{PAPER["rule"]} d="M{_MARGIN} {body.height}H{WIDTH - 32}"/>')
        middle = body.height + height // 2
        if label.place is not None:
            body.text(_MARGIN, middle + 5, str(label.place), PAPER["soft"])
        strong = f'{PAPER["text"]} font-weight="600"'
        for x, said, look in ((left, lines, strong), (_VALUES, values, PAPER["text"])):
            first = middle - (len(said) - 1) * LINE // 2 + 5
            for place, line in enumerate(said):
                body.text(x, first + place * LINE, line, look)
        size = f'width="{_BAR_WIDTH}" height="{high}" overflow="visible"'
        body.shapes.append(f'<svg x="{_BAR}" y="{middle - high // 2}" {size}>{shapes}</svg>')
        body.height += height
    if isinstance(chart, Timeline) and chart.rows:
        body.height += LINE
        start, end = map(date, bounds(chart))
        today = _("dashed line: %(day)s", day=date(chart.today)) if today_on(chart) else ""
        ends = ((0, start, "start"), (_BAR_WIDTH // 2, today, "middle"), (_BAR_WIDTH, end, "end"))
        for x, day, anchor in ends:
            body.text(_BAR + x, body.height, day, f'{PAPER["soft"]} text-anchor="{anchor}"')


def _beside(label: Label) -> list[str]:
    """What stands beside a bar; what there is to say more, only where it has room."""
    room = WIDTH - _MARGIN - _VALUES
    more = broken(label.more, room, lines=2) if label.more else []
    is_whole = not any(line.endswith("…") for line in more)
    return broken(label.value, room, lines=2) + (more if is_whole else [])


def _set_in(canvas: Canvas, top: int) -> str:
    size = f'width="{canvas.width}" height="{canvas.height}"'
    return f'<svg x="{_MARGIN}" y="{top}" {size}>{canvas.body}</svg>'
