"""What a run of equal shares selects, in floating point, where that is beyond doubt.

Add1 repeats the run hundreds of times, and of all but the last only the selection matters. So each
is first made with floats and a bound on their error. A comparison that the bound leaves open ends
it, and the exact run (`shares`) decides: the answer given here is always the exact one.

The bound: let the error be the sum, over all voters, of how far the float for their money is from
the true amount. A purchase never adds to it but by rounding. Who cannot pay the equal part is left
with exactly nothing, in truth and here, and the error in what they paid is spread over those who
pay the rest, so that its sum stays. Roundings of one purchase are, with ε = 2⁻⁵², less than
ε × (2 × its groups + 2) × cost + ε × 2 × voters × endowment; and all costs together are less than
the money there is.
"""

from heapq import heappop, heappush

from eak_voting.counting.methods.shares import Shares

_EPSILON = 2.0**-52


class Screen:
    """Approvals of ``shares`` laid out for fast runs."""

    def __init__(self, shares: Shares) -> None:
        self.shares = shares
        self.costs = [float(cost) for cost in shares.costs]
        self.orders = [[group for group, _points in each] for each in shares.supporters]
        self.queue = sorted((-votes, place) for place, votes in enumerate(shares.votes) if votes)
        # Points would need another order of who is poor; amounts beyond 2⁵³ are no exact floats.
        self.applies = max(shares.costs, default=0) < 2**53 and all(
            points == 1 for supporters in shares.supporters for _group, points in supporters
        )
        groups = max(map(len, self.orders), default=0)
        self.rounding = _EPSILON * ((2 * groups + 2) * sum(shares.groups) + 2 * sum(shares.votes))

    def selected(self, endowment: int) -> list[int] | None:
        """The projects bought from ``endowment`` per voter, in order; None where it is in doubt."""
        if not self.applies or endowment >= 2**53:
            return None
        try:
            return _Attempt(self, endowment).run()
        except _Doubtful:
            return None


class _Doubtful(Exception):
    """Two amounts are closer than the error of what we know of them."""


class _Attempt:
    def __init__(self, screen: Screen, endowment: int) -> None:
        self.screen = screen
        self.money = [float(endowment)] * len(screen.shares.groups)
        self.error = screen.rounding * endowment
        shares = screen.shares
        self.queue: list[tuple[float, int]] = [
            each for each in screen.queue if shares.costs[each[1]] <= -each[0] * endowment
        ]

    def run(self) -> list[int]:
        selected: list[int] = []
        while (best := self._best()) is not None:
            place, poor, price = best
            selected.append(place)
            order, money = self.screen.orders[place], self.money
            for group in order[:poor]:
                money[group] = 0.0
            for group in order[poor:]:
                money[group] -= price
        return selected

    def _best(self) -> tuple[int, int, float] | None:
        """The place to buy next, how many groups pay all they have, and what the others pay."""
        offers: list[tuple[float, float, int, int, float]] = []
        floor = 0.0
        while self.queue and -self.queue[0][0] >= floor:
            offer = self._offer(heappop(self.queue)[1])
            if offer is not None:
                offers.append(offer)
                floor = max(floor, offer[0])
        if not offers:
            return None
        leading = [offer for offer in offers if offer[1] >= floor]
        # Votes that are exactly known can be equal, and the published order decides.
        if len(leading) > 1 and any(low < high for low, high, *_rest in leading):
            raise _Doubtful
        best = min(leading, key=lambda offer: self.screen.shares.precedence[offer[2]])
        for offer in offers:
            if offer is not best:
                heappush(self.queue, (-offer[1], offer[2]))
        return best[2:]

    def _offer(self, place: int) -> tuple[float, float, int, int, float] | None:
        """Bounds of the effective votes, the place, how many groups are poor, and the price."""
        screen, money = self.screen, self.money
        sizes = screen.shares.groups
        order = screen.orders[place]
        order.sort(key=money.__getitem__)
        rest = cost = screen.costs[place]
        full = screen.shares.votes[place]
        doubt = self.error * (full + 1)
        for poor, group in enumerate(order):  # noqa: B007 - read after the loop
            has = money[group]
            spare = has * full - rest
            if spare > -doubt:
                break
            rest -= has * sizes[group]
            full -= sizes[group]
        else:
            return None
        if spare <= doubt:
            raise _Doubtful
        if rest == cost:
            # Who is poor has nothing at all: the others' number is exact.
            return full, full, place, poor, rest / full
        votes = cost * full / rest
        margin = 2 * self.error / rest + 8 * _EPSILON
        return votes * (1 - margin), votes * (1 + margin), place, poor, rest / full
