"""Things below each other, and arrows between them.

Boxes stand in one column, in the order they come in: so a path reads from top to bottom on a phone
and on paper alike. An arrow to the next box goes straight down. The others go around, those that go
down on the right, those that go back on the left; all that lead to one box share a lane, so that
many arrows stay few lines. Finding a layout for any graph (Graphviz) would give a picture that is
too wide for a phone, and change with each arrow.
"""

from collections.abc import Iterable

from eak_core.web.charts.canvas import Box, Canvas
from eak_core.web.charts.looks import LINE, Look, broken
from eak_core.web.charts.values import Flow, Node

#: Wider boxes would hold nothing but room.
_WIDEST = 440
_LANE = 16
#: More lanes would leave no room for names on a phone: the last one is shared then.
_LANES = 4
_GAP = 26
_PAD = 12


def draw_flow(chart: Flow, width: int, look: Look) -> Canvas:
    """``chart`` as a picture at most ``width`` pixels wide."""
    width = min(width, _WIDEST)
    canvas = Canvas(width, look)
    order = {node.name: place for place, node in enumerate(chart.nodes)}
    arrows = sorted({(order[start], order[end]) for start, end in chart.arrows})
    down = [(a, b) for a, b in arrows if b > a + 1]
    back = [(a, b) for a, b in arrows if b <= a]
    right, left = _lanes(down), _lanes(back)
    edges = (
        4 + _LANE * (max(left.values(), default=-1) + 1),
        width - 4 - _LANE * (max(right.values(), default=-1) + 1),
    )
    boxes = _boxes(canvas, chart.nodes, *edges)
    for a, b in arrows:
        if b == a + 1:
            middle = (boxes[a].left + boxes[a].right) / 2
            canvas.path("arrow", f"M{middle:.4g} {boxes[a].bottom:.4g}V{boxes[b].top - 5:.4g}")
            _tip(canvas, middle, boxes[b].top, 90)
    for lanes, going, side, sign in ((right, down, edges[1], 1), (left, back, edges[0], -1)):
        for a, b in going:
            lane = side + sign * _LANE * (lanes[b] + 0.75)
            _around(canvas, boxes[a], boxes[b], side, lane, sign)
    return canvas


def _lanes(arrows: Iterable[tuple[int, int]]) -> dict[int, int]:
    """A lane for each box that arrows lead to, the nearest one that is free along its length."""
    spans: dict[int, tuple[int, int]] = {}
    for start, end in arrows:
        low, high = spans.get(end, (end, end))
        spans[end] = min(low, start), max(high, start)
    lanes: dict[int, int] = {}
    for end, (low, high) in sorted(spans.items(), key=lambda each: each[1][1] - each[1][0]):
        taken = {
            lanes[other] for other in lanes if spans[other][0] <= high and low <= spans[other][1]
        }
        lanes[end] = next((lane for lane in range(_LANES) if lane not in taken), _LANES - 1)
    return lanes


def _boxes(canvas: Canvas, nodes: tuple[Node, ...], left: float, right: float) -> list[Box]:
    boxes = []
    top = 4.0
    for node in nodes:
        lines = broken(node.title, right - left - 2 * _PAD)
        values = broken(node.value, right - left - 2 * _PAD, lines=1) if node.value else []
        box = Box(left, top, right, top + _PAD + LINE * (len(lines) + len(values)) + 4)
        canvas.rectangle("node", box)
        for place, text in enumerate((*lines, *values), 1):
            role = "text" if place <= len(lines) else "soft"
            canvas.text(left + _PAD, top + LINE * place + 2, text, role, within=box)
        boxes.append(box)
        top = box.bottom + _GAP
    canvas.height = round(top - _GAP + 4) if boxes else 8
    return boxes


def _around(canvas: Canvas, start: Box, end: Box, side: float, lane: float, sign: int) -> None:
    """An arrow from the side of a box along its lane to the side of another. It leaves below the
    middle and arrives above it, so that what comes is told from what goes."""
    leaves, arrives = (start.top + start.bottom) / 2 + 6, (end.top + end.bottom) / 2 - 6
    canvas.path("arrow", f"M{side:.4g} {leaves:.4g}H{lane:.4g}V{arrives:.4g}H{side + sign * 5:.4g}")
    _tip(canvas, side, arrives, 90 + sign * 90)


def _tip(canvas: Canvas, x: float, y: float, turned: int) -> None:
    """The head of an arrow that ends at this point."""
    canvas.path("tip", "M0 0L-8-4V4Z", f' transform="translate({x:.4g} {y:.4g}) rotate({turned})"')
