"""Pabulib files (``.pb``) written: what `eak_voting.publishing.pabulib` reads again."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from eak_voting.publishing.amounts import decimal
from eak_voting.publishing.pabulib import BLANK_VOTES, WITH_POINTS, PabulibFile, PabulibVote


def write(file: PabulibFile) -> Iterator[str]:
    """The lines of ``file``, each with its end. What is read from them has the same projects and
    votes; blank votes among those listed are counted in ``blank``, since the format has none."""
    listed = [each for each in file.votes if each.choices]
    blank = file.blank + len(file.votes) - len(listed)
    meta = {**file.meta, "num_votes": str(len(listed))}
    if blank:
        meta["comment"] = with_remark(meta.get("comment", ""), f"{blank} {BLANK_VOTES}")
    yield from _table("META", ["key", "value"], meta.items())
    columns = _columns(each.cells for each in file.projects)
    yield from _table(
        "PROJECTS",
        ["project_id", "cost", *columns],
        (
            [each.code, decimal(each.cost), *(each.cells.get(name, "") for name in columns)]
            for each in file.projects
        ),
    )
    with_points = file.vote_type in WITH_POINTS
    columns = _columns(each.cells for each in listed)
    yield from _table(
        "VOTES",
        ["voter_id", "vote", *(["points"] if with_points else []), *columns],
        (_vote_row(each, columns, with_points=with_points) for each in listed),
    )


def with_remark(comment: str, remark: str) -> str:
    """``comment`` with one more remark, numbered as the format asks (``#1: … #2: …``)."""
    number = len(re.findall(r"#\d+: ", comment)) + 1
    return f"{comment} #{number}: {remark}.".strip()


def _columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(rows)))


def _vote_row(vote: PabulibVote, columns: list[str], *, with_points: bool) -> list[str]:
    row = [vote.voter, ",".join(code for code, _points in vote.choices)]
    if with_points:
        row.append(",".join(str(points) for _code, points in vote.choices))
    return [*row, *(vote.cells.get(name, "") for name in columns)]


def _table(section: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"{section}\n"
    lines = _Lines()
    writer = csv.writer(lines, delimiter=";", lineterminator="\n")
    for row in chain([header], rows):
        # A cell is one line: the format knows no other.
        writer.writerow([" ".join(cell.splitlines()).strip() for cell in row])
        yield lines.last


class _Lines:
    """Where a csv writer leaves its line."""

    last = ""

    def write(self, text: str) -> None:
        self.last = text
