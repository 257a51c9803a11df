"""Pabulib files (``.pb``), in which participatory budgets are exchanged, and how they are read.

Faliszewski and others, *Participatory Budgeting: Data, Tools and Analysis*, IJCAI 2023; the format
is described on pabulib.org/format. UTF-8; three sections (META, PROJECTS, VOTES), each a table of
cells separated by semicolons under a line that names its columns. Costs are kept exactly as they
are written in decimals.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, repeat
from typing import Literal, cast, get_args

from eak_voting.counting.methods.budgets import Election, Project, election
from eak_voting.publishing.amounts import amount

VoteType = Literal["approval", "choose-1", "cumulative", "scoring", "ordinal"]

#: What no file of a real election comes near: beyond it somebody is testing our patience.
MOST_PROJECTS = 20_000
MOST_VOTES = 5_000_000

_SECTIONS = {
    "META": ("key", "value"),
    "PROJECTS": ("project_id", "cost"),
    "VOTES": ("voter_id", "vote"),
}
#: So many notes are kept; a file with more of them has another trouble.
MOST_NOTES = 1_000
#: The remark of a file that leaves blank votes out, as the format has none.
BLANK_VOTES = "blank votes are not listed"
_BLANK_REMARK = re.compile(rf"\s*#\d+: (\d{{1,7}}) {BLANK_VOTES}\.$", re.ASCII)
#: The types of vote that give points.
WITH_POINTS = ("cumulative", "scoring")


class PabulibError(ValueError):
    """A file that does not follow the format: the ``line`` (from 1), and what is wrong with it."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(f"Line {line}: {fault}.")
        self.line = line


@dataclass(frozen=True, slots=True)
class PabulibProject:
    """A project, with its other columns (``name``, ``category``, ``selected`` …) as ``cells``."""

    code: str
    cost: Fraction
    cells: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.cells.get("name", "")


@dataclass(frozen=True, slots=True)
class PabulibVote:
    """A ballot: (project, points) in the order of the file, 1 point where the file gives none."""

    voter: str
    choices: tuple[tuple[str, int], ...]
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PabulibFile:
    """A file as it was read, or is to be written. ``meta`` holds ``budget`` and ``vote_type`` too,
    as text.

    ``blank`` votes were cast beside those listed: the format has no blank ones, and `write` says
    how many there are in the comment. ``notes`` say what was read otherwise than it is written,
    each with its line.
    """

    meta: Mapping[str, str]
    projects: tuple[PabulibProject, ...]
    votes: tuple[PabulibVote, ...]
    blank: int = 0
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def budget(self) -> Fraction:
        return amount(self.meta["budget"])

    @property
    def vote_type(self) -> VoteType:
        return cast("VoteType", self.meta["vote_type"])

    def election(self, *, points: bool = False) -> Election:
        """What there is to count.

        A project that a voter named (with points above 0, where there are any; at any rank of an
        ordinal vote) counts as approved, or with ``points`` for its points.
        """
        ballots = (
            {code: given if points else 1 for code, given in vote.choices if given}
            for vote in self.votes
        )
        projects = [Project(each.code, each.cost, each.title) for each in self.projects]
        none: dict[str, int] = {}
        return election(self.budget, projects, chain(ballots, repeat(none, self.blank)))


def read(lines: Iterable[str]) -> PabulibFile:
    """The file of these ``lines``. `PabulibError` names the line that is wrong."""
    reader = _Reader()
    line = 0
    for line, text in enumerate(lines, 1):
        reader.take(line, text)
    return reader.finish(line)


