"""Numbers, shares and amounts as a reader of French or English expects them.

Figures never break over two lines: their separators are no-break spaces, as CLDR has them.
"""

from fractions import Fraction
from math import ceil, floor

from babel import Locale
from babel.numbers import NumberPattern, format_decimal, format_percent, parse_pattern
from flask import has_app_context
from flask_babel import get_locale


def number(value: int) -> str:
    """``10 000`` or ``10,000``."""
    return str(format_decimal(value, locale=_locale()))


def share(part: int | Fraction, whole: int | Fraction) -> str:
    """``44,3 %``: ``part`` of ``whole``, to a tenth, rounded down so that nothing short of half
    reads as half; whole per cents without a decimal. ``–`` where ``whole`` is 0."""
    if not whole:
        return "–"
    tenths = floor(Fraction(part) * 1000 / Fraction(whole))
    pattern = "0 %" if tenths % 10 == 0 else "0.0 %"
    return _percent(tenths / 1000, pattern)


def share_whole(part: int | Fraction, whole: int | Fraction) -> str:
    """``44 %``: `share` where there is little room, rounded to the nearest."""
    return _percent(round(Fraction(part) * 100 / Fraction(whole)) / 100, "0 %") if whole else "–"


def money(amount: int | Fraction, currency: str, *, up: bool = True) -> str:
    """``6 100 €``, in whole units; fractions are rounded up (what is missing), or down."""
    units = ceil(amount) if up else floor(amount)
    locale = _locale()
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
    parsed: NumberPattern = parse_pattern(pattern)
    return str(parsed.apply(units, locale, currency=currency, currency_digits=False))


def _percent(value: float, pattern: str) -> str:
    locale = _locale()
    if locale.language == "fr":
        return str(format_percent(value, pattern.replace(" ", "\N{NARROW NO-BREAK SPACE}"), locale))
    return str(format_percent(value, pattern.replace(" ", ""), locale))


def _locale() -> Locale:
    found = get_locale() if has_app_context() else None
    return found or Locale("en")
