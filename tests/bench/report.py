"""How a figure is printed: the limit measured in the same run, ours, and their ratio."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """``limit`` and ``ours`` in ``unit``. ``floor`` is the ratio asked for; where less is better
    ``ceiling`` bounds ours instead."""

    name: str
    unit: str
    ours: float
    limit: float | None = None
    floor: float | None = None
    ceiling: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.limit if self.limit else None

    @property
    def holds(self) -> bool:
        if self.floor is not None and self.ratio is not None:
            return self.ratio >= self.floor
        if self.ceiling is not None:
            return self.ours <= self.ceiling
        return True


def show(figures: list[Figure]) -> None:
    """Print the figures as a table."""
    table = Table(title="Measured in this run", title_justify="left")
    table.add_column("what")
    for column in ("limit", "ours", "unit", "ratio", "asked", ""):
        table.add_column(column, justify="right")
    for figure in figures:
        asked = ""
        if figure.floor is not None:
            asked = f"≥ {figure.floor:g} ×"
        elif figure.ceiling is not None:
            asked = f"≤ {figure.ceiling:,g}"
        table.add_row(
            figure.name,
            f"{figure.limit:,.1f}" if figure.limit is not None else "",
            f"{figure.ours:,.1f}",
            figure.unit,
            f"{figure.ratio:.2f}" if figure.ratio is not None else "",
            asked,
            "ok" if figure.holds else "MISSED",
        )
    Console(width=120).print(table)


def per_second(function: Callable[[int], None], count: int) -> float:
    """How often a second ``function(number)`` runs, called ``count`` times."""
    started = time.perf_counter()
    for number in range(count):
        function(number)
    return count / (time.perf_counter() - started)


def median_ms(function: Callable[[], None], count: int) -> float:
    """The median time of ``function`` in milliseconds."""
    times = []
    for _ in range(count):
        started = time.perf_counter()
        function()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
