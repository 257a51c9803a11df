"""When a figure reaches a stop threshold."""

from decimal import Decimal
from typing import Literal


def reached(value: Decimal, stop: Decimal | None, direction: Literal["up", "down"]) -> bool:
    """Whether ``value`` is at ``stop`` or worse, where the figure is to go ``direction``."""
    if stop is None:
        return False
    return value <= stop if direction == "up" else value >= stop
