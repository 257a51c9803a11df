"""Ballots of majority judgment as a table: a header of candidates, then a row per ballot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eak_core.api import imports


@dataclass(frozen=True, slots=True)
class GradeSheet:
    """Grades (1 worst, 0 not graded) in the order of ``candidates``, ballot by ballot."""

    candidates: tuple[str, ...]
    ballots: tuple[tuple[int, ...], ...]


def read(path: Path, grades: int) -> GradeSheet:
    """The table in the file at ``path``. `imports.WrongFile` names the line that is wrong."""
    known = {str(grade): grade for grade in range(grades + 1)} | {"": 0}
    with imports.Table(path) as table:
        if not all(table.columns):
            raise table.wrong(1, "The first line names the candidates, each in a cell.")
        return GradeSheet(tuple(table.columns), tuple(_ballots(table, known)))


def _ballots(table: imports.Table, known: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    # A line without anything is no row; one of separators alone is a blank ballot.
    for row in table.whole():
        try:
            yield tuple([known[cell.strip()] for cell in row.values.values()])
        except KeyError as error:
            grade, most = error.args[0][:40], len(known) - 2
            reason = f"“{grade}” is no grade from 1 to {most}, nor 0 for none."
            raise table.wrong(row.line, reason) from None
