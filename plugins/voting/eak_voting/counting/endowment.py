"""What each voter has to spend: the search for it that Add1 is."""

from fractions import Fraction
from typing import Literal

from eak_voting.counting.screen import Screen
from eak_voting.counting.shares import Shares

Completion = Literal["none", "add1", "add1-exhaustive", "utilitarian"]


def decide(shares: Shares, completion: Completion) -> tuple[Fraction, int]:
    """The endowment of the run that decides (in 1/``scale`` of the currency), and how many values
    were tried for it."""
    voters = sum(shares.groups)
    if not voters:
        return Fraction(0), 0
    equal = Fraction(shares.budget, voters)
    if completion in ("none", "utilitarian") or _all_fit(shares):
        return equal, 1
    step = shares.scale
    screen = Screen(shares)
    endowment = shares.budget // voters // step * step
    selected = _selected(shares, screen, endowment)
    runs = 1
    while completion == "add1" or not _exhaustive(shares, selected):
        following = _selected(shares, screen, endowment + step)
        runs += 1
        if shares.cost(following) > shares.budget:
            break
        endowment, selected = endowment + step, following
    return Fraction(endowment), runs


def _selected(shares: Shares, screen: Screen, endowment: int) -> list[int]:
    selected = screen.selected(endowment)
    return shares.run(Fraction(endowment)).selected if selected is None else selected


def _all_fit(shares: Shares) -> bool:
    return shares.cost(_wanted(shares)) <= shares.budget


def _exhaustive(shares: Shares, selected: list[int]) -> bool:
    left = shares.budget - shares.cost(selected)
    taken = set(selected)
    return all(shares.costs[place] > left for place in _wanted(shares) if place not in taken)


def _wanted(shares: Shares) -> list[int]:
    """The projects that somebody voted for: no share ever pays for another."""
    return [place for place, votes in enumerate(shares.votes) if votes]
