"""How a figure is printed: the limit measured in the same run, ours, and their ratio."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """``limit`` and ``ours`` in ``unit``. The ratio is asked to be ``floor`` or more, or else
    ``at_most`` so much; ``ceiling`` bounds ours where there is no limit to compare with."""

    name: str
    unit: str
    ours: float
    limit: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.limit if self.limit else None

    @property
    def holds(self) -> bool:
        if self.floor is not None and self.ratio is not None:
            return self.ratio >= self.floor
        if self.at_most is not None and self.ratio is not None:
            return self.ratio <= self.at_most
        return self.ceiling is None or self.ours <= self.ceiling


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
        elif figure.at_most is not None:
            asked = f"≤ {figure.at_most:g} ×"
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
