"""What a badge looks like: a medal in the colours of the theme, as SVG and as PNG."""

import math
from functools import cache
from html import escape
from io import BytesIO
from textwrap import wrap
from typing import NamedTuple

#: Of both pictures, in pixels.
SIZE = 512
_MIDDLE = SIZE / 2


class Colours(NamedTuple):
    """The colours of a badge, as ``#rrggbb``."""

    ground: str = "#2b5a46"
    ring: str = "#f2c14e"
    sign: str = "#ffffff"


def _star(outer: float, inner: float, up: float = 0) -> list[tuple[float, float]]:
    found = []
    for corner in range(10):
        radius = outer if corner % 2 == 0 else inner
        angle = math.radians(corner * 36 - 90)
        found.append((_MIDDLE + radius * math.cos(angle), _MIDDLE - up + radius * math.sin(angle)))
    return found


def _places(many: int) -> list[tuple[int, int]]:
    """Where so many lines stand, and how large they are; the last two are the smaller ones."""
    large = [(330 + 30 * number, 27) for number in range(many - 2)]
    below = 330 + 30 * len(large)
    return [*large, (below + 4, 19), (below + 28, 19)]


def svg(title: str, lines: tuple[str, str], colours: Colours) -> bytes:
    """The badge as SVG, with its ``title`` for those who do not see it, and two ``lines``."""
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in _star(92, 40, up=74))
    said = [escape(each) for each in (title, *lines)]
    # What no line has room for is in the title, and in the badge itself.
    words = [*wrap(title, 24)[:3], *(each[:40] for each in lines)]
    drawn = "\n".join(
        f'<text x="256" y="{y}" font-size="{size}">{escape(each)}</text>'
        for each, (y, size) in zip(words, _places(len(words)), strict=True)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" \
width="{SIZE}" height="{SIZE}" role="img" aria-labelledby="t"><title id="t">{said[0]}, {said[1]}, \
{said[2]}</title>
<circle cx="256" cy="256" r="248" fill="{colours.ground}"/>
<circle cx="256" cy="256" r="226" fill="none" stroke="{colours.ring}" stroke-width="10"/>
<polygon points="{corners}" fill="{colours.ring}"/>
<g fill="{colours.sign}" font-family="sans-serif" text-anchor="middle">
{drawn}
</g>
</svg>
""".encode()


@cache
def png(colours: Colours) -> bytes:
    """The badge as PNG, without words: what it says is in the badge itself."""
    from PIL import Image, ImageDraw

    scale = 2  # drawn large and made smaller, for smooth edges
    picture = Image.new("RGBA", (SIZE * scale, SIZE * scale), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)

    def ring(radius: float, **how: object) -> None:
        edge = [(_MIDDLE - radius) * scale] * 2 + [(_MIDDLE + radius) * scale] * 2
        pen.ellipse(edge, **how)  # type: ignore[arg-type]  # colours and widths by name

    ring(248, fill=colours.ground)
    ring(231, outline=colours.ring, width=10 * scale)
    pen.polygon([(x * scale, y * scale) for x, y in _star(150, 66)], fill=colours.ring)
    ring(34, fill=colours.sign)
    kept = BytesIO()
    picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(kept, "PNG", optimize=True)
    return kept.getvalue()
