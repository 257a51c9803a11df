"""Reading a table row by row, however large and however broken.

The standard reader of CSV ends at the first fault. Here a row that cannot be read is reported with
its line, and reading goes on with the next line; so one missing quotation mark costs the rows it
swallowed in part, and not the rest of the file.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from eak_core.i18n import _, _l
from eak_core.imports.lines import (
    UNREAD,
    TextLines,
    WrongFile,
    not_text,
    not_utf8,
    wrong_line,
)
from eak_core.search.words import folded

#: The longest value, in characters, and the most columns.
LONGEST_VALUE = 200_000
MOST_COLUMNS = 1_000
#: The longest row, in characters, over all its lines.
LONGEST_ROW = 10_000_000
#: So many lines of one file are read again behind rows that swallowed them. In a file where each
#: row swallows all others, each line would otherwise be read as often as there are lines.
MOST_READ_AGAIN = 2_000_000

#: What may stand between values: that which divides the header into the most names, the first of
#: them where two do.
_SEPARATORS = "\t;,"
_SIGNS = re.compile(r"[\W_]+")
#: So many names of columns are told, each so long.
_TOLD, _TOLD_LENGTH = 30, 40


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the ``line`` (from 1) where it begins, and its ``values`` by column."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, and why."""

    line: int
    reason: str


class Table:
    """The rows of the CSV file at ``path`` (``-`` is standard input), below a header; use it as a
    context manager, and iterate over it.

    Values are separated by tabs, semicolons or commas, as the header is.
    ``needed`` are columns; of several names in a tuple one is enough. ``mapping`` says what a
    column of ours is called in the file; without it, a column that differs in case, accents and
    signs alone is taken for the one that is needed, or ``known``. ``columns`` are the names that
    `Row` has its values by: ours where there is one.

    `WrongFile` where the file cannot be read (`TextLines`), or its header is not that of such a
    file, or names more than a thousand columns. A row is refused by its line: with another number
    of values than the header, with a value of more than 200,000 characters, a NUL, or what is no
    text. Where rows swallow each other by the million, what they swallowed is refused with them.
    """

    def __init__(
        self,
        path: Path,
        needed: Sequence[str | tuple[str, ...]] = (),
        mapping: Mapping[str, str] | None = None,
        known: Iterable[str] = (),
    ) -> None:
        self.path = path
        self.needed = needed
        self.known = known
        self.mapping = mapping or {}
        self._text = TextLines(path)
        self._theirs: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._text.__enter__()
        try:
            self._lines = _Returning(self._text)
            self.columns = self._header()
        except BaseException:
            self._text.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._text.__exit__()

    @property
    def size(self) -> int:
        """How large the file is, in bytes."""
        return self._text.size

    @property
    def position(self) -> int:
        """How far the file has been read, in bytes."""
        return self._text.position

    def theirs(self, column: str) -> str:
        """What our ``column`` is called in the file."""
        return self._theirs.get(column, column)

    def __iter__(self) -> Iterator[Row | BadRow]:
        while (read := _record(self._lines, self._separator)) is not None:
            line, values = read
            if isinstance(values, str):
                yield BadRow(line, values)
            elif values:  # an empty line is no row
                yield self._row(line, values)

    def whole(self) -> Iterator[Row]:
        """The rows of a file that is taken as a whole: `WrongFile` names the first that is bad."""
        for row in self:
            if isinstance(row, BadRow):
                raise self.wrong(row.line, row.reason)
            yield row

    def wrong(self, line: int, reason: Any) -> WrongFile:
        """The refusal of the file for what stands in its ``line``."""
        return wrong_line(self.path, line, reason)

    def _row(self, line: int, values: list[str]) -> Row | BadRow:
        if len(values) != len(self.columns):
            return BadRow(
                line,
                _(
                    "It has %(found)s values where the header names %(expected)s columns.",
                    found=len(values),
                    expected=len(self.columns),
                ),
            )
        return Row(line, dict(zip(self.columns, values, strict=True)))

    def _header(self) -> list[str]:
        self._separator = max(_SEPARATORS, key=self._divided)
        read = _record(self._lines, self._separator)
        file = str(self.path)
        if read is None:
            raise WrongFile(_l("%(file)s is empty.", file=file))
        _line, names = read
        if isinstance(names, str):
            message = _l("The first line of %(file)s cannot be read.", file=file)
            raise WrongFile(f"{message} {names}")
        if len(names) > MOST_COLUMNS:
            raise WrongFile(
                _l("%(file)s has more than %(most)s columns.", file=file, most=MOST_COLUMNS)
            )
        return self._named([name.strip() for name in names])

    def _divided(self, separator: str) -> int:
        """Into how many names the header is divided, which can then be read again. A quotation mark
        in a name is likely to be torn from another."""
        read = _record(self._lines, separator)
        self._lines.give_back()
        names = [] if read is None or isinstance(read[1], str) else read[1]
        return sum('"' not in name for name in names)

    def _named(self, found: list[str]) -> list[str]:
        """``found`` by our names, each once, with all that are needed among them."""
        unknown = [name for name in self.mapping.values() if name not in found]
        if unknown:
            raise WrongFile(
                _l(
                    "%(file)s has no column “%(column)s”. It has: %(found)s.",
                    file=str(self.path),
                    column=unknown[0],
                    found=_listed(found),
                )
            )
        ours = {theirs: column for column, theirs in self.mapping.items()}
        here = {*found, *self.mapping}
        alike = {
            _bare(name): name
            for choice in [*self.needed, *self.known]
            if here.isdisjoint(named([choice]))
            for name in named([choice])
        }
        # Where somebody says which column is meant, another of that name says nothing.
        others = ("" if name in self.mapping else alike.get(_bare(name), name) for name in found)
        columns = [ours.get(name, other) for name, other in zip(found, others, strict=True)]
        self._theirs = dict(zip(columns, found, strict=True))
        self._require(columns, found)
        return columns

    def _require(self, columns: Sequence[str], found: Sequence[str]) -> None:
        twice = [name for name in dict.fromkeys(columns) if name and columns.count(name) > 1]
        if twice:
            raise WrongFile(
                _l(
                    "%(file)s names the column “%(column)s” twice: nobody could tell which of the"
                    " two is meant. Take one out, or export the file anew.",
                    file=str(self.path),
                    column=twice[0][:_TOLD_LENGTH],
                )
            )
        missing = missing_columns(columns, self.needed)
        if missing:
            raise WrongFile(
                _l(
                    "%(file)s lacks the columns %(missing)s. Its first line, which must name the"
                    " columns, has: %(found)s.",
                    file=str(self.path),
                    missing=", ".join(missing),
                    found=_listed(found),
                )
            )


