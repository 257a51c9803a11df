"""The pictures and the plan of the demonstration, drawn when it is played: nobody else's work is
shown.

Each says in a corner that it is no real place.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

from eak_core.demo.portraits import FACES, portrait
from eak_core.demo.scenes import scene

SIZE = (1200, 800)
#: Pillow's own font has no letters with accents.
_NOTE = "Dessin fictif, pour l'exemple"


def drawing(name: str) -> bytes:
    """The drawing called ``name``: a PNG, or a PDF for the plan. One with a colon is a scene
    (`eak_core.demo.scenes`). KeyError where there is none."""
    if name == "room-plan":
        return _plan()
    if ":" in name:
        return scene(name)
    if name in FACES:
        return portrait(name)
    image = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(image)
    _DRAWINGS[name](pen)
    _sign(pen)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _plan() -> bytes:
    """The plan of a room of 28 square metres, as a PDF."""
    image = Image.new("RGB", (1240, 877), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((140, 120, 1100, 700), outline="#23302b", width=10)
    pen.rectangle((520, 690, 680, 712), fill="white")
    for number, said in enumerate(("Rayonnages", "Atelier", "Comptoir")):
        left = 180 + number * 310
        pen.rectangle((left, 160, left + 260, 260), outline="#23302b", width=4)
        pen.text((left + 30, 185), said, fill="#23302b", font=ImageFont.load_default(40))
    pen.text((140, 760), "28 m2 - plan fictif, pour l'exemple", fill="#23302b",
             font=ImageFont.load_default(36))  # fmt: skip
    out = BytesIO()
    image.save(out, "PDF", resolution=150)
    return out.getvalue()


def _tool_library(pen: ImageDraw.ImageDraw) -> None:
    """Tools on a wall, above a bench with boxes."""
    pen.rectangle((0, 0, *SIZE), fill="#f1e4cc")
    pen.rounded_rectangle((90, 60, 1110, 520), 18, fill="#dcc39a")
    for across in range(120, 1100, 40):
        for down in range(90, 510, 40):
            pen.ellipse((across - 3, down - 3, across + 3, down + 3), fill="#b99a68")
    _hammer(pen)
    _saw(pen)
    _drill(pen)
    _spanner(pen)
    pen.rectangle((0, 640, *SIZE), fill="#8a5a34")
    pen.rectangle((0, 640, SIZE[0], 662), fill="#a56f43")
    for number, colour in enumerate(("#2f6f62", "#c9503c", "#d79a2b", "#3d5a80", "#2f6f62")):
        left = 110 + number * 205
        pen.rounded_rectangle((left, 548, left + 160, 640), 8, fill=colour)
        pen.rounded_rectangle((left + 45, 572, left + 115, 604), 4, fill="#f7f0e0")


def _hammer(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((205, 170, 229, 450), 10, fill="#8a5a34")
    pen.rounded_rectangle((150, 130, 285, 190), 10, fill="#5b6770")


def _saw(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(360, 190), (620, 190), (620, 215), (380, 280)], fill="#9aa5ad")
    teeth = [(380 + step * 12, 280 - step * 3 + 10 * (step % 2)) for step in range(20)]
    pen.line(teeth, fill="#5b6770", width=3)
    pen.rounded_rectangle((600, 165, 690, 250), 20, fill="#c9503c")
    pen.rounded_rectangle((625, 188, 668, 228), 12, fill="#dcc39a")


def _drill(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((760, 170, 950, 250), 24, fill="#2f6f62")
    pen.polygon([(800, 240), (870, 240), (850, 390), (790, 390)], fill="#24574d")
    pen.rounded_rectangle((770, 380, 880, 430), 10, fill="#23302b")
    pen.rectangle((950, 192, 990, 228), fill="#5b6770")
    pen.rectangle((990, 205, 1060, 215), fill="#9aa5ad")


def _spanner(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((430, 385, 640, 415), 12, fill="#5b6770")
    pen.ellipse((620, 355, 710, 445), fill="#5b6770")
    pen.polygon([(670, 400), (720, 370), (720, 430)], fill="#dcc39a")


def _green_roof(pen: ImageDraw.ImageDraw) -> None:
    """A school with a meadow on its roof, and bees above it."""
    by_chance = Random(92)  # noqa: S311  # the same drawing each time
    pen.rectangle((0, 0, *SIZE), fill="#cfe6f2")
    pen.ellipse((930, 60, 1070, 200), fill="#f4c95d")
    pen.rectangle((0, 690, *SIZE), fill="#b8b2a6")
    pen.rectangle((140, 360, 1060, 700), fill="#e8dccb")
    for floor in (420, 560):
        for number in range(7):
            left = 190 + number * 122
            pen.rectangle((left, floor, left + 78, floor + 90), fill="#3d5a80")
            pen.line((left + 39, floor, left + 39, floor + 90), fill="#e8dccb", width=4)
    pen.rectangle((556, 560, 644, 700), fill="#8a5a34")
    pen.rectangle((120, 330, 1080, 365), fill="#6b4a2f")
    for _ in range(900):
        x, height = by_chance.uniform(122, 1078), by_chance.uniform(18, 80)
        colour = by_chance.choice(("#3f7d3a", "#5a9a4b", "#79b35f"))
        lean = by_chance.uniform(-14, 14)
        pen.line((x, 332, x + lean, 332 - height), fill=colour, width=3)
    for _ in range(70):
        x, y = by_chance.uniform(130, 1070), by_chance.uniform(255, 318)
        colour = by_chance.choice(("#e85d75", "#f4c95d", "#ffffff", "#8e6bbf"))
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=colour)
    for left, down in ((360, 190), (520, 150), (700, 215)):
        _bee(pen, left, down)


def _bee(pen: ImageDraw.ImageDraw, left: float, down: float) -> None:
    pen.ellipse((left + 4, down - 18, left + 26, down + 4), fill="#ffffff")
    pen.ellipse((left, down, left + 40, down + 24), fill="#f4c95d")
    for stripe in (12, 24):
        pen.line((left + stripe, down + 1, left + stripe, down + 23), fill="#23302b", width=5)


def _sign(pen: ImageDraw.ImageDraw) -> None:
    font = ImageFont.load_default(26)
    left, top, right, bottom = pen.textbbox((0, 0), _NOTE, font=font)
    across, down = SIZE[0] - 12, SIZE[1] - 12
    box = (across - (right - left) - 32, down - (bottom - top) - 28, across, down)
    pen.rounded_rectangle(box, 8, fill="#ffffff")
    pen.text((box[0] + 16, box[1] + 8 - top), _NOTE, fill="#23302b", font=font)


_DRAWINGS: Mapping[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "green-roof": _green_roof,
    "tool-library": _tool_library,
}
