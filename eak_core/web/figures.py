"""Numbers, shares and amounts as a reader of French or English expects them.

Figures never break over two lines: their separators are no-break spaces, as CLDR has them.
"""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from babel import Locale
from babel.numbers import format_decimal, format_percent, get_currency_symbol
from flask import has_app_context
from flask_babel import get_locale

_THIN = "\N{NARROW NO-BREAK SPACE}"
_ENGLISH = Locale("en")
#: A page of figures writes the same ones over and over, and to write one takes longer than all else
#: that a drawing does for it.
_KEPT = 4096


def number(value: int | Decimal) -> str:
    """``10 000`` or ``10,000``, after the language of the reader; with at most three decimals."""
    return _number(value, _locale())


@lru_cache(_KEPT)
def _number(value: int | Decimal, locale: Locale) -> str:
    return str(format_decimal(value, locale=locale))


def share(part: int | Fraction, whole: int | Fraction) -> str:
    """``44,3 %``: ``part`` of ``whole`` to a tenth, rounded down, so that nothing short of half
    reads as half. ``–`` where ``whole`` is 0."""
    if not whole:
        return "–"
    tenths = int(part * 1000 // whole)
    return _percent(tenths / 1000, "0" if tenths % 10 == 0 else "0.0", _locale())


def share_in_short(part: int | Fraction, whole: int | Fraction) -> str:
    """``44 %``: `share` where there is little room, to the nearest per cent."""
    if not whole:
        return "–"
    return _percent(int((part * 200 + whole) // (2 * whole)) / 100, "0", _locale())


def money(
    amount: int | Fraction | str, currency: str, *, down: bool = False, cents: bool = False
) -> str:
    """``6 100 €``, in whole units above 100, in cents below; what is not exact then is rounded up
    (what is missing), or ``down`` (what is left). With ``cents``, always to the cent."""
    exact = Fraction(amount)
    grain = 1 if exact.denominator == 1 or (exact >= 100 and not cents) else 100
    rounded = Fraction((floor if down else ceil)(exact * grain), grain)
    pattern = "#,##0" if rounded.denominator == 1 else "#,##0.00"
    locale = _locale()
    # Decimal: a float would lose the cents of large amounts.
    text = format_decimal(Decimal(rounded.numerator) / rounded.denominator, pattern, locale)
    symbol = get_currency_symbol(currency, locale)
    return f"{text}\N{NO-BREAK SPACE}{symbol}" if locale.language == "fr" else f"{symbol}{text}"


def file_size(size: int) -> str:
    """``1,2 Mo`` or ``1.2 MB`` of so many bytes, in thousands of them below a million; never 0."""
    locale = _locale()
    french = locale.language == "fr"
    if size < 1_000_000:
        figure, unit = (
            format_decimal(max(1, round(size / 1_000)), locale=locale),
            "ko" if french else "kB",
        )
    else:
        figure, unit = (
            format_decimal(Decimal(size) / 1_000_000, "#,##0.#", locale),
            "Mo" if french else "MB",
        )
    return f"{figure}{_THIN if french else ' '}{unit}"


@lru_cache(_KEPT)
def _percent(value: float, digits: str, locale: Locale) -> str:
    space = _THIN if locale.language == "fr" else ""
    return str(format_percent(value, f"{digits}{space}%", locale))


def _locale() -> Locale:
    found = get_locale() if has_app_context() else None
    return found or _ENGLISH
