"""Figures as people type them, exact.

``1 234,5``, ``1234.5``, ``1.234,50`` and ``1,234.50`` are read; what could be meant in two ways is
not.
"""

import re
from decimal import Decimal

#: So many digits stand behind the point at most, and before it.
PLACES = 3
DIGITS = 12

_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f\u2009'’](?=\d{3}(?!\d))")
_PLAIN = re.compile(rf"[+-]?\d{{1,{DIGITS}}}(\.\d{{1,{PLACES}}})?", re.ASCII)
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(,\d{3}){2,}"),
    ".": re.compile(r"[+-]?\d{1,3}(\.\d{3}){2,}"),
}


class NoFigure(ValueError):
    """What was typed is no figure."""


def figure(typed: str) -> Decimal:
    """The figure that ``typed`` says. `NoFigure` where it says none, has more than `DIGITS` digits,
    or more than `PLACES` behind the point."""
    text = _SPACES.sub("", typed.strip()[:60].replace("\u2212", "-"))
    if "," in text and "." in text:
        last = max(text.rfind(","), text.rfind("."))
        grouping = "," if text[last] == "." else "."
        whole = text[:last]
        if not re.fullmatch(rf"[+-]?\d{{1,3}}(\{grouping}\d{{3}})+", whole):
            raise NoFigure(typed)
        text = whole.replace(grouping, "") + "." + text[last + 1 :]
    elif any(pattern.fullmatch(text) for pattern in _GROUPED.values()):
        text = text.replace(",", "").replace(".", "")
    else:
        text = text.replace(",", ".")
    if not _PLAIN.fullmatch(text):
        raise NoFigure(typed)
    return tidy(Decimal(text))


def tidy(value: Decimal) -> Decimal:
    """``value`` with no more zeros behind the point than it needs, so that equal figures are
    written alike."""
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()


def thousandths(value: Decimal) -> int:
    """``value`` in thousandths, as tables keep it."""
    return int(value.scaleb(PLACES))


def from_thousandths(kept: int) -> Decimal:
    """The figure of so many thousandths."""
    return tidy(Decimal(kept).scaleb(-PLACES))
