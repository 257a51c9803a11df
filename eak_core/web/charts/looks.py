"""How the parts of a drawing look: by classes on a page, by attributes in a file of its own.

On a page a strict Content-Security-Policy lets no style stand in the document, and the theme has
the colours, by day and by night. A file has nothing but itself, and stands on white. Either way
grades are told apart by lightness, by hatching and by their initials, lines by their dashes and
marks: never by colour alone.
"""

from collections.abc import Mapping
from textwrap import wrap

#: What is drawn, to the attributes that make it look so: ``f"<rect{look['t7']} …/>"``.
Look = Mapping[str, str]

#: The size of letters in drawings, in pixels; lines of text are as far apart as `LINE`.
SIZE = 13
LINE = 18
#: How wide a letter is at most, on the average of a word, in parts of its size.
_LETTER = 0.65


class _Classes(dict[str, str]):
    def __missing__(self, role: str) -> str:
        look = self[role] = f' class="eak-chart__{role}"'
        return look


#: On pages: `eak_core/static/css/charts.css` has these classes.
PAGE: Look = _Classes()

#: The lightness of grades falls from the worst to the best; the two lowest are hatched too.
COLOURS = {
    7: "#1d4233",
    6: "#2b5a46",
    5: "#557b69",
    4: "#a6b9ad",
    3: "#e5decf",
    2: "#f2e4dc",
    1: "#e4cbc0",
}
INK, SOFT, WHITE, ACCENT, RULE, EMPTY = (
    "#1f2a24", "#55605a", "#ffffff", "#b23a1c", "#e2dac7", "#ebe5d5",
)  # fmt: skip
_FONT = " font-family=\"'Source Sans 3','Noto Sans','DejaVu Sans',Verdana,sans-serif\""
_LETTERS = f'{_FONT} font-size="{SIZE}"'
_EDGE = f' stroke="{WHITE}" stroke-width="1.5"'
_STROKE = ' fill="none" stroke-width="2.5" stroke-linejoin="round"'


def _halo(tone: int) -> str:
    return (
        f' stroke="{COLOURS[tone]}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    )


#: In files.
PAPER: Look = {
    **{f"t{tone}": f' fill="{colour}"{_EDGE}' for tone, colour in COLOURS.items()},
    "tapart": f' fill="{WHITE}"{_EDGE}',
    "tleft": f' fill="{EMPTY}"',
    **{f"on{tone}": f'{_LETTERS} fill="{WHITE if tone > 4 else INK}"' for tone in range(3, 8)},
    **{f"on{tone}": f'{_LETTERS} fill="{INK}"{_halo(tone)}' for tone in (1, 2)},
    "h1": ' stroke="#8f2b12" stroke-width="1.6" stroke-opacity=".8"',
    "h2": ' stroke="#8f2b12" stroke-opacity=".55"',
    "hapart": f' stroke="{ACCENT}" stroke-width="2.5"',
    "track": f' fill="{EMPTY}"',
    "frame": f' fill="none" stroke="{INK}" stroke-width="2.5"',
    "half": f' stroke="{INK}" stroke-width="2"',
    "today": f' stroke="{ACCENT}" stroke-width="2" stroke-dasharray="4 3"',
    "share": "",
    "text": f'{_LETTERS} fill="{INK}"',
    "soft": f'{_LETTERS} fill="{SOFT}"',
    "rule": f' stroke="{RULE}" fill="none"',
    "line": f' stroke="{COLOURS[6]}"{_STROKE}',
    "dot": f' fill="{COLOURS[6]}"',
    "limit": f' stroke="{ACCENT}" fill="none" stroke-width="1.5" stroke-dasharray="14 6"',
    "circle": f' fill="{COLOURS[6]}" stroke="{WHITE}"',
    "none": f' fill="{SOFT}"',
    "node": f' fill="{WHITE}" stroke="{SOFT}"',
    "arrow": f' fill="none" stroke="{SOFT}" stroke-width="1.5"',
    "tip": f' fill="{SOFT}"',
}


def width_of(text: str, size: int = SIZE) -> float:
    """How many pixels ``text`` takes at most, as far as anybody can say without its font."""
    return len(text) * size * _LETTER


def broken(text: str, width: float, lines: int = 3, size: int = SIZE) -> list[str]:
    """``text`` in at most so many ``lines`` that fit into ``width``; what is left out is an “…”."""
    letters = max(int(width / (size * _LETTER)), 4)
    return wrap(text, letters, max_lines=lines, placeholder="…") or [""]


def hatches(key: str, look: Look) -> str:
    """The patterns of the chart ``key``, for ``fill="url(#…)"``, which means this document."""
    drawn = (
        ("2", 7, 45, "7"),
        ("1", 4.5, -45, "4.5"),
        ("apart", 6, 45, "6"),
    )
    return "<defs>{}</defs>".format(
        "".join(
            f'<pattern id="{key}-h{tone}" width="{size}" height="{size}"'
            f' patternUnits="userSpaceOnUse" patternTransform="rotate({turned})">'
            f'<path{look[f"h{tone}"]} d="M0 0V{end}"/></pattern>'
            for tone, size, turned, end in drawn
        )
    )
