"""Measures in a table that people have: CSV as spreadsheets write it. Pure.

The header says which column is what, in French or English, in any case and with or without accents.
A file is taken as a whole or not at all: each line that cannot be taken is told with its reason.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import NamedTuple

from eak_experiments.rules.quantities import NoFigure, figure

#: So many lines a file has at most.
MOST_LINES = 5_000

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "jour", "day"),
    "hypothesis": ("hypothese", "hypothesis", "h"),
    "value": ("valeur", "value", "mesure", "figure"),
    "unit": ("unite", "unit"),
    "size": ("n", "effectif", "size"),
    "arm": ("groupe", "group", "arm"),
    "method": ("methode", "method", "note"),
}
_ARMS = {
    "": "trial", "essai": "trial", "trial": "trial", "experimentation": "trial",
    "comparaison": "comparison", "comparison": "comparison", "temoin": "comparison",
    "control": "comparison",
}  # fmt: skip
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


class Row(NamedTuple):
    """A measure that a line tells."""

    line: int
    day: date
    hypothesis: str
    arm: str
    value: Decimal
    size: int | None
    method: str


class Fault(NamedTuple):
    """Why a line cannot be taken: ``code`` is a machine word, ``found`` what stands there."""

    line: int
    code: str
    found: str = ""


class Read(NamedTuple):
    """What a file holds. ``doubled`` lines say the same as an earlier one, ``empty`` ones nothing;
    both are left out."""

    rows: list[Row]
    faults: list[Fault]
    doubled: int = 0
    empty: int = 0


def read_measures(
    text: str, units: Mapping[str, str], start: date, today: date, most: int = MOST_LINES
) -> Read:
    """The measures in ``text``. ``units`` are those of the hypotheses, by their keys (``h1``);
    where there is one alone, no column need name it. Days lie from ``start`` to ``today``."""
    lines = list(
        csv.reader(StringIO(text.lstrip("\ufeff"), newline=""), delimiter=_delimiter(text))
    )
    if not lines:
        return Read([], [Fault(1, "no_header")])
    if len(lines) > most + 1:
        return Read([], [Fault(most + 2, "too_many")])
    places = _places(lines[0])
    lacks = [name for name in ("day", "value") if name not in places]
    if len(units) > 1 and "hypothesis" not in places:
        lacks.append("hypothesis")
    if lacks:
        return Read([], [Fault(1, f"no_{name}_column") for name in lacks])
    return _read(lines[1:], _Reader(places, units, start, today))


def _read(lines: Sequence[list[str]], reader: "_Reader") -> Read:
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[tuple[date, str, str], Decimal] = {}
    doubled = empty = 0
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            empty += 1
            continue
        found = reader.row(number, cells)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        key = found.day, found.hypothesis, found.arm
        if key not in seen:
            seen[key] = found.value
            rows.append(found)
        elif seen[key] == found.value:
            doubled += 1
        else:
            faults.append(Fault(number, "contradicts", found.day.isoformat()))
    return Read(rows, faults, doubled, empty)


class _Reader(NamedTuple):
    places: Mapping[str, int]
    units: Mapping[str, str]
    start: date
    today: date

    def row(self, line: int, cells: list[str]) -> Row | Fault:
        """The measure of a line, or why it is none."""
        said = {
            name: cells[place].strip() if place < len(cells) else ""
            for name, place in self.places.items()
        }
        for check in _CHECKS:
            code = check(self, said)
            if code:
                name = code.partition(":")[2]
                return Fault(line, code.partition(":")[0], said.get(name, "")[:60])
        day = read_day(said["day"])
        assert day is not None
        return Row(
            line, day, self.key(said), _ARMS[plain(said.get("arm", ""))], figure(said["value"]),
            int(said["size"]) if said.get("size") else None, said.get("method", "")[:200],
        )  # fmt: skip

    def key(self, said: Mapping[str, str]) -> str:
        """Which hypothesis a line is of: ``h1``, ``H1`` or ``1``."""
        named = said.get("hypothesis", "").lower()
        if not named and len(self.units) == 1:
            return next(iter(self.units))
        return named if named.startswith("h") else f"h{named}"


def _check_hypothesis(reader: _Reader, said: Mapping[str, str]) -> str:
    return "" if reader.key(said) in reader.units else "no_hypothesis:hypothesis"


def _check_day(reader: _Reader, said: Mapping[str, str]) -> str:
    day = read_day(said["day"])
    if day is None:
        return "no_day:day"
    if day < reader.start:
        return "before_start:day"
    return "future:day" if day > reader.today else ""


def _check_value(_reader: _Reader, said: Mapping[str, str]) -> str:
    try:
        figure(said["value"])
    except NoFigure:
        return "no_figure:value"
    return ""


def _check_unit(reader: _Reader, said: Mapping[str, str]) -> str:
    unit = said.get("unit", "")
    return "unit:unit" if unit and not same_unit(unit, reader.units[reader.key(said)]) else ""


def _check_rest(_reader: _Reader, said: Mapping[str, str]) -> str:
    size = said.get("size", "")
    if size and not (size.isascii() and size.isdecimal() and len(size) <= 9):
        return "no_size:size"
    return "" if plain(said.get("arm", "")) in _ARMS else "no_arm:arm"


_CHECKS: tuple[Callable[[_Reader, Mapping[str, str]], str], ...] = (
    _check_hypothesis, _check_day, _check_value, _check_unit, _check_rest,
)  # fmt: skip


def read_day(typed: str) -> date | None:
    """The day that ``typed`` says (``2026-03-01``, ``01/03/2026``); None where there is no such
    day."""
    found = _DAY.fullmatch(typed.strip())
    if found is None:
        return None
    parts = [int(each) for each in found.groups() if each is not None]
    year, month, day = parts if found.group(1) else reversed(parts)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def same_unit(said: str, unit: str) -> bool:
    """Whether two units are the same as people write them."""
    return plain(said) == plain(unit)


def plain(text: str) -> str:
    """``text`` in small letters, without accents and spaces at its ends."""
    decomposed = unicodedata.normalize("NFD", text.strip().lower())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _delimiter(text: str) -> str:
    header = next(iter(text.lstrip("\ufeff").splitlines()), "")
    return max(";\t,", key=header.count)


def _places(header: Sequence[str]) -> dict[str, int]:
    return dict(_found(header))


def _found(header: Sequence[str]) -> Iterator[tuple[str, int]]:
    names = [plain(cell) for cell in header]
    for field, called in _COLUMNS.items():
        for name in called:
            if name in names:
                yield field, names.index(name)
                break
