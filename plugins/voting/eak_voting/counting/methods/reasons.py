"""Why equal shares funded a project or did not, from the run that decided."""

from collections.abc import Collection
from fractions import Fraction
from heapq import nlargest

from eak_voting.counting.methods.budgets import Funded, NotFunded, Tie
from eak_voting.counting.methods.shares import Run, Shares

#: On how many other projects the reason for a project left out says that money was spent.
SPENT_ON = 3


def funded(shares: Shares, run: Run) -> list[Funded]:
    """What was paid for each project that was bought, in order."""
    election = shares.election
    money = election.budget
    reasons: list[Funded] = []
    for purchase in run.purchases:
        project = election.projects[purchase.place]
        money -= project.cost
        payers = [group for group, paid in purchase.paid.items() if paid]
        reasons.append(
            Funded(
                code=project.code,
                cost=project.cost,
                votes=election.votes[purchase.place],
                supporters=election.supporters[purchase.place],
                source="equal-shares",
                budget_left=money,
                effective_votes=purchase.effective_votes,
                max_payment=purchase.price / shares.scale,
                payers=sum(shares.groups[group] for group in payers),
                exhausted=sum(
                    shares.groups[group] for group in payers if group in purchase.exhausted
                ),
            )
        )
    return reasons


def not_funded(shares: Shares, run: Run, places: Collection[int]) -> list[NotFunded]:
    """What the supporters of each of ``places`` had left, what was missing, and where it went."""
    election = shares.election
    reasons: list[NotFunded] = []
    for place in places:
        project = election.projects[place]
        supporters = election.supporters[place]
        groups = {group: shares.groups[group] for group, _points in shares.supporters[place]}
        left = sum(run.left[group] * count for group, count in groups.items())
        available = Fraction(left, run.denominator * shares.scale)
        reasons.append(
            NotFunded(
                code=project.code,
                cost=project.cost,
                votes=election.votes[place],
                supporters=supporters,
                cause="shares" if supporters else "no_votes",
                available=available,
                missing=project.cost - available,
                share=run.endowment * supporters / shares.scale,
                spent_on=_spent_on(shares, run, groups),
            )
        )
    return reasons


def ties(shares: Shares, run: Run) -> list[Tie]:
    """Where the lot decided what was bought next."""
    codes = [project.code for project in shares.election.projects]
    return [
        Tie(step, tuple(codes[place] for place in purchase.tied), codes[purchase.place])
        for step, purchase in enumerate(run.purchases, 1)
        if purchase.tied
    ]


def _spent_on(shares: Shares, run: Run, groups: dict[int, int]) -> tuple[tuple[str, Fraction], ...]:
    spent = [
        (
            Fraction(
                sum(purchase.paid.get(group, 0) * count for group, count in groups.items()),
                purchase.denominator * shares.scale,
            ),
            purchase.place,
        )
        for purchase in run.purchases
        if not purchase.paid.keys().isdisjoint(groups)
    ]
    most = nlargest(SPENT_ON, spent, key=lambda each: (each[0], -each[1]))
    codes = [project.code for project in shares.election.projects]
    return tuple((codes[place], amount) for amount, place in most if amount)
