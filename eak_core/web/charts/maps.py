"""Circles on a map.

A map of circles needs no outlines: the points that a site has of its communes are enough, wherever
it is, with no file to load and no licence to name. And it says amounts truly, where coloured
outlines would show a large commune as much and a dense one as little.
"""

from collections.abc import Iterator
from itertools import combinations
from math import cos, hypot, radians, sqrt
from typing import cast

from eak_core.web.charts.canvas import Anchor, Box, Canvas, text_box
from eak_core.web.charts.looks import LINE, SIZE, Look, broken, width_of
from eak_core.web.charts.values import Place, PlaceMap
from eak_core.web.figures import number

_MARGIN = 30
#: A circle has at least and at most this radius, a dot this, in pixels.
_LEAST, _MOST, _DOT = 3.0, 30.0, 2.0
#: From this radius on, a circle has room for letters.
_ROOM = 9.0
#: How high a map may be: on a phone somewhat more than it is wide, elsewhere somewhat less. A
#: wider one would hold nothing but room.
_TALLEST = 400
_WIDEST = 640
_TALLER = 0.9


def draw_map(chart: PlaceMap, width: int, look: Look) -> Canvas:
    """``chart`` as a picture at most ``width`` pixels wide, north above. Names stand where they
    meet nothing, those of the largest circles first; the table has all of them."""
    canvas = Canvas(min(width, _WIDEST), look)
    points = _placed(chart.places, canvas)
    unit = _unit(chart.places, points)
    drawn = []
    for place, (x, y) in zip(chart.places, points, strict=True):
        radius = max(sqrt(place.amount) * unit, _LEAST) if place.amount > 0 else _DOT
        title = f"{place.name}: {number(place.amount)}"
        canvas.circle("circle" if place.amount > 0 else "none", x, y, radius, title, place.url)
        drawn.append((place, x, y, radius))
    for place, x, y, radius in sorted(drawn, key=lambda each: -each[0].amount):
        if place.amount > 0:
            _name(canvas, place, x, y, radius)
    return canvas


def _placed(places: tuple[Place, ...], canvas: Canvas) -> list[tuple[float, float]]:
    """Where each place is on the canvas, whose height this gives."""
    if not places:
        canvas.height = 2 * _MARGIN
        return []
    # Near enough to the true shape for a territory: a degree of longitude shrinks with its cosine.
    middle = sum(place.latitude for place in places) / len(places)
    flat = [(place.longitude * cos(radians(middle)), -place.latitude) for place in places]
    left, top = (min(point[axis] for point in flat) for axis in (0, 1))
    wide, high = (max(point[axis] for point in flat) - low for axis, low in ((0, left), (1, top)))
    room = canvas.width - 2 * _MARGIN
    tallest = max(_TALLEST, canvas.width * _TALLER) - 2 * _MARGIN
    scale = min(room / wide if wide else 1e6, tallest / high if high else 1e6)
    canvas.height = round(high * scale) + 2 * _MARGIN
    aside = (canvas.width - wide * scale) / 2
    return [(aside + (x - left) * scale, _MARGIN + (y - top) * scale) for x, y in flat]


def _unit(places: tuple[Place, ...], points: list[tuple[float, float]]) -> float:
    """The radius of a circle of 1: so large that no two circles meet."""
    found = [
        (sqrt(place.amount), point)
        for place, point in zip(places, points, strict=True)
        if place.amount > 0
    ]
    largest = max((root for root, _point in found), default=1.0)
    most = _MOST / largest
    for (one, here), (other, there) in combinations(found, 2):
        apart = hypot(here[0] - there[0], here[1] - there[1])
        most = min(most, apart / (one + other)) if apart else most
    return most


def _name(canvas: Canvas, place: Place, x: float, y: float, radius: float) -> None:
    """Write the amount into a circle that has room for it, and its name beside, above or below it,
    in one line or two, where that meets nothing; the amount with the name otherwise."""
    amount = number(place.amount)
    inside = radius >= _ROOM and width_of(amount) <= 2 * radius - 4
    if inside:
        circle = Box(x - radius, y - radius, x + radius, y + radius)
        canvas.text(x, y + SIZE / 3, amount, "on7", "middle", within=circle)
    text = place.name if inside else f"{place.name} {amount}"
    half = width_of(text) / 2 + 20
    two = broken(text, half, lines=2)
    # A name is parted between words, and never within one.
    parted = two[0].endswith("-") or text[len(two[0]) : len(two[0]) + 1].isspace()
    for lines in ([text], *([two] if parted else [])):
        for boxes in _beside(lines, x, y, radius):
            if _is_free(canvas, [text_box(*each) for each in boxes]):
                for at_x, at_y, line, anchor in boxes:
                    canvas.text(at_x, at_y, line, "text", anchor)
                return


def _beside(
    lines: list[str], x: float, y: float, radius: float
) -> Iterator[list[tuple[float, float, str, Anchor]]]:
    """Where ``lines`` may stand around a circle: right, left, above, below."""
    gap, down = radius + 4, (len(lines) - 1) * LINE
    middle = y + SIZE / 3 - down / 2
    for at_x, first, anchor in (
        (x + gap, middle, "start"),
        (x - gap, middle, "end"),
        (x, y - gap - 1 - down, "middle"),
        (x, y + gap + SIZE - 2, "middle"),
    ):
        yield [
            (at_x, first + place * LINE, line, cast("Anchor", anchor))
            for place, line in enumerate(lines)
        ]


def _is_free(canvas: Canvas, boxes: list[Box]) -> bool:
    return all(
        box.left >= 0
        and box.right <= canvas.width
        and box.top >= 0
        and box.bottom <= canvas.height
        and not any(box.meets(other) for other in (*canvas.solids, *canvas.texts))
        for box in boxes
    )
