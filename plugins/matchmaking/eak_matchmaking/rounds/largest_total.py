"""The matching with the largest total score, to be shown beside the stable one.

It gives away pairs who would rather have each other, for points elsewhere: what that is worth is
for people to judge. Exact, on whole numbers: the Hungarian method for places with capacities
(Kuhn 1955; shortest augmenting paths, Tomizawa 1971; Jonker and Volgenant 1987). Its prices prove
the total (`LargestTotal.proved`), so nobody needs to trust the search.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Generic

from eak_matchmaking.rounds.instance import P, R


@dataclass(frozen=True, slots=True)
class LargestTotal(Generic[P, R]):
    """``matching`` has the largest ``total`` of scores there is; of several such, one that depends
    on the names alone. ``worth`` and ``price``, none below 0, are what proves it."""

    matching: Mapping[P, R | None]
    total: int
    worth: Mapping[P, int]
    price: Mapping[R, int]

    def proved(self, scores: Mapping[tuple[P, R], int], capacities: Mapping[R, int]) -> bool:
        """Whether no other matching can have more (linear programming duality).

        No pair scores more than the worth of its proposer and the price of its receiver together,
        so no matching has more than all worths and the prices of all places; this one has that.
        """
        bound = sum(self.worth.values()) + sum(
            self.price[name] * capacity for name, capacity in capacities.items()
        )
        return (
            min((*self.worth.values(), *self.price.values()), default=0) >= 0
            and all(score <= self.worth[p] + self.price[r] for (p, r), score in scores.items())
            and self.total == bound
        )


def largest_total(
    proposers: Iterable[P], capacities: Mapping[R, int], scores: Mapping[tuple[P, R], int]
) -> LargestTotal[P, R]:
    """The matching of ``proposers`` with receivers that has the largest total of ``scores``.

    Each proposer goes with one receiver at most, a receiver with as many as its capacity. Pairs
    without a score, or with one that is not above 0, are never matched.
    """
    names = sorted(proposers)
    edges: dict[P, list[tuple[R, int]]] = {name: [] for name in names}
    for (proposer, receiver), score in scores.items():
        edges[proposer].append((receiver, score))
    search = _Search(edges, capacities)
    for proposer in names:
        search.place(proposer)
    total = sum(
        scores[proposer, receiver]
        for proposer, receiver in search.matching.items()
        if receiver is not None
    )
    return LargestTotal(search.matching, total, search.worth, search.price)


class _Search(Generic[P, R]):
    """What is found so far: always the best for those who were placed, with prices that prove it.

    Of every edge, worth + price ≥ score; what is above is its *slack*, and there is none where it
    is matched. Who is not matched is worth 0, and a receiver with places left costs 0.
    """

    def __init__(self, edges: Mapping[P, list[tuple[R, int]]], capacities: Mapping[R, int]) -> None:
        self.matching: dict[P, R | None] = {}
        self.worth: dict[P, int] = {}
        self.price: dict[R, int] = dict.fromkeys(capacities, 0)
        self._edges: Mapping[P, list[tuple[R, int]]] = edges
        self._left: dict[R, int] = dict(capacities)
        # In the order of arrival, so that equal ways are always taken in the same order.
        self._held: dict[R, dict[P, None]] = {name: {} for name in capacities}

    def place(self, newcomer: P) -> None:
        """Take ``newcomer`` in: along the path of the least slack from it to a place that is left,
        or to somebody, itself or another, who then goes without."""
        gains = (score - self.price[name] for name, score in self._edges[newcomer])
        self.worth[newcomer] = max(0, max(gains, default=0))
        self.matching[newcomer] = None
        path = self._shortest(newcomer)
        for proposer, distance in path.proposers.items():
            self.worth[proposer] -= path.length - distance
        for receiver, distance in path.receivers.items():
            self.price[receiver] += path.length - distance
        self._move_along(path)

    def _shortest(self, newcomer: P) -> "_Path[P, R]":
        """Dijkstra's search over the slacks."""
        path = _Path[P, R](self.worth[newcomer], without=newcomer)
        near: dict[R, int] = {}
        queue: list[tuple[int, R]] = []
        distance, reached = 0, [newcomer]
        while True:
            for proposer in reached:
                path.proposers[proposer] = distance
                far = distance + self.worth[proposer]
                if far < path.length:
                    path.length, path.without = far, proposer
                for receiver, score in self._edges[proposer]:
                    through = far + self.price[receiver] - score
                    if through < near.get(receiver, path.length):
                        near[receiver] = through
                        path.came_from[receiver] = proposer
                        heappush(queue, (through, receiver))
            while queue and queue[0][1] in path.receivers:
                heappop(queue)
            if not queue or queue[0][0] >= path.length:
                return path
            distance, nearest = heappop(queue)
            path.receivers[nearest] = distance
            if self._left[nearest]:
                path.length, path.without, path.into = distance, None, nearest
                return path
            reached = list(self._held[nearest])

    def _move_along(self, path: "_Path[P, R]") -> None:
        """From the end of ``path`` back to its start, each into the place of the one before."""
        into = path.into
        if into is not None:
            self._left[into] -= 1
        elif path.without is not None:
            into = self.matching[path.without]
            self.matching[path.without] = None
            if into is not None:
                del self._held[into][path.without]
        while into is not None:
            proposer = path.came_from[into]
            before = self.matching[proposer]
            self.matching[proposer] = into
            self._held[into][proposer] = None
            if before is not None:
                del self._held[before][proposer]
            into = before


@dataclass(slots=True)
class _Path(Generic[P, R]):
    """The shortest path, of ``length``; it ends with somebody ``without`` a place, or ``into`` a
    place that was left. How far away those are who were reached, and from where."""

    length: int
    without: P | None = None
    into: R | None = None
    proposers: dict[P, int] = field(default_factory=dict)
    receivers: dict[R, int] = field(default_factory=dict)
    came_from: dict[R, P] = field(default_factory=dict)
