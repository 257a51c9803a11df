"""Amounts of money as exact fractions, from and to decimal text."""

import re
from fractions import Fraction

# Bounded: an exponent, or a million digits, would cost more than any budget is worth.
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)


def amount(text: str) -> Fraction:
    """The amount that ``text`` writes in decimals ("4000", "4000.50"), exactly.

    `ValueError` for anything else, and for more than 15 digits before the point or 6 after it.
    """
    written = text.strip()
    if not _DECIMAL.fullmatch(written):
        raise ValueError(f"“{text[:40]}” is not an amount like 4000 or 4000.50")
    return Fraction(written)


def decimal(value: Fraction) -> str:
    """``value`` in decimals, exactly. `ValueError` where it has no finite decimals (1/3)."""
    places, denominator = 0, value.denominator
    while (10**places) % denominator:
        places += 1
        if places > denominator.bit_length():
            raise ValueError(f"{value} has no finite decimals")
    return rounded(value, places)


def rounded(value: Fraction, places: int = 2) -> str:
    """``value`` with so many decimals, halves to the even neighbour; the same on any machine."""
    units = round(value * 10**places)
    digits = str(abs(units)).rjust(places + 1, "0")
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
