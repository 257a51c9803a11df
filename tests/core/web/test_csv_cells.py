"""No cell of a CSV file begins a formula, however a spreadsheet program divides the file."""

import csv
import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eak_core.web.open_data.cells import csv_cell

FORMULAS = tuple("=+-@＝＋－＠")


def pieces(file: str) -> list[str]:
    """What a program may take for cells: split at each separator, its quotation marks minded (as
    Python's reader does) or not."""
    naive = [
        piece
        for line in file.splitlines()
        for separator in ",;\t"
        for piece in line.split(separator)
    ]
    minded = [
        cell
        for separator in ",;\t"
        for row in csv.reader(io.StringIO(file, newline=""), delimiter=separator)
        for cell in row
    ]
    return [piece.strip(' "\r\n\t\u00a0\ufeff') for piece in naive + minded]


def written(rows: list[list[Any]], separator: str) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator="\r\n").writerows(
        [csv_cell(value) for value in row] for row in rows
    )
    return buffer.getvalue()


@pytest.mark.parametrize("separator", [",", ";"])
@given(text=st.text(alphabet="=+-@＝,;\t\n\r\"' a1\u00a0\ufeff", max_size=12))
def test_no_piece_of_a_text_begins_a_formula(separator: str, text: str) -> None:
    file = written([[text, "x", text]], separator)
    assert [piece for piece in pieces(file) if piece.startswith(FORMULAS)] == []


@pytest.mark.parametrize(
    "text",
    ["Un toit; =HYPERLINK(A1)", 'Un "toit";"=1+1"', "a\tb\t@SUM(A1)", "un\n=cmd|' /C calc'!A0"],
)
def test_a_text_that_another_separator_splits_is_defused_within(text: str) -> None:
    assert "'" in csv_cell(text).replace("' /C calc'", "")


@pytest.mark.parametrize(
    "value", ["Un toit, deux bancs; trois arbres", "C'est-à-dire : a=b", -3, 1.5, None]
)
def test_what_is_no_formula_stays_as_it_is(value: Any) -> None:
    assert csv_cell(value) == value


@given(
    pieces=st.lists(st.text(alphabet="=+-@＝\"' a\u00a0\ufeff\u200b", max_size=6), max_size=8),
    separators=st.lists(st.sampled_from(",;\t\n\r"), min_size=8, max_size=8),
)
@example(pieces=["", "", "", "=1"], separators=["\n"] * 8)
def test_each_piece_is_judged_by_itself_so_that_a_long_text_is_read_once(
    pieces: list[str], separators: list[str]
) -> None:
    # Whoever looks from one separator past the next looks at each of a million of them again.
    ends = list(zip(separators, pieces, strict=False))
    assert csv_cell("x" + "".join(end + piece for end, piece in ends)) == "x" + "".join(
        end + csv_cell(piece) for end, piece in ends
    )
