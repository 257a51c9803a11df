"""Whether an outcome by equal shares can be paid by its voters, checked anew from what it says.

An outcome is priceable (Peters and Skowron 2020; for budgets, Peters, Pierczyński and Skowron 2021)
if there is an endowment, equal for all, from which supporters can pay the funded projects, so that
each is paid in full, nobody pays for what they did not vote for, nobody pays more than they have,
and the supporters of no other project have more than its cost left.
"""

from fractions import Fraction

from eak_voting.counting.methods.budgets import Election, Outcome
from eak_voting.counting.methods.shares import Shares


def prices_hold(election: Election, outcome: Outcome, seed: str) -> bool:
    """Whether the payments of ``outcome`` (completed by shares alone) make it priceable.

    The payments are those of the run with its endowment and the ``seed`` of its lot.
    """
    shares = Shares(election, seed)
    run = shares.run((outcome.endowment or Fraction(0)) * shares.scale)
    ballots = [dict(ballot) for ballot in election.ballots]
    left = [run.endowment] * len(ballots)
    for purchase in run.purchases:
        paid = Fraction(0)
        for group, amount in purchase.paid.items():
            payment = Fraction(amount, purchase.denominator)
            if payment < 0 or (payment and purchase.place not in ballots[group]):
                return False
            left[group] -= payment
            paid += payment * shares.groups[group]
        if paid != shares.costs[purchase.place]:
            return False
    backing = [
        sum((left[group] * shares.groups[group] for group, _points in supporters), Fraction(0))
        for supporters in shares.supporters
    ]
    others = set(range(len(shares.costs))) - set(run.selected)
    return (
        run.selected == election.places(outcome.selected)
        and min(left, default=Fraction(0)) >= 0
        and all(backing[place] <= shares.costs[place] for place in others)
    )