def missing_columns(columns: Collection[str], needed: Sequence[str | tuple[str, ...]]) -> list[str]:
    """Those of ``needed`` that ``columns`` lacks, as a person would write them."""
    choices = [named([choice]) for choice in needed]
    return [f"“{choice[0]}”" for choice in choices if not any(name in columns for name in choice)]


def named(columns: Iterable[str | tuple[str, ...]]) -> list[str]:
    """The names of ``columns``, of which some may have one of several."""
    choices = [(each,) if isinstance(each, str) else each for each in columns]
    return [name for choice in choices for name in choice]


def _bare(name: str) -> str:
    return _SIGNS.sub(" ", folded(name)).strip()


def _listed(names: Sequence[str]) -> str:
    told = [f"“{name[:_TOLD_LENGTH]}”" for name in names[:_TOLD]]
    return ", ".join([*told, "…"] if len(names) > _TOLD else told)


class _Returning(Iterator[str]):
    """Lines that can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.number = self.length = 0
        self.taken: list[str] = []
        self.back: list[str] = []
        self.patience = MOST_READ_AGAIN

    def __next__(self) -> str:
        if self.length > LONGEST_ROW:
            raise csv.Error("unexpected end: nobody writes so long a row")
        line = self.back.pop() if self.back else next(self.lines)
        self.number += 1
        self.length += len(line)
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Begin a record; answers its line."""
        self.taken.clear()
        self.length = 0
        return self.number + 1

    def give_up(self) -> None:
        """Let all lines of the record but its first be read again, as long as there is patience."""
        if self.patience > 0:
            self.patience -= len(self.taken)
            self.give_back(after=1)

    def give_back(self, after: int = 0) -> None:
        """Let the lines of the record be read again, but for so many at its beginning."""
        again = self.taken[after:]
        del self.taken[after:]
        self.back.extend(reversed(again))
        self.number -= len(again)


def _record(lines: _Returning, separator: str) -> tuple[int, list[str] | str] | None:
    """The next record with its line: its values, or why it cannot be read. None at the end."""
    line = lines.begin()
    reader = csv.reader(lines, delimiter=separator, strict=True)
    csv.field_size_limit(LONGEST_VALUE)
    try:
        values = next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        lines.give_up()
        return line, _told(error)
    if any("\0" in value for value in values):
        return line, not_text()
    if any(UNREAD.search(value) for value in values):
        return line, not_utf8()
    return line, values


def _told(error: csv.Error) -> str:
    """What the reader's complaint means for whoever has the file before them."""
    complaint = str(error)
    if "field limit" in complaint:
        return _("One value is longer than %(most)s characters; a quotation mark may be missing.",
                 most=LONGEST_VALUE)  # fmt: skip
    if "unexpected end" in complaint:
        return _("A quotation mark is opened here and never closed.")
    if "expected after" in complaint:
        return _("A quotation mark stands where none belongs, or one is missing.")
    return _("It is no row of a CSV file (%(complaint)s).", complaint=complaint)
