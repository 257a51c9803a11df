"""Ballots of majority judgment as a table: a header of candidates, then a row per ballot."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TextIO

_QUOTED = re.compile(r'"(?:[^"]|"")*(?:"|$)')


class GradeSheetError(ValueError):
    """A table that cannot be counted: the ``line`` (from 1), and what is wrong with it."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(f"Line {line}: {fault}.")
        self.line = line


@dataclass(frozen=True, slots=True)
class GradeSheet:
    """Grades (1 worst, 0 not graded) in the order of ``candidates``, ballot by ballot."""

    candidates: tuple[str, ...]
    ballots: tuple[tuple[int, ...], ...]


def read(stream: TextIO, grades: int) -> GradeSheet:
    """The table in ``stream``; cells are separated by commas or, where the header has them outside
    quotation marks, by semicolons. `GradeSheetError` names the line that is wrong."""
    header = stream.readline()
    delimiter = ";" if ";" in _QUOTED.sub("", header) else ","
    reader = csv.reader(chain([header], stream), delimiter=delimiter)
    try:
        candidates = tuple(cell.strip() for cell in next(reader, []))
        _check(candidates)
        known = {str(grade): grade for grade in range(grades + 1)} | {"": 0}
        return GradeSheet(candidates, tuple(_rows(reader, candidates, known)))
    except csv.Error as error:
        line = reader.line_num
        raise GradeSheetError(line, f"it cannot be divided into cells ({error})") from None


def _check(candidates: tuple[str, ...]) -> None:
    if not candidates or not all(candidates):
        raise GradeSheetError(1, "the first line names the candidates, each in a cell")
    twice = [name for name in candidates if candidates.count(name) > 1]
    if twice:
        raise GradeSheetError(1, f"the candidate {twice[0][:40]} stands there twice")


def _rows(
    reader: "Iterator[list[str]]", candidates: tuple[str, ...], known: dict[str, int]
) -> Iterator[tuple[int, ...]]:
    # The first line is behind us; a cell that spans lines is no grade, so lines are rows.
    for line, cells in enumerate(reader, 2):
        if not cells:
            # A line without anything; one of separators alone is a blank ballot.
            continue
        if len(cells) != len(candidates):
            raise GradeSheetError(
                line, f"there are {len(cells)} cells for {len(candidates)} candidates"
            )
        try:
            yield tuple([known[cell.strip()] for cell in cells])
        except KeyError as error:
            most = len(known) - 2
            raise GradeSheetError(
                line, f"“{error.args[0][:40]}” is no grade from 1 to {most}, nor 0 for none"
            ) from None
