"""What each voter has to spend: the search for it that Add1 is."""

from fractions import Fraction
from itertools import accumulate
from typing import Literal

from eak_voting.counting.screen import Screen
from eak_voting.counting.shares import Shares

Completion = Literal["none", "add1", "add1-exhaustive", "utilitarian"]


def decide(shares: Shares, completion: Completion) -> tuple[Fraction, int]:
    """The endowment of the run that decides (in 1/``scale`` of the currency), and which of
    the values tried it is, from 1."""
    voters = sum(shares.groups)
    if not voters:
        return Fraction(0), 0
    equal = Fraction(shares.budget, voters)
    if completion in ("none", "utilitarian") or _all_fit(shares):
        return equal, 1
    step = shares.scale
    screen = Screen(shares)
    start = shares.budget // voters // step * step
    endowment = max(start, _idle(shares, completion))
    selected = _selected(shares, screen, endowment)
    while completion == "add1" or not _exhaustive(shares, selected):
        following = _selected(shares, screen, endowment + step)
        if shares.cost(following) > shares.budget:
            break
        endowment, selected = endowment + step, following
    return Fraction(endowment), (endowment - start) // step + 1


def _idle(shares: Shares, completion: Completion) -> int:
    """An endowment up to which no run overspends or is exhaustive, known without any run.

    What its supporters could not pay for together, even if they bought nothing else, is not bought.
    As long as all the rest fits into the budget, no run overspends; as long as the cheapest of
    those projects would fit in besides, none is exhaustive.
    """
    step = shares.scale
    supporters = shares.election.supporters
    # The first endowment (a multiple of the step) from which each project can be paid for.
    first = {
        place: -(-shares.costs[place] // (supporters[place] * step)) * step
        for place in _wanted(shares)
    }
    waiting = sorted(first, key=first.__getitem__)
    costs = [shares.costs[place] for place in waiting]
    cheapest = list(accumulate(reversed(costs), min))[::-1]
    left, idle = shares.budget, 0
    for place, cost, least in zip(waiting, costs, cheapest, strict=True):
        if left < (least if completion == "add1-exhaustive" else 0):
            break
        idle = first[place] - step
        left -= cost
    return idle


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
