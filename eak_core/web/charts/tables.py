"""The table of a chart, and what its rows are called."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from eak_core.i18n import _
from eak_core.web.figures import number
from eak_core.web.i18n import datetime as in_words

#: What stands in a table: a number or an instant, written in the reader's way on pages and plainly
#: in files, or words.
Cell: TypeAlias = int | str | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; figures stand at its right."""

    name: str
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """What a chart shows, in rows as long as ``columns``. ``caption`` is the table's own title."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def plain(self) -> Iterator[tuple[Cell, ...]]:
        """The header and the rows for a file: instants as ISO 8601."""
        yield tuple(column.name for column in self.columns)
        for row in self.rows:
            yield tuple(
                cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else cell
                for cell in row
            )

    def texts(self) -> Iterator[list[str]]:
        """The rows as a reader sees them."""
        for row in self.rows:
            yield [_text(cell) for cell in row]


@dataclass(frozen=True, slots=True)
class Label:
    """What a row of a chart is called: its ``name``, which leads to ``url``; its ``place`` in a
    ranking, ``tied`` with others; a ``note`` as a badge. Beside the bar stand its ``value`` and, in
    smaller letters, what there is to say ``more``."""

    name: str
    value: str = ""
    more: str = ""
    url: str = ""
    place: int | None = None
    tied: bool = False
    note: str = ""


def labelled(
    caption: str,
    things: str,
    columns: tuple[Column, ...],
    rows: list[tuple[Label, tuple[Cell, ...]]],
) -> Table:
    """A table of rows with names, and with their places where they have any."""
    ranked = any(label.place is not None for label, _cells in rows)
    first = (Column(things, is_number=False), *((Column(_("Place")),) if ranked else ()))
    return Table(
        caption,
        (*first, *columns),
        tuple((label.name, *((_place(label),) if ranked else ()), *cells) for label, cells in rows),
    )


def _place(label: Label) -> Cell:
    if label.tied:
        return _("%(place)s (tied)", place=label.place)
    return label.place


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return in_words(cell)
    if cell is None:
        return "–"
    return number(cell) if isinstance(cell, int) else cell
