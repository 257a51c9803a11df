"""The picture that other sites show beside a link to a page (Open Graph): its title, drawn."""

import math
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFont

#: Width and height in pixels: what Open Graph's readers show whole.
SIZE = (1200, 630)
_MARGIN = 72
_PAPER, _INK, _SOFT = "#faf6ec", "#1f2a24", "#2b5a46"
_VERMILION, _WATER, _MOSS = "#c2452a", "#dbe6e2", "#c9d6b9"
_FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"
#: The title is set as large as it fits in four lines.
_TITLE_SIZES, _TITLE_LINES = (76, 66, 56, 48), 4

_Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont


def card(title: str, above: str, below: str) -> bytes:
    """A PNG of `SIZE` with ``title``, a line ``above`` it (whose it is) and one ``below``."""
    picture = _scene().copy()
    draw = ImageDraw.Draw(picture)
    width = SIZE[0] - 2 * _MARGIN
    small = _font("sans", 34)
    draw.text((_MARGIN, 64), _cut(above, small, width), font=small, fill=_SOFT)
    lines, large = _fitting(title, width)
    draw.multiline_text((_MARGIN, 128), "\n".join(lines), font=large, fill=_INK, spacing=12)
    draw.text((_MARGIN, SIZE[1] - 84), _cut(below, small, 620), font=small, fill=_INK)
    made = BytesIO()
    # Few colours: a tenth of the bytes that all would take.
    picture.quantize(64, Image.Quantize.FASTOCTREE).save(made, "PNG")
    return made.getvalue()


@lru_cache
def _font(face: str, size: int) -> _Font:
    for file in sorted(_FONTS.glob(f"{face}-*.woff2")):
        return ImageFont.truetype(file, size)
    # A tree that was never installed has none.
    return ImageFont.load_default(size)


def _fitting(title: str, width: int) -> tuple[list[str], _Font]:
    for size in _TITLE_SIZES:
        font = _font("serif", size)
        lines = _wrapped(title, font, width)
        if len(lines) <= _TITLE_LINES:
            return lines, font
    kept = lines[:_TITLE_LINES]
    return [*kept[:-1], _cut(f"{kept[-1]} {lines[_TITLE_LINES]}", font, width)], font


def _wrapped(text: str, font: _Font, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(_cut(word, font, width))
        else:
            lines[-1] = longer if lines[-1] else _cut(word, font, width)
    return lines


def _cut(text: str, font: _Font, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1].rstrip()
    return f"{text}…"


@lru_cache(maxsize=1)
def _scene() -> Image.Image:
    """The paper, with the bridge of the garden at its foot; drawn twice as large, for the edges."""
    large = Image.new("RGB", (2 * SIZE[0], 2 * SIZE[1]), _PAPER)
    draw = ImageDraw.Draw(large)
    draw.rectangle((0, 0, 2400, 20), fill=_VERMILION)
    draw.ellipse((1200, 1090, 3000, 1700), fill=_MOSS)
    draw.rectangle((0, 1204, 2400, 1260), fill=_WATER)
    middle, foot, reach = 1960, 1210, 330
    draw.arc((middle - reach, 1030, middle + reach, 1390), 180, 360, fill=_VERMILION, width=34)
    draw.arc((middle - reach, 940, middle + reach, 1300), 188, 352, fill=_VERMILION, width=10)
    for step in range(-4, 5):
        across = step * reach * 0.2
        rise = math.sqrt(1 - (across / reach) ** 2) * 180
        top = foot - rise - 90
        draw.line((middle + across, top, middle + across, top + 84), fill=_VERMILION, width=9)
    draw.ellipse((2190, 900, 2290, 1000), fill="#f3d9a4")
    return large.resize(SIZE, Image.Resampling.LANCZOS)
