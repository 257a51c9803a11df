"""One run of the Method of Equal Shares from a given endowment, in exact integers.

Peters, Pierczyński and Skowron, *Proportional Participatory Budgeting with Additive Utilities*,
NeurIPS 2021; equalshares.net/explanation. Every voter has the same endowment. As long as the
supporters of some project can pay for it, the project with the most effective votes is bought: its
cost is split as equally as possible, a voter who cannot pay the equal part pays what is left, and
counts as that fraction of a vote. Where points were given, parts are in proportion to the points.

All budgets stand over one common denominator, which grows where a division asks for it. Voters who
cast the same ballot always have the same money left, so they are kept together.
"""

from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from math import gcd, inf, lcm, nextafter

from eak_voting.counting.methods.budgets import Election


@dataclass(frozen=True, slots=True)
class Purchase:
    """A project bought. What each voter of a group paid is ``paid`` over ``denominator``; those of
    ``exhausted`` groups paid all they had left. ``price`` is what the others paid per vote (or
    point). ``tied`` are the places between which the lot decided, this one among them."""

    place: int
    price: Fraction
    effective_votes: Fraction
    paid: dict[int, int]
    denominator: int
    exhausted: frozenset[int]
    tied: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What was bought, in order, and what is ``left`` to each voter of a group, over
    ``denominator``. Amounts are in the unit of `Shares`."""

    endowment: Fraction
    purchases: tuple[Purchase, ...]
    left: list[int]
    denominator: int

    @property
    def selected(self) -> list[int]:
        return [purchase.place for purchase in self.purchases]


class Shares:
    """An election laid out for runs. Amounts are in 1/``scale`` of the currency, costs then whole.

    ``groups`` are the voters of each ballot, ``supporters`` the (group, points) of each project.
    ``strength`` and then ``precedence`` order projects with as many effective votes: the lowest
    cost, then the most votes, then the lot (equalshares.net/implementation/tie-breaking).
    """

    def __init__(self, election: Election, seed: str) -> None:
        costs = [project.cost for project in election.projects]
        self.election = election
        self.scale = lcm(election.budget.denominator, *(cost.denominator for cost in costs))
        self.budget = int(election.budget * self.scale)
        self.costs = [int(cost * self.scale) for cost in costs]
        self.votes = election.votes
        self.groups = list(election.ballots.values())
        self.supporters: list[list[tuple[int, int]]] = [[] for _ in costs]
        for group, ballot in enumerate(election.ballots):
            for place, points in ballot:
                self.supporters[place].append((group, points))
        lots = election.precedence(seed)
        self.strength = [(cost, -votes) for cost, votes in zip(self.costs, self.votes, strict=True)]
        ranked = sorted(range(len(lots)), key=lambda place: (self.strength[place], lots[place]))
        self.precedence = [0] * len(lots)
        for rank, place in enumerate(ranked):
            self.precedence[place] = rank

    def cost(self, places: list[int]) -> int:
        """What these projects cost together."""
        return sum(self.costs[place] for place in places)

    def run(self, endowment: Fraction) -> Run:
        """Buy from ``endowment`` (in 1/``scale``) per voter until no project can be paid for."""
        return _Buying(self, endowment).run()


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a project would cost its supporters now: the ``price`` per vote is ``rest`` / ``full``
    over the denominator, for those beyond the first ``poor`` of the ``order`` by what they have."""

    place: int
    effective_votes: Fraction
    rest: int
    full: int
    poor: int
    order: list[tuple[int, int]]


class _Buying:
    def __init__(self, shares: Shares, endowment: Fraction) -> None:
        self.shares = shares
        self.endowment = endowment
        self.denominator = endowment.denominator
        self.left = [endowment.numerator] * len(shares.groups)
        # Effective votes only fall while money is spent, so the last known ones are a bound: most
        # projects need no second look. The bounds are floats, rounded away from the true value.
        self.queue = [(-float(votes), place) for place, votes in enumerate(shares.votes) if votes]
        self.queue.sort()

    def run(self) -> Run:
        purchases: list[Purchase] = []
        while (best := self._best()) is not None:
            purchases.append(self._buy(*best))
        return Run(self.endowment, tuple(purchases), self.left, self.denominator)

    def _best(self) -> tuple[_Offer, tuple[int, ...]] | None:
        """The offer with the most effective votes, and the places the lot chose it from."""
        offers: list[_Offer] = []
        most = Fraction(0)
        floor = -inf
        while self.queue and -self.queue[0][0] >= floor:
            offer = self._offer(heappop(self.queue)[1])
            # One that cannot be paid now never can: nobody's money grows.
            if offer is None:
                continue
            offers.append(offer)
            if offer.effective_votes > most:
                most = offer.effective_votes
                floor = nextafter(float(most), 0)
        if not offers:
            return None
        strength, precedence = self.shares.strength, self.shares.precedence
        leading = [offer for offer in offers if offer.effective_votes == most]
        best = min(leading, key=lambda offer: precedence[offer.place])
        for offer in offers:
            if offer is not best:
                bound = nextafter(float(offer.effective_votes), inf)
                heappush(self.queue, (-bound, offer.place))
        tied = [each.place for each in leading if strength[each.place] == strength[best.place]]
        tied.sort(key=precedence.__getitem__)
        return best, tuple(tied) if len(tied) > 1 else ()

    def _offer(self, place: int) -> _Offer | None:
        """How the cost is split as equally as possible; None where the money does not suffice."""
        left, groups = self.left, self.shares.groups
        order = self._by_money(self.shares.supporters[place])
        rest = cost = self.shares.costs[place] * self.denominator
        full = self.shares.votes[place]
        for poor, (group, points) in enumerate(order):
            if left[group] * full >= rest * points:
                return _Offer(place, Fraction(cost * full, rest), rest, full, poor, order)
            rest -= left[group] * groups[group]
            full -= points * groups[group]
        return None

    def _by_money(self, supporters: list[tuple[int, int]]) -> list[tuple[int, int]]:
        left = self.left
        if all(points == 1 for _group, points in supporters):
            return sorted(supporters, key=lambda each: left[each[0]])
        common = lcm(*(points for _group, points in supporters))
        return sorted(supporters, key=lambda each: left[each[0]] * (common // each[1]))

    def _buy(self, offer: _Offer, tied: tuple[int, ...]) -> Purchase:
        rest = offer.rest
        factor = offer.full // gcd(rest, offer.full)
        if factor > 1:
            self.left = [money * factor for money in self.left]
            self.denominator *= factor
            rest *= factor
        price = rest // offer.full
        paid: dict[int, int] = {}
        for poor, (group, points) in enumerate(offer.order):
            paid[group] = self.left[group] if poor < offer.poor else price * points
            self.left[group] -= paid[group]
        return Purchase(
            offer.place,
            Fraction(price, self.denominator),
            offer.effective_votes,
            paid,
            self.denominator,
            frozenset(group for group, _points in offer.order[: offer.poor]),
            tied,
        )
