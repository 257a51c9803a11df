"""How far Add1 can step ahead: up to which endowment a run buys the same, in the same order.

Where few voters share a large budget, one more unit each hardly ever changes a run, and there are
hundreds of thousands of units to add. All amounts of a run are linear in the endowment as long as
the same voters can pay their part and the same project leads, so that one run tells how long that
is: amounts are held as a value and a slope, and every comparison bounds the steps ahead that leave
it as it is. All in exact integers.
"""

from math import gcd, lcm

from eak_voting.counting.methods.shares import Shares

#: Voters' choices × projects up to which looking ahead is worth its time. With more of them there
#: is hardly a unit that changes nothing.
WORTHWHILE = 50_000

#: An amount that grows with the endowment: what it is now, and what each further unit adds.
Linear = tuple[int, int]


def is_worthwhile(shares: Shares) -> bool:
    """Whether to look ahead, or to run from each endowment (`screen`)."""
    choices = sum(len(supporters) for supporters in shares.supporters)
    return choices * len(shares.costs) <= WORTHWHILE


def horizon(shares: Shares, endowment: int) -> tuple[list[int], int]:
    """What a run from ``endowment`` buys, and the last endowment known to buy just that."""
    tracing = _Tracing(shares, endowment)
    return tracing.run(), endowment + tracing.reach


class _Offer:
    """A project that can be paid: its price per vote is ``rest`` / ``full``, and those who cannot
    pay it are the ``poor`` groups."""

    def __init__(self, place: int, rest: Linear, full: int, poor: set[int]) -> None:
        self.place = place
        self.rest = rest
        self.full = full
        self.poor = poor


class _Tracing:
    def __init__(self, shares: Shares, endowment: int) -> None:
        self.shares = shares
        self.denominator = 1
        self.money: list[Linear] = [(endowment, 1)] * len(shares.groups)
        # Nobody's share is ever more than the whole budget.
        self.reach = max(shares.budget - endowment, 0)

    def run(self) -> list[int]:
        remaining = [place for place, votes in enumerate(self.shares.votes) if votes]
        bought: list[int] = []
        while True:
            offers = [offer for place in remaining if (offer := self._offer(place)) is not None]
            if not offers:
                return bought
            leader = self._leader(offers)
            self._buy(leader)
            bought.append(leader.place)
            remaining = [offer.place for offer in offers if offer is not leader]

    def _stays(self, amount: Linear, least: int = 0) -> None:
        """Step ahead no further than ``amount`` is at least ``least``, which it is now."""
        value, slope = amount
        if slope < 0:
            self.reach = min(self.reach, (value - least) // -slope)

    def _offer(self, place: int) -> _Offer | None:
        money, groups = self.money, self.shares.groups
        supporters = self.shares.supporters[place]
        value, slope = self.shares.costs[place] * self.denominator, 0
        full = self.shares.votes[place]
        poor: set[int] = set()
        common = lcm(*(points for _group, points in supporters))
        order = sorted(supporters, key=lambda each: money[each[0]][0] * (common // each[1]))
        for group, points in order:
            if money[group][0] * full >= value * points:
                break
            value -= money[group][0] * groups[group]
            slope -= money[group][1] * groups[group]
            full -= points * groups[group]
            poor.add(group)
        else:
            self._stays((value, slope), 1)
            return None
        for group, points in supporters:
            has, grows = money[group]
            spare = (has * full - value * points, grows * full - slope * points)
            self._stays((-spare[0], -spare[1]) if group in poor else spare)
        return _Offer(place, (value, slope), full, poor)

    def _leader(self, offers: list[_Offer]) -> _Offer:
        """The offer with the most effective votes (cost × full / rest), and by how much."""
        costs, precedence = self.shares.costs, self.shares.precedence
        leader = offers[0]
        for offer in offers[1:]:
            ahead = _lead(offer, leader, costs)[0]
            if ahead > 0 or (ahead == 0 and precedence[offer.place] < precedence[leader.place]):
                leader = offer
        for offer in offers:
            if offer is not leader:
                wins_ties = precedence[leader.place] < precedence[offer.place]
                self._stays(_lead(leader, offer, costs), 0 if wins_ties else 1)
        return leader

    def _buy(self, offer: _Offer) -> None:
        value, slope = offer.rest
        factor = offer.full // gcd(value, slope, offer.full)
        if factor > 1:
            self.money = [(has * factor, grows * factor) for has, grows in self.money]
            self.denominator *= factor
        price, rise = value * factor // offer.full, slope * factor // offer.full
        for group, points in self.shares.supporters[offer.place]:
            has, grows = self.money[group]
            self.money[group] = (
                (0, 0) if group in offer.poor else (has - price * points, grows - rise * points)
            )


def _lead(one: _Offer, other: _Offer, costs: list[int]) -> Linear:
    """Above 0 where ``one`` has more effective votes than ``other``."""
    ours, theirs = costs[one.place] * one.full, costs[other.place] * other.full
    return (
        ours * other.rest[0] - theirs * one.rest[0],
        ours * other.rest[1] - theirs * one.rest[1],
    )
