"""CSV files, whose cells no spreadsheet program takes for formulas.

A text that begins with ``=`` is run by the program that opens the file (OWASP, CSV injection). A
program that is set up for semicolons opens a file of commas too, ignores its quotation marks since
they do not stand where it expects them, and splits texts at each ``;`` and each line: so it is the
beginning of every piece that counts, whatever separates it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

#: How many characters are written at once.
_PART = 64 * 1024

# Some programs take the wide forms for the narrow ones. What stands before the sign may be spaces
# and quotation marks, which a program drops as it divides the text; no separators, so that a text
# of nothing but line breaks is read once.
_FORMULA = re.compile(r"(^|[,;\t\r\n])(?=(?:[^\S\t\r\n]|[\"'\ufeff\u200b])*[=+\-@＝＋－＠])")


def csv_cell(value: Any) -> Any:
    """``value`` for a cell of a CSV file: in a text, an apostrophe before each piece that a
    spreadsheet program would run. Numbers stay numbers. Every export in CSV writes its cells,
    headers included, through this function."""
    if not isinstance(value, str):
        return value
    # A tab at the beginning is dropped by some programs, with the apostrophe behind it.
    marked = _FORMULA.sub(r"\1'", value)
    return f"'{marked}" if marked[:1] in {"\t", "\r"} else marked


def csv_lines(rows: Iterable[Sequence[Any]], *, spreadsheet: bool = False) -> Iterator[str]:
    """``rows``, the header first, as CSV (RFC 4180, to be UTF-8), part by part; ``spreadsheet``
    programs set up in French open semicolons and a byte-order mark. Each cell goes through
    `csv_cell`."""
    buffer = io.StringIO()
    if spreadsheet:
        buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";" if spreadsheet else ",", lineterminator="\r\n")
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        if buffer.tell() > _PART:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
