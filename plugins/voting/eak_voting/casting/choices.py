"""What a vote says, checked against the terms and written in one way only.

Pure. A vote is canonical JSON without spaces, so that two votes that say the same are the same
text, and a receipt can be computed from it anywhere:

- support, approval, and budgets by approval or basket: the numbers of the options, ascending,
  ``[2,5,9]``;
- budgets by points: pairs of option and points, ascending, points above 0, ``[[2,7],[5,3]]``;
- majority judgment: for each option that was graded, in ascending order, its number and a grade
  from 1 (worst) to 7 (best) per criterion in the order of the terms, 0 for not graded,
  ``[[1,[7,5,0,6]],[3,[4,4,4,4]]]``.

An empty list is a blank vote.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from eak_voting.settings import GRADES, Settings, Terms, canonical, digest

#: What can be wrong with a vote.
Fault = Literal[
    "unknown_option", "too_few", "too_many", "wrong_grade", "too_many_points", "over_budget"
]

Grades = tuple[int, ...]


class WrongChoices(ValueError):
    """A vote that the terms do not allow: ``fault``, with the figures of a sentence about it."""

    def __init__(self, fault: Fault, **figures: int) -> None:
        super().__init__(f"{fault} {figures}")
        self.fault = fault
        self.figures = figures


def named(terms: Terms, numbers: Iterable[int]) -> str:
    """A vote for the options ``numbers``, in any order. `WrongChoices` where it is not allowed."""
    chosen = sorted(set(numbers))
    _check_known(terms, chosen)
    at_least, at_most = limits(terms.settings)
    _check_amount(len(chosen), at_least, at_most)
    budget = terms.settings.budget
    if budget is not None and budget.ballot == "basket":
        cost = sum(option.cost or 0 for option in terms.options if option.number in set(chosen))
        if cost > budget.amount:
            raise WrongChoices("over_budget", cost=cost, amount=budget.amount)
    return _text(chosen)


def distributed(terms: Terms, points: Mapping[int, int]) -> str:
    """A vote that gives ``points`` to options by their numbers; 0 is the same as none."""
    budget = terms.settings.budget
    assert budget is not None
    given = sorted((number, each) for number, each in points.items() if each)
    _check_known(terms, [number for number, _each in given])
    total = sum(each for _number, each in given)
    if total > budget.points or any(each < 0 for _number, each in given):
        raise WrongChoices("too_many_points", points=total, most=budget.points)
    _check_amount(len(given), budget.at_least, budget.at_most)
    return _text(given)


def graded(terms: Terms, grades: Mapping[int, Sequence[int]]) -> str:
    """A vote that grades options by their numbers, one grade per criterion, 0 for none."""
    rules = terms.settings.majority
    assert rules is not None
    _check_known(terms, grades)
    for each in grades.values():
        if len(each) != len(rules.criteria) or not all(0 <= grade <= GRADES for grade in each):
            raise WrongChoices("wrong_grade")
    return _text([(number, list(each)) for number, each in sorted(grades.items()) if any(each)])


def limits(settings: Settings) -> tuple[int, int | None]:
    """How many options a vote names, at least and at most, where the method has such limits."""
    rules = settings.approval or settings.budget
    return (rules.at_least, rules.at_most) if rules is not None else (0, None)


def check(terms: Terms, choices: str) -> str:
    """``choices`` (canonical JSON) as it stands, where the terms allow it and it is canonical;
    `WrongChoices` or `ValueError` otherwise. For what comes from a file or a draft."""
    canonical = write(terms, read(terms.settings, choices))
    if canonical != choices:
        raise ValueError("the vote is not written in the canonical way")
    return canonical


def read(settings: Settings, choices: str) -> Any:
    """What ``choices`` says: a list of numbers, a mapping of points, or one of grades.

    `ValueError` where it has not the shape of a vote of this method.
    """
    try:
        if settings.method == "majority":
            return dict(_grades.decode(choices))
        if settings.budget is not None and settings.budget.ballot == "points":
            return dict(_points.decode(choices))
        return _numbers.decode(choices)
    except msgspec.DecodeError as error:
        raise ValueError(f"not a vote of this method: {error}") from None


def write(terms: Terms, said: Any) -> str:
    """The inverse of `read`, checked against the terms."""
    if terms.settings.method == "majority":
        return graded(terms, said)
    if terms.settings.budget is not None and terms.settings.budget.ballot == "points":
        return distributed(terms, said)
    return named(terms, said)


def is_blank(choices: str) -> bool:
    """Whether a vote names, grades and funds nothing."""
    return choices == "[]"


def ballots_digest(terms: Terms, votes: Iterable[str]) -> str:
    """The hash of the ``votes`` that are counted, in whatever order they come: SHA-256 of
    ``{"ballot":7,"votes":[…]}``, each vote as text, in the order of code points."""
    return digest(canonical({"ballot": terms.ballot, "votes": sorted(votes)}))


_numbers = msgspec.json.Decoder(list[int])
_points = msgspec.json.Decoder(list[tuple[int, int]])
_grades = msgspec.json.Decoder(list[tuple[int, Grades]])


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _check_known(terms: Terms, numbers: Iterable[int]) -> None:
    # Numbers run from 1 without gaps (`eak_voting.ballots.finding` writes them so).
    for number in numbers:
        if not 0 < number <= len(terms.options):
            raise WrongChoices("unknown_option", option=number)


def _check_amount(chosen: int, at_least: int, at_most: int | None) -> None:
    # A blank vote says something too, and what it says is not "too few".
    if 0 < chosen < at_least:
        raise WrongChoices("too_few", chosen=chosen, least=at_least)
    if at_most is not None and chosen > at_most:
        raise WrongChoices("too_many", chosen=chosen, most=at_most)
