"""What a matching can be checked by, and what those who were left out are told.

Both are read from the lists and the matching alone, so they hold for a matching that a person made
or changed as well, and do not depend on how it was found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from eak_matchmaking.rounds.instance import Instance, Matching, P, R


def blocking_pairs(instance: Instance[P, R], matching: Matching[P, R]) -> list[tuple[P, R]]:
    """The pairs who would both rather have each other than what ``matching`` gives them, by name.

    A matching without any is stable. A place that is empty, or taken by somebody whom the receiver
    never named, is worth less to it than anybody whom it named.
    """
    positions = instance.positions
    least = {
        receiver: _least_taken(instance, receiver, taken)
        for receiver, taken in instance.held(matching).items()
    }
    return [
        (proposer, receiver)
        for proposer in sorted(instance.proposers)
        for receiver in _better(instance, matching, proposer)
        if positions[receiver].get(proposer, least[receiver]) < least[receiver]
    ]


def _least_taken(instance: Instance[P, R], receiver: R, taken: Sequence[P]) -> int:
    """The place, from 0, of the one that ``receiver`` would give up for a better one; behind all of
    its list where it has a place left."""
    listed = instance.receivers[receiver]
    behind = len(listed.ranks)
    if len(taken) < listed.capacity:
        return behind
    return max(instance.positions[receiver].get(each, behind) for each in taken)


@dataclass(frozen=True, slots=True)
class Refusal(Generic[R]):
    """Why a proposer does not go with ``receiver``, its ``wish``-th choice.

    ``rank``: which place the receiver gives it, from 1; None where it did not name it. ``kept_to``:
    the last place among those it took, all of them better. It took ``taken``, having ``capacity``.
    """

    receiver: R
    wish: int
    rank: int | None
    kept_to: int | None
    taken: int
    capacity: int


def refusals(instance: Instance[P, R], matching: Matching[P, R]) -> dict[P, list[Refusal[R]]]:
    """For each proposer, by name, the receivers that it wanted more than what it has, in its order.

    In the outcome of deferred acceptance these are exactly the ones that refused it.
    """
    positions, held = instance.positions, instance.held(matching)
    last = {
        name: max((positions[name].get(each, -1) + 1 for each in taken), default=0) or None
        for name, taken in held.items()
    }
    found: dict[P, list[Refusal[R]]] = {}
    for proposer in sorted(instance.proposers):
        found[proposer] = []
        for wish, receiver in enumerate(_better(instance, matching, proposer), start=1):
            place = positions[receiver].get(proposer)
            found[proposer].append(
                Refusal(
                    receiver=receiver,
                    wish=wish,
                    rank=None if place is None else place + 1,
                    kept_to=last[receiver],
                    taken=len(held[receiver]),
                    capacity=instance.receivers[receiver].capacity,
                )
            )
    return found


def _better(instance: Instance[P, R], matching: Matching[P, R], proposer: P) -> Iterator[R]:
    """The receivers that ``proposer`` would rather have."""
    for receiver in instance.proposers[proposer]:
        if receiver == matching[proposer]:
            return
        yield receiver
