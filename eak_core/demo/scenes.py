"""Scenes of the demonstration, put together from a few pieces: a sky, what stands far away, and
what the idea is about. Flat colours, as in the pictures that links to ideas are shown with.

A scene is named by its pieces, from the back to the front: ``dusk:hills+bridge+boat+pine``.
"""

import math
from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import NamedTuple

from PIL import Image, ImageDraw

#: Drawn larger than it is shown, for soft edges; as wide as a card, since each further size costs
#: the demonstration time when it starts.
SIZE, SHOWN = (720, 480), (480, 320)
_GROUND = 360


class Sky(NamedTuple):
    """The colours of an hour: above, the sun or the moon, what is far, the ground, its shade,
    water, and windows."""

    air: str
    disc: str
    far: str
    ground: str
    shade: str
    water: str
    light: str


_SKIES: Mapping[str, Sky] = MappingProxyType(
    {
        "dawn": Sky("#f6e3d3", "#e9a178", "#d8b9a6", "#c9d1a8", "#8fa678", "#bcd5d8", "#fff3d6"),
        "day": Sky("#e4eef0", "#f2cf7d", "#b9cdbd", "#c3d2a4", "#7d9a68", "#a9cbd3", "#eef6f4"),
        "dusk": Sky("#e7cfc8", "#c2452a", "#a98f9c", "#a7ae8f", "#66795f", "#8ea9b8", "#f7d68a"),
        "night": Sky("#2b3a4a", "#efe6c8", "#3c4f5e", "#40564b", "#2a3c33", "#4a6a80", "#f3c969"),
    }
)
_INK, _WALL, _BRICK, _WOOD, _CREAM = "#26332d", "#efe4cf", "#c2452a", "#8a5a34", "#faf6ec"


