"""Portraits of people who do not exist, for the demonstration: a head, hair and shoulders."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from PIL import Image, ImageDraw

SIZE = (800, 800)
#: Cards show pictures wider than high: so much of it is wall that no head is cut off.
WIDE = (1280, 720)


@dataclass(frozen=True, slots=True)
class Face:
    """What a portrait shows: colours, and how the hair is worn."""

    wall: str
    skin: str
    hair: str
    coat: str
    worn: Literal["long", "short", "bun", "curls"]
    glasses: bool = False


FACES: Mapping[str, Face] = {
    "portrait-1": Face("#dbe7d8", "#c98f68", "#2b1d16", "#2f6f62", "bun"),
    "portrait-2": Face("#f1e0c4", "#f0c9a4", "#6b4a2f", "#3d5a80", "short", glasses=True),
    "portrait-3": Face("#e3dcec", "#8a5a3b", "#1d1512", "#c9503c", "curls"),
    "portrait-4": Face("#d6e6ee", "#e8b98f", "#9aa0a3", "#8e5572", "long", glasses=True),
}


def portrait(name: str) -> bytes:
    """The portrait called ``name``, a PNG. KeyError where there is none."""
    face = FACES[name]
    image = Image.new("RGB", SIZE, face.wall)
    pen = ImageDraw.Draw(image)
    _behind(pen, face)
    pen.rounded_rectangle((130, 610, 670, 900), 190, fill=face.coat)
    pen.rounded_rectangle((345, 500, 455, 690), 40, fill=face.skin)
    pen.polygon([(330, 640), (400, 760), (470, 640)], fill="#f7f0e0")
    pen.ellipse((245, 170, 555, 570), fill=face.skin)
    _in_front(pen, face)
    _features(pen, face)
    wide = Image.new("RGB", WIDE, face.wall)
    wide.paste(image.resize((WIDE[1], WIDE[1])), ((WIDE[0] - WIDE[1]) // 2, 0))
    out = BytesIO()
    wide.save(out, "PNG")
    return out.getvalue()


def _behind(pen: ImageDraw.ImageDraw, face: Face) -> None:
    if face.worn == "long":
        pen.rounded_rectangle((205, 160, 595, 720), 170, fill=face.hair)
    elif face.worn == "bun":
        pen.ellipse((330, 60, 470, 200), fill=face.hair)
    elif face.worn == "curls":
        for left, top in ((180, 190), (170, 300), (500, 190), (510, 300), (230, 110), (450, 110)):
            pen.ellipse((left, top, left + 120, top + 120), fill=face.hair)


def _in_front(pen: ImageDraw.ImageDraw, face: Face) -> None:
    pen.pieslice((225, 130, 575, 480), 180, 360, fill=face.hair)
    if face.worn == "short":
        pen.rectangle((232, 300, 262, 370), fill=face.hair)
        pen.rectangle((538, 300, 568, 370), fill=face.hair)
    else:
        pen.ellipse((262, 258, 538, 360), fill=face.skin)


def _features(pen: ImageDraw.ImageDraw, face: Face) -> None:
    for middle in (335, 465):
        pen.ellipse((middle - 13, 352, middle + 13, 378), fill="#23302b")
        pen.arc((middle - 34, 310, middle + 34, 356), 200, 340, fill=face.hair, width=9)
        if face.glasses:
            pen.ellipse((middle - 52, 316, middle + 52, 414), outline="#23302b", width=8)
    if face.glasses:
        pen.line((387, 360, 413, 360), fill="#23302b", width=8)
    pen.arc((340, 400, 460, 510), 25, 155, fill="#8a3b2f", width=10)
