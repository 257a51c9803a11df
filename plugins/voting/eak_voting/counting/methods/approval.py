"""Approval and support: each vote names options, and the options named most often come first."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

C = TypeVar("C", bound=Hashable)


class Approved(msgspec.Struct, Generic[C], frozen=True):
    """An option's place. ``rank`` is shared by options with the same ``votes`` (1, 1, 3)."""

    option: C
    rank: int
    votes: int


class Approval(msgspec.Struct, Generic[C], frozen=True):
    """``ranking`` from the most votes, ties in the order of the ballot; ``ballots`` counted, of
    them ``blank`` ones that named nothing."""

    ranking: list[Approved[C]]
    ballots: int
    blank: int


def count(
    ballots: Iterable[Iterable[C]],
    options: Sequence[C],
    *,
    at_least: int = 0,
    at_most: int | None = None,
) -> Approval[C]:
    """How many ballots name each option.

    A blank ballot names nothing and is always allowed. `ValueError` for an option named twice or
    unknown, and for ballots that name fewer than ``at_least`` or more than ``at_most``: a count
    that repairs ballots would be a count of other ballots.
    """
    votes: Counter[C] = Counter()
    total = blank = 0
    for ballot in ballots:
        named = list(ballot)
        _check(named, at_least, at_most)
        votes.update(named)
        total += 1
        blank += not named
    unknown = set(votes) - set(options)
    if unknown:
        raise ValueError(f"A ballot names {sorted(map(str, unknown))[0]}, which is no option.")
    return Approval(ranking({option: votes[option] for option in options}), total, blank)


def ranking(votes: dict[C, int]) -> list[Approved[C]]:
    """The options from the most ``votes``, equal ones at the same rank and in the order given."""
    ranked: list[Approved[C]] = []
    for place, option in enumerate(sorted(votes, key=votes.__getitem__, reverse=True), 1):
        tied = ranked and ranked[-1].votes == votes[option]
        ranked.append(Approved(option, ranked[-1].rank if tied else place, votes[option]))
    return ranked


def _check(named: Sequence[C], at_least: int, at_most: int | None) -> None:
    if len(set(named)) != len(named):
        raise ValueError("A ballot names an option twice.")
    if 0 < len(named) < at_least:
        raise ValueError(f"A ballot names {len(named)} options; {at_least} are asked for.")
    if at_most is not None and len(named) > at_most:
        raise ValueError(f"A ballot names {len(named)} options; {at_most} are allowed.")
