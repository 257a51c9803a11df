"""A budget to be spent on projects by vote: what is counted, and what a count says.

Amounts are exact: `fractions.Fraction` of the currency's unit. Identical ballots are kept together,
for a count depends on what was voted and never on who did.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

import msgspec

#: (place of the project in the election, its points) in ascending order; 1 point for an approval.
Ballot = tuple[tuple[int, int], ...]
Rule = Literal["equal-shares", "greedy"]
#: What brought a project its money: the shares of its supporters, or its place by votes.
Source = Literal["equal-shares", "utilitarian", "greedy"]
#: Why a project was left out: nobody voted for it, its supporters' shares were too small, or what
#: was left of the budget was.
Cause = Literal["no_votes", "shares", "budget"]


@dataclass(frozen=True, slots=True)
class Project:
    """What money can be spent on. ``cost`` is above 0."""

    code: str
    cost: Fraction
    title: str = ""


@dataclass(frozen=True)
class Election:
    """``ballots`` says how many voters cast each ballot; blank ones are voters too."""

    budget: Fraction
    projects: tuple[Project, ...]
    ballots: Mapping[Ballot, int]

    @cached_property
    def voters(self) -> int:
        return sum(self.ballots.values())

    @cached_property
    def votes(self) -> tuple[int, ...]:
        """The votes, or the sum of the points, of each project."""
        return self._sums(points=True)

    @cached_property
    def supporters(self) -> tuple[int, ...]:
        """How many voters named each project."""
        return self._sums(points=False)

    def places(self, codes: Iterable[str]) -> list[int]:
        """The places of projects by their codes. `KeyError` for an unknown one."""
        places = {project.code: place for place, project in enumerate(self.projects)}
        return [places[code] for code in codes]

    def cost(self, places: Iterable[int]) -> Fraction:
        """What these projects cost together."""
        return sum((self.projects[place].cost for place in places), Fraction(0))

    def precedence(self, seed: str) -> list[int]:
        """The rank of each project among projects that are otherwise equal, by the lot."""
        codes = [project.code for project in self.projects]
        lots = {code: lot for lot, code in enumerate(lot_order(seed, codes))}
        return [lots[code] for code in codes]

    def unrepresented(self, selected: Iterable[int]) -> int:
        """How many voters have no project among the ``selected``."""
        funded = set(selected)
        return sum(
            count
            for ballot, count in self.ballots.items()
            if not any(place in funded for place, _points in ballot)
        )

    def _sums(self, *, points: bool) -> tuple[int, ...]:
        sums = [0] * len(self.projects)
        for ballot, count in self.ballots.items():
            for place, given in ballot:
                sums[place] += count * given if points else count
        return tuple(sums)


class Tie(msgspec.Struct, frozen=True):
    """Projects that the rule cannot tell apart, the one the lot put first, and the step (from 1) at
    which that happened."""

    step: int
    tied: tuple[str, ...]
    chosen: str


class Funded(msgspec.Struct, frozen=True):
    """Why a project is funded.

    Paid by shares: ``payers`` supporters paid, each at most ``max_payment`` (per point, where
    points were given), ``exhausted`` of them all they had left; that makes ``effective_votes``
    (cost / ``max_payment``). Otherwise these are None: it came next by its votes, and
    ``budget_left`` was enough.
    """

    code: str
    cost: Fraction
    votes: int
    supporters: int
    source: Source
    budget_left: Fraction
    effective_votes: Fraction | None = None
    max_payment: Fraction | None = None
    payers: int | None = None
    exhausted: int | None = None


class NotFunded(msgspec.Struct, frozen=True):
    """Why a project is not funded: ``available`` is what it could have had, ``missing`` the rest of
    its cost.

    By shares, ``available`` is what its supporters have left of the ``share`` they had together,
    and ``spent_on`` the other projects on which they spent most, with the amounts. Otherwise it is
    what was left of the budget when its turn came.
    """

    code: str
    cost: Fraction
    votes: int
    supporters: int
    cause: Cause
    available: Fraction
    missing: Fraction
    share: Fraction | None = None
    spent_on: tuple[tuple[str, Fraction], ...] = ()


class Comparison(msgspec.Struct, frozen=True):
    """How many voters have more projects (or points) in one outcome than in the other."""

    prefer_equal_shares: int
    prefer_greedy: int

    @property
    def chosen(self) -> Rule:
        """Equal shares, unless more voters prefer the greedy outcome."""
        return "greedy" if self.prefer_greedy > self.prefer_equal_shares else "equal-shares"


class Outcome(msgspec.Struct, frozen=True):
    """What a count gives. ``selected`` and ``funded`` are in the order of selection.

    ``endowment`` is what each voter had to spend in the run that decided, the ``runs``-th value
    tried. ``unrepresented`` voters have no project among the selected. Where the
    ``comparison`` preferred the greedy outcome, that is the outcome, and ``rule`` says so.
    """

    rule: Rule
    selected: tuple[str, ...]
    cost: Fraction
    funded: tuple[Funded, ...]
    not_funded: tuple[NotFunded, ...]
    ties: tuple[Tie, ...]
    unrepresented: int
    endowment: Fraction | None = None
    runs: int = 0
    comparison: Comparison | None = None


def election(
    budget: Fraction | int,
    projects: Sequence[Project],
    ballots: Iterable[Iterable[str] | Mapping[str, int]],
) -> Election:
    """The election of ``ballots``: codes of approved projects, or points by code.

    Points are whole numbers above 0. `ValueError` says what is wrong: an amount that is not above
    0, a code twice, a ballot that names an unknown project or the same one twice.
    """
    if budget <= 0:
        raise ValueError("The budget must be above 0.")
    places: dict[str, int] = {}
    for place, project in enumerate(projects):
        if project.cost <= 0:
            raise ValueError(f"The cost of project {project.code} must be above 0.")
        if places.setdefault(project.code, place) != place:
            raise ValueError(f"Project {project.code} stands there twice.")
    counted = Counter(_ballot(ballot, places) for ballot in ballots)
    return Election(Fraction(budget), tuple(projects), counted)


def _ballot(ballot: Iterable[str] | Mapping[str, int], places: Mapping[str, int]) -> Ballot:
    named = list(ballot.items()) if isinstance(ballot, Mapping) else [(code, 1) for code in ballot]
    try:
        points = sorted((places[code], given) for code, given in named)
    except KeyError as error:
        raise ValueError(f"A ballot names project {error.args[0]}, which is unknown.") from None
    if len({place for place, _given in points}) != len(points):
        raise ValueError("A ballot names a project twice.")
    if any(given <= 0 for _place, given in points):
        raise ValueError("A ballot gives points that are not above 0.")
    return tuple(points)


def lot_order(seed: str, codes: Iterable[str]) -> list[str]:
    """``codes`` in the order of their lots, the winner first.

    The lot of an option is SHA-256(``seed`` + ":" + code), the smallest wins: nobody can choose it
    who does not choose the seed, and the order of the ballot has no part in it.
    """
    return sorted(codes, key=lambda code: (_lot(seed, code), code))


def _lot(seed: str, code: str) -> bytes:
    return hashlib.sha256(f"{seed}:{code}".encode()).digest()
