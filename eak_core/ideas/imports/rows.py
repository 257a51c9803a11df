"""Reading a CSV file row by row, however large and however broken.

The standard reader ends at the first fault. Here a row that cannot be read is reported with its
line, and reading goes on with the next line; so one missing quotation mark costs the rows it
swallowed in part, and not the rest of the file.
"""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from eak_core.errors import Misconfigured
from eak_core.i18n import _, _l

#: The longest line and the largest field, in bytes and in characters.
LONGEST_LINE = 1_000_000
LARGEST_FIELD = 200_000

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class WrongFile(Misconfigured):
    """The file as a whole cannot be what was asked for; nothing was read of it."""


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


class CSVFile:
    """The rows of the file at ``path``; use it as a context manager, and iterate over it.

    ``needed`` are columns; of several names in a tuple one is enough. `WrongFile` where there is no
    such file, or its header is not that of such a file. ``size`` and ``position`` are in bytes.
    """

    def __init__(self, path: Path, needed: Sequence[str | tuple[str, ...]]) -> None:
        self.path = path
        self.needed = needed
        self.size = 0
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Self:
        try:
            self._stream = self.path.open("rb")
            self.size = self.path.stat().st_size
        except OSError as error:
            reason = error.strerror or str(error)
            raise WrongFile(
                _l("%(file)s cannot be opened: %(reason)s.", file=str(self.path), reason=reason)
            ) from None
        try:
            self._lines = _Lines(self._stream)
            self.columns = self._header()
        except BaseException:
            self._stream.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        if self._stream is not None:
            self._stream.close()

    @property
    def position(self) -> int:
        """How far the file has been read."""
        return self._lines.position

    def __iter__(self) -> Iterator[Row | BadRow]:
        while (read := _record(self._lines)) is not None:
            line, fields = read
            if isinstance(fields, str):
                yield BadRow(line, fields)
            elif fields:  # an empty line is no row
                yield self._row(line, fields)

    def _row(self, line: int, fields: list[str]) -> Row | BadRow:
        if len(fields) != len(self.columns):
            return BadRow(
                line,
                _(
                    "It has %(found)s values where the header names %(expected)s columns.",
                    found=len(fields),
                    expected=len(self.columns),
                ),
            )
        return Row(line, dict(zip(self.columns, fields, strict=True)))

    def _header(self) -> list[str]:
        read = _record(self._lines)
        if read is None:
            raise WrongFile(_l("%(file)s is empty.", file=str(self.path)))
        _line, fields = read
        if isinstance(fields, str):
            message = _l("The first line of %(file)s cannot be read.", file=str(self.path))
            raise WrongFile(f"{message} {fields}")
        columns = [field.strip() for field in fields]
        twice = [name for name in dict.fromkeys(columns) if name and columns.count(name) > 1]
        if twice:
            raise WrongFile(
                _l(
                    "%(file)s names the column “%(column)s” twice: nobody could tell which of the"
                    " two is meant. Take one out, or export the file anew.",
                    file=str(self.path),
                    column=twice[0],
                )
            )
        missing = missing_columns(columns, self.needed)
        if missing:
            raise WrongFile(
                _l(
                    "%(file)s lacks the columns %(missing)s. Its first line must name the columns,"
                    " separated by semicolons, as they were exported.",
                    file=str(self.path),
                    missing=", ".join(missing),
                )
            )
        return columns


def missing_columns(columns: Collection[str], needed: Sequence[str | tuple[str, ...]]) -> list[str]:
    """Those of ``needed`` that ``columns`` lacks, as a person would write them."""
    choices = [(each,) if isinstance(each, str) else each for each in needed]
    return [f"“{choice[0]}”" for choice in choices if not any(name in columns for name in choice)]


class _Lines(Iterator[str]):
    """The lines of a stream, that can be given back; bytes that are no UTF-8 are kept apart as
    surrogates, so that they spoil their own row alone."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.number = 0
        self.position = 0
        self.taken: list[str] = []
        self.back: list[str] = []
        start = stream.read(3)
        if start.startswith(_UTF16):
            raise WrongFile(_l("The file is in UTF-16. Save it as UTF-8, separated by semicolons."))
        stream.seek(3 if start == b"\xef\xbb\xbf" else 0)

    def __next__(self) -> str:
        line = self.back.pop() if self.back else self._read()
        self.number += 1
        self.taken.append(line)
        return line

    def _read(self) -> str:
        raw = self.stream.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        self.position += len(raw)
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            self._skip_line()
            return "\x00\n"  # refused like any row with such a character
        return raw.decode("utf-8", "surrogateescape")

    def _skip_line(self) -> None:
        while (raw := self.stream.readline(LONGEST_LINE)) and not raw.endswith(b"\n"):
            self.position += len(raw)
        self.position += len(raw)

    def begin(self) -> int:
        """Begin a record; answers its line."""
        self.taken.clear()
        return self.number + 1

    def give_back(self) -> None:
        """Let all lines of the record but the first be read again."""
        again = self.taken[1:]
        self.back.extend(reversed(again))
        self.number -= len(again)


def _record(lines: _Lines) -> tuple[int, list[str] | str] | None:
    """The next record with its line: its fields, or why it cannot be read. None at the end."""
    line = lines.begin()
    reader = csv.reader(lines, delimiter=";", strict=True)
    csv.field_size_limit(LARGEST_FIELD)
    try:
        fields = next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        lines.give_back()
        return line, _told(error)
    if any("\0" in field for field in fields):
        return line, _("It holds a NUL character, or is too long to be a row.")
    if any("\udc80" <= sign <= "\udcff" for field in fields for sign in field):
        return line, _("It is not in UTF-8. Save the file as UTF-8 and import it again.")
    return line, fields


def _told(error: csv.Error) -> str:
    """What the reader's complaint means for whoever has the file before them."""
    complaint = str(error)
    if "field limit" in complaint:
        return _("One value is longer than %(most)s characters; a quotation mark may be missing.",
                 most=LARGEST_FIELD)  # fmt: skip
    if "unexpected end" in complaint:
        return _("A quotation mark is opened here and never closed.")
    if "expected after" in complaint:
        return _("A quotation mark stands where none belongs, or one is missing.")
    return _("It is no row of a CSV file (%(complaint)s).", complaint=complaint)