class _Reader:
    """Takes a file line by line, and knows the section it is in."""

    def __init__(self) -> None:
        self.section = ""
        self.header: list[str] = []
        self.meta: dict[str, str] = {}
        self.meta_lines: dict[str, int] = {}
        self.projects: dict[str, PabulibProject] = {}
        self.votes: dict[str, PabulibVote] = {}
        self.seen: set[str] = set()
        self.notes: list[str] = []

    def take(self, line: int, text: str) -> None:
        if line == 1:
            text = text.removeprefix("\ufeff")
        cells = _cells(line, text)
        if not any(cells):
            return
        if cells[0].upper() in _SECTIONS and not any(cells[1:]):
            self._enter(line, cells[0].upper())
        elif not self.section:
            raise PabulibError(line, "a file begins with META")
        elif not self.header:
            self._take_header(line, cells)
        elif len(cells) > len(self.header):
            raise PabulibError(
                line, f"there are {len(cells)} cells under {len(self.header)} columns"
            )
        else:
            self._take_row(line, dict(zip(self.header, cells, strict=False)))

    def finish(self, line: int) -> PabulibFile:
        for section in _SECTIONS:
            if section not in self.seen:
                raise PabulibError(max(line, 1), f"the section {section} is missing")
        if not self.projects:
            raise PabulibError(line, "there are no projects")
        for key, found in (("num_projects", self.projects), ("num_votes", self.votes)):
            said = self.meta.get(key, str(len(found)))
            if said != str(len(found)):
                raise PabulibError(
                    self.meta_lines[key], f"{key} says {said}, and there are {len(found)}"
                )
        blank, meta = _blank_votes(self.meta)
        return PabulibFile(
            meta,
            tuple(self.projects.values()),
            tuple(self.votes.values()),
            blank,
            tuple(self.notes),
        )

    def _enter(self, line: int, section: str) -> None:
        if section in self.seen:
            raise PabulibError(line, f"the section {section} stands there twice")
        if section == "PROJECTS":
            self._check_meta(line)
        elif section == "VOTES" and "PROJECTS" not in self.seen:
            raise PabulibError(line, "the section PROJECTS comes before VOTES")
        self.seen.add(section)
        self.section, self.header = section, []

    def _check_meta(self, line: int) -> None:
        for key in ("budget", "vote_type"):
            if key not in self.meta:
                raise PabulibError(line, f"META does not say {key}")
        if _amount(self.meta_lines["budget"], "the budget", self.meta["budget"]) <= 0:
            raise PabulibError(self.meta_lines["budget"], "the budget is not above 0")
        if self.meta["vote_type"] not in get_args(VoteType):
            known = ", ".join(get_args(VoteType))
            raise PabulibError(
                self.meta_lines["vote_type"],
                f"the vote_type “{self.meta['vote_type'][:40]}” is none of {known}",
            )

    def _take_header(self, line: int, cells: list[str]) -> None:
        needed = [*_SECTIONS[self.section]]
        if self.section == "VOTES" and self.meta["vote_type"] in WITH_POINTS:
            needed.append("points")
        for name in needed:
            if name not in cells:
                raise PabulibError(line, f"{self.section} has no column {name}")
        if len(set(cells)) != len(cells):
            raise PabulibError(line, f"{self.section} has a column twice")
        self.header = cells

    def _take_row(self, line: int, row: dict[str, str]) -> None:
        if self.section == "META":
            key = row.get("key", "")
            if key in self.meta:
                raise PabulibError(line, f"META says {key[:40]} twice")
            self.meta[key], self.meta_lines[key] = row.get("value", ""), line
        elif self.section == "PROJECTS":
            self._take_project(line, row)
        else:
            self._take_vote(line, row)

    def _take_project(self, line: int, row: dict[str, str]) -> None:
        code = row.pop("project_id", "")
        if not code or "," in code or not code.isprintable():
            raise PabulibError(line, f"“{code[:40]}” cannot be a project_id")
        if code in self.projects:
            raise PabulibError(line, f"the project {code[:40]} stands there twice")
        if len(self.projects) >= MOST_PROJECTS:
            raise PabulibError(line, f"there are more than {MOST_PROJECTS} projects")
        cost = _amount(line, "the cost", row.pop("cost", ""))
        if cost <= 0:
            raise PabulibError(line, f"the cost of project {code[:40]} is not above 0")
        self.projects[code] = PabulibProject(code, cost, _filled(row))

    def _take_vote(self, line: int, row: dict[str, str]) -> None:
        voter = row.pop("voter_id", "")
        if not voter or voter in self.votes:
            raise PabulibError(line, f"the voter_id “{voter[:40]}” is empty or stands there twice")
        if len(self.votes) >= MOST_VOTES:
            raise PabulibError(line, f"there are more than {MOST_VOTES} votes")
        codes = _list(row.pop("vote", ""))
        for code in codes:
            if code not in self.projects:
                raise PabulibError(line, f"there is no project {code[:40]}")
        points = [1] * len(codes)
        if self.meta["vote_type"] in WITH_POINTS:
            points = _points(line, _list(row.pop("points", "")), len(codes))
        choices: dict[str, int] = {}
        for code, given in zip(codes, points, strict=True):
            if code in choices:
                self._note_twice(line, code)
            else:
                choices[code] = given
        self.votes[voter] = PabulibVote(voter, tuple(choices.items()), _filled(row))

    def _note_twice(self, line: int, code: str) -> None:
        note = f"Line {line}: project {code[:40]} is named twice in this vote; it counts once."
        if note not in self.notes[-1:] and len(self.notes) < MOST_NOTES:
            self.notes.append(note)


def _blank_votes(meta: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    """How many blank votes the comment tells of as `write` does, and META without this remark."""
    rest = dict(meta)
    said = _BLANK_REMARK.search(rest.get("comment", ""))
    if said is None or int(said[1]) > MOST_VOTES:
        return 0, rest
    rest["comment"] = rest["comment"][: said.start()]
    if not rest["comment"]:
        del rest["comment"]
    return int(said[1]), rest


def _cells(line: int, text: str) -> list[str]:
    try:
        rows = list(csv.reader([text], delimiter=";"))
    except csv.Error as error:
        raise PabulibError(line, f"it cannot be divided into cells ({error})") from None
    return [cell.strip() for cell in rows[0]] if rows else []


def _amount(line: int, what: str, text: str) -> Fraction:
    try:
        return amount(text)
    except ValueError as error:
        raise PabulibError(line, f"{what} {error}") from None


def _list(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(",")] if cell else []


def _points(line: int, given: list[str], codes: int) -> list[int]:
    if len(given) != codes:
        raise PabulibError(line, f"there are points for {len(given)} of {codes} projects")
    points: list[int] = []
    for each in given:
        if not (each.isascii() and each.isdigit() and len(each) <= 9):
            raise PabulibError(line, f"“{each[:40]}” is not a whole number of points")
        points.append(int(each))
    return points


def _filled(row: Mapping[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell}