class _Scene:
    """What is drawn on, in the colours of an hour; ``spot`` is the place of the next piece."""

    def __init__(self, sky: Sky) -> None:
        self.sky = sky
        self.image = Image.new("RGB", SIZE, sky.air)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self.pen.rectangle((left, top, right, bottom), fill=fill)

    def round(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self.pen.rounded_rectangle((left, top, right, bottom), 8, fill=fill)

    def shape(self, fill: str, *points: tuple[float, float]) -> None:
        self.pen.polygon(points, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def scene(name: str) -> bytes:
    """The scene called ``name``, as a PNG. KeyError where there is no such sky or piece."""
    hour, _colon, pieces = name.partition(":")
    drawn = _Scene(_SKIES[hour])
    drawn.disc(590, 92, 42, drawn.sky.disc)
    drawn.box(0, _GROUND, *SIZE, drawn.sky.ground)
    for piece in pieces.split("+"):
        _PIECES[piece](drawn)
    out = BytesIO()
    drawn.image.resize(SHOWN).save(out, "PNG")
    return out.getvalue()


def _hills(on: _Scene) -> None:
    for x, height, wide in ((80, 110, 260), (330, 150, 300), (620, 120, 280)):
        on.pen.ellipse((x - wide, _GROUND - height, x + wide, _GROUND + height), fill=on.sky.far)
    on.box(0, _GROUND, *SIZE, on.sky.ground)


def _town(on: _Scene) -> None:
    for number, height in enumerate((90, 140, 70, 120, 160, 100, 135, 80, 115, 95)):
        left = number * 74 - 10
        on.box(left, _GROUND - height, left + 66, _GROUND, on.sky.far)
        for row in range(_GROUND - height + 16, _GROUND - 20, 30):
            for column in (left + 12, left + 40):
                on.box(column, row, column + 12, row + 14, on.sky.light)


def _river(on: _Scene) -> None:
    on.box(0, 380, SIZE[0], 452, on.sky.water)
    for step in range(9):
        left = step * 86 + (step % 2) * 30
        on.round(left, 404 + step % 3 * 12, left + 40, 408 + step % 3 * 12, on.sky.light)


def _bridge(on: _Scene) -> None:
    _river(on)
    on.pen.arc((90, 250, 630, 560), 195, 345, fill=_BRICK, width=22)
    on.pen.arc((90, 214, 630, 524), 200, 340, fill=_BRICK, width=7)
    for step in range(-5, 6):
        angle = math.radians(270 + step * 12)
        x, y = 360 + 262 * math.cos(angle), 405 + 148 * math.sin(angle)
        on.pen.line((x, y, x, y - 34), fill=_BRICK, width=6)


def _boat(on: _Scene) -> None:
    on.shape(_WOOD, (250, 408), (430, 408), (398, 440), (282, 440))
    on.box(334, 330, 340, 408, _INK)
    on.shape(_CREAM, (344, 336), (344, 400), (410, 400))


def _pine(on: _Scene) -> None:
    _tree(on, 92, 1.25)
    _tree(on, 168, 0.9)


def _tree(on: _Scene, x: float, size: float) -> None:
    on.box(x - 7 * size, 330, x + 7 * size, 400, _WOOD)
    for level in range(3):
        top, half = 330 - (70 + level * 46) * size, (62 - level * 14) * size
        on.shape(on.sky.shade, (x - half, top + 76 * size), (x + half, top + 76 * size), (x, top))


def _lantern(on: _Scene) -> None:
    for x in (250, 470):
        on.box(x - 4, 190, x + 4, 400, _INK)
        on.round(x - 26, 150, x + 26, 210, on.sky.light)
        on.box(x - 30, 144, x + 30, 152, _BRICK)
        on.box(x - 30, 208, x + 30, 216, _BRICK)
        on.disc(x, 180, 13, on.sky.disc)


def _school(on: _Scene) -> None:
    _house(on, 190, 560, 200, _WALL)
    on.box(350, 310, 400, 400, _WOOD)


def _roof_meadow(on: _Scene) -> None:
    _house(on, 190, 560, 220, _WALL)
    for step in range(62):
        x, height = 184 + step * 6.2, 14 + step * 37 % 26
        on.pen.line((x, 220, x + step % 5 - 2, 220 - height), fill=on.sky.shade, width=3)
        if step % 4 == 0:
            on.disc(x, 220 - height, 5, (_BRICK, "#f2cf7d", _CREAM)[step // 4 % 3])


def _house(on: _Scene, left: float, right: float, top: float, wall: str) -> None:
    on.box(left, top, right, 400, wall)
    on.box(left - 8, top - 12, right + 8, top + 2, _BRICK)
    for row in (top + 30, top + 96):
        for column in range(int(left) + 24, int(right) - 40, 62):
            on.round(column, row, column + 34, row + 44, on.sky.water)


def _market(on: _Scene) -> None:
    for left in (150, 320, 490):
        on.box(left + 6, 290, left + 12, 400, _WOOD)
        on.box(left + 118, 290, left + 124, 400, _WOOD)
        on.box(left, 346, left + 130, 372, _WOOD)
        for stripe in range(5):
            fill = _BRICK if stripe % 2 == 0 else _CREAM
            on.shape(fill, (left + stripe * 26, 296), (left + stripe * 26 + 26, 296),
                     (left + stripe * 22 + 32, 256), (left + stripe * 22 + 10, 256))  # fmt: skip
        for fruit in range(6):
            on.disc(left + 18 + fruit * 19, 340, 9, ("#d79a2b", on.sky.shade, _BRICK)[fruit % 3])


def _bench(on: _Scene) -> None:
    on.round(250, 330, 470, 346, "#d79a2b")
    on.round(250, 290, 470, 304, "#d79a2b")
    for x in (272, 440):
        on.box(x, 290, x + 8, 396, _INK)


def _garden(on: _Scene) -> None:
    for row in range(3):
        top = 372 + row * 34
        on.round(120 - row * 20, top, 600 + row * 20, top + 20, _WOOD)
        for plant in range(11):
            x = 140 - row * 18 + plant * (44 + row * 4)
            on.disc(x, top - 2, 13, on.sky.shade)
            on.disc(x + 6, top - 8, 5, (_BRICK, "#f2cf7d", _CREAM)[(plant + row) % 3])


def _bicycle(on: _Scene) -> None:
    for x in (260, 430):
        on.pen.ellipse((x - 58, 304, x + 58, 420), outline=_INK, width=9)
        on.disc(x, 362, 7, _INK)
    for line in (
        ((260, 362), (312, 276), (402, 276), (346, 362), (260, 362)),
        ((312, 276), (346, 362)), ((402, 276), (430, 362)), ((402, 276), (394, 244), (424, 238)),
    ):  # fmt: skip
        on.pen.line(line, fill=_BRICK, width=9)
    on.round(288, 262, 334, 276, _INK)


def _bus(on: _Scene) -> None:
    on.box(0, 400, SIZE[0], 446, "#8d8f86")
    on.pen.rounded_rectangle((150, 232, 570, 404), 22, fill=_BRICK)
    for left in range(176, 520, 76):
        on.round(left, 256, left + 60, 316, on.sky.light)
    for x in (240, 480):
        on.disc(x, 404, 30, _INK)
        on.disc(x, 404, 12, _CREAM)


def _train(on: _Scene) -> None:
    on.box(0, 404, SIZE[0], 412, _INK)
    on.pen.rounded_rectangle((-60, 262, 560, 396), 34, fill=_CREAM)
    on.box(-60, 342, 548, 358, _BRICK)
    for left in range(20, 500, 84):
        on.round(left, 284, left + 62, 328, on.sky.water)


def _books(on: _Scene) -> None:
    on.box(170, 214, 550, 402, _WOOD)
    for shelf in (226, 314):
        on.box(182, shelf, 538, shelf + 78, _CREAM)
        for book in range(15):
            left = 188 + book * 23
            fill = (_BRICK, on.sky.shade, "#d79a2b", on.sky.water, _INK)[(book * 7 + shelf) % 5]
            on.box(left, shelf + 10 + book * 13 % 22, left + 18, shelf + 78, fill)


def _music(on: _Scene) -> None:
    on.shape(_INK, (210, 250), (510, 250), (530, 402), (190, 402))
    on.box(196, 322, 524, 350, _CREAM)
    for key in range(18):
        left = 202 + key * 18
        on.box(left, 322, left + 2, 350, _INK)
        if key % 7 not in (2, 6):
            on.box(left + 12, 322, left + 22, 338, _INK)
    for x, y in ((250, 180), (360, 150), (450, 196)):
        on.disc(x, y, 12, _BRICK)
        on.box(x + 8, y - 48, x + 12, y, _BRICK)


def _stage(on: _Scene) -> None:
    on.box(160, 372, 560, 402, _WOOD)
    for step in range(9):
        left = 150 + step * 24
        for x in (left, 520 - step * 24 + 10):
            if step < 5:
                on.shape(_BRICK, (x, 190), (x + 24, 190), (x + 24 - step, 372), (x, 372))
    on.disc(330, 270, 30, on.sky.light)
    on.disc(404, 288, 30, "#d79a2b")
    for x, y in ((330, 270), (404, 288)):
        on.pen.arc((x - 16, y - 8, x + 16, y + 18), 20, 160, fill=_INK, width=4)


def _people(on: _Scene) -> None:
    colours = (_BRICK, on.sky.shade, "#d79a2b", "#3d5a80", _WOOD)
    for number, fill in enumerate(colours):
        x, tall = 190 + number * 86, 96 + number * 29 % 26
        on.disc(x, 388 - tall - 22, 20, "#b98a68" if number % 2 else "#e2b893")
        on.pen.rounded_rectangle((x - 26, 388 - tall, x + 26, 404), 22, fill=fill)


def _workshop(on: _Scene) -> None:
    on.box(140, 366, 580, 388, _WOOD)
    for x in (170, 530):
        on.box(x, 388, x + 16, 440, _WOOD)
    on.round(190, 300, 290, 366, on.sky.shade)
    on.disc(240, 333, 20, on.sky.light)
    on.box(340, 330, 420, 366, "#5b6770")
    on.box(370, 280, 390, 330, "#9aa5ad")
    on.shape("#d79a2b", (460, 366), (540, 366), (500, 306))


def _letter(on: _Scene) -> None:
    on.round(190, 216, 530, 404, _CREAM)
    on.shape(on.sky.water, (196, 222), (524, 222), (360, 326))
    on.disc(360, 326, 22, _BRICK)


def _screen(on: _Scene) -> None:
    on.round(210, 200, 510, 376, _INK)
    on.round(224, 214, 496, 362, on.sky.light)
    on.box(340, 376, 380, 402, _INK)
    for row, width in enumerate((180, 130, 200)):
        on.round(248, 240 + row * 36, 248 + width, 254 + row * 36, on.sky.shade)


def _frame(on: _Scene) -> None:
    on.box(220, 170, 500, 372, "#d79a2b")
    on.box(240, 190, 480, 352, _CREAM)
    on.disc(420, 232, 22, _BRICK)
    on.shape(on.sky.shade, (240, 352), (320, 246), (400, 352))
    on.shape(on.sky.water, (330, 352), (410, 286), (480, 352))


_PIECES: Mapping[str, Callable[[_Scene], None]] = MappingProxyType(
    {
        "bench": _bench, "bicycle": _bicycle, "boat": _boat, "books": _books, "bridge": _bridge,
        "bus": _bus, "frame": _frame, "garden": _garden, "hills": _hills, "lantern": _lantern,
        "letter": _letter, "market": _market, "music": _music, "people": _people, "pine": _pine,
        "river": _river, "roof-meadow": _roof_meadow, "school": _school, "screen": _screen,
        "stage": _stage, "town": _town, "train": _train, "workshop": _workshop,
    }
)  # fmt: skip
