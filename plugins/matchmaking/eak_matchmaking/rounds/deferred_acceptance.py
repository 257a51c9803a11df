"""Deferred acceptance, proposers proposing, with capacities.

Gale and Shapley, *College Admissions and the Stability of Marriage* (1962). Each proposer asks the
best receiver that has not refused it yet; a receiver keeps the best of those who asked, as many as
it has places, and refuses the others for good. The outcome is stable; no proposer is better off in
any other stable matching; no proposer gains by naming others than those it wants (Dubins and
Freedman 1981; Roth 1982); and whichever stable matching is chosen, the same receivers have places
left (Roth 1986). There is one such outcome: the order of rows cannot change it.
"""

from heapq import heappush, heappushpop

from eak_matchmaking.rounds.instance import Instance, P, R


def deferred_acceptance(instance: Instance[P, R]) -> dict[P, R | None]:
    """The stable matching that is best for every proposer; None for those nobody takes.

    As long as all lists together, times the logarithm of the largest capacity.
    """
    positions = instance.positions
    free_places = {name: receiver.capacity for name, receiver in instance.receivers.items()}
    # The worst of those that a receiver keeps is the first of its heap.
    kept: dict[R, list[tuple[int, P]]] = {name: [] for name in instance.receivers}
    still_to_ask = {name: iter(wishes) for name, wishes in instance.proposers.items()}
    matching: dict[P, R | None] = dict.fromkeys(instance.proposers)
    for first in instance.proposers:
        asking: P | None = first
        while asking is not None:
            receiver = next(still_to_ask[asking], None)
            if receiver is None:
                break
            place = positions[receiver].get(asking)
            if place is None:
                continue
            matching[asking] = receiver
            if free_places[receiver]:
                free_places[receiver] -= 1
                heappush(kept[receiver], (-place, asking))
                asking = None
            else:
                _, asking = heappushpop(kept[receiver], (-place, asking))
                matching[asking] = None
    return matching
