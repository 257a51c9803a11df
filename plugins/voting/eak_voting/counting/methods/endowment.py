"""What each voter has to spend: the search for it that Add1 is."""

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from eak_voting.counting.methods.horizon import horizon, is_worthwhile
from eak_voting.counting.methods.screen import Screen
from eak_voting.counting.methods.shares import Shares

Completion = Literal["none", "add1", "add1-exhaustive", "utilitarian"]

#: Looking ahead takes as long as dozens of runs; where it gains less than that, so many runs follow
#: before the next look.
_GAIN, _PATIENCE = 30, 300

#: Tells, for an endowment, what is bought, and up to which endowment exactly that is.
_Look = Callable[[int], tuple[list[int], int]]


def decide(shares: Shares, completion: Completion) -> tuple[Fraction, int]:
    """The endowment of the run that decides (in 1/``scale`` of the currency), and which of
    the values tried it is, from 1."""
    voters = sum(shares.groups)
    if not voters:
        return Fraction(0), 0
    if completion in ("none", "utilitarian") or _all_fit(shares):
        return Fraction(shares.budget, voters), 1
    step = shares.scale
    start = shares.budget // voters // step * step
    found = _search(shares, completion, max(start, _idle(shares, completion)))
    return Fraction(found), (found - start) // step + 1


def _search(shares: Shares, completion: Completion, endowment: int) -> int:
    """Add1 from ``endowment``, which does not overspend."""
    look = _ahead(shares) if is_worthwhile(shares) else _one_by_one(shares)
    selected, last = look(endowment)
    while completion == "add1" or not _exhaustive(shares, selected):
        following, further = look(last + shares.scale)
        if shares.cost(following) > shares.budget:
            return last
        endowment, selected, last = last + shares.scale, following, further
    return endowment


def _ahead(shares: Shares) -> _Look:
    one_by_one = _one_by_one(shares)
    waiting = 0

    def look(endowment: int) -> tuple[list[int], int]:
        nonlocal waiting
        if waiting:
            waiting -= 1
            return one_by_one(endowment)
        selected, last = horizon(shares, endowment)
        steps = (last - endowment) // shares.scale
        if steps < _GAIN:
            waiting = _PATIENCE
        return selected, endowment + steps * shares.scale

    return look


def _one_by_one(shares: Shares) -> _Look:
    screen = Screen(shares)

    def look(endowment: int) -> tuple[list[int], int]:
        selected = screen.selected(endowment)
        if selected is None:
            selected = shares.run(Fraction(endowment)).selected
        return selected, endowment

    return look


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


def _all_fit(shares: Shares) -> bool:
    return shares.cost(_wanted(shares)) <= shares.budget


def _exhaustive(shares: Shares, selected: list[int]) -> bool:
    left = shares.budget - shares.cost(selected)
    taken = set(selected)
    return all(shares.costs[place] > left for place in _wanted(shares) if place not in taken)


def _wanted(shares: Shares) -> list[int]:
    """The projects that somebody voted for: no share ever pays for another."""
    return [place for place, votes in enumerate(shares.votes) if votes]
