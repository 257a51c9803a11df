"""The Method of Equal Shares with its completions, and the reasons for what it funds.

Every voter has an equal share of the budget and spends it on projects they voted for (`shares`).
What one run leaves unspent is dealt with by a completion (equalshares.net/implementation):

- ``none``: the shares are budget / voters, and what is left is left;
- ``utilitarian``: the same, then the other projects by their votes, as long as the money lasts;
- ``add1``: the shares start at the whole part of that and grow by 1 unit of the currency from run
  to run, until the next run would overspend;
- ``add1-exhaustive``: the same, and also stops once no further project that somebody voted for
  fits into the budget.

Where all projects that have a voter fit into the budget together, no run could overspend: Add1
would never end, and is left out. An approval counts 1; where points are given, votes are points,
and a voter's part of a cost is in proportion to them.
"""

import msgspec

from eak_voting.counting.methods.budgets import Comparison, Election, Outcome
from eak_voting.counting.methods.endowment import Completion, decide
from eak_voting.counting.methods.greedy import by_votes, greedy, spend
from eak_voting.counting.methods.reasons import funded, not_funded, ties
from eak_voting.counting.methods.shares import Shares

__all__ = ["Completion", "equal_shares"]


def equal_shares(
    election: Election,
    completion: Completion = "none",
    *,
    comparison: bool = False,
    seed: str = "",
) -> Outcome:
    """The outcome by equal shares. ``seed`` draws the lot (`lots`), once for all runs.

    With ``comparison``, the greedy outcome is the outcome where more voters prefer it: they have
    more projects in it (or gave them more points).
    """
    outcome = _outcome(election, completion, seed)
    if not comparison:
        return outcome
    other = greedy(election, seed=seed)
    compared = compare(election, outcome, other)
    chosen = outcome if compared.chosen == "equal-shares" else other
    return msgspec.structs.replace(chosen, comparison=compared)


def compare(election: Election, outcome: Outcome, other: Outcome) -> Comparison:
    """How many voters prefer ``outcome`` (by equal shares), and how many ``other`` (greedy)."""
    ours = set(election.places(outcome.selected))
    theirs = set(election.places(other.selected))
    prefer = {-1: 0, 0: 0, 1: 0}
    for ballot, count in election.ballots.items():
        difference = sum(points * ((place in ours) - (place in theirs)) for place, points in ballot)
        prefer[(difference > 0) - (difference < 0)] += count
    return Comparison(prefer_equal_shares=prefer[1], prefer_greedy=prefer[-1])


def _outcome(election: Election, completion: Completion, seed: str) -> Outcome:
    shares = Shares(election, seed)
    endowment, runs = decide(shares, completion)
    run = shares.run(endowment)
    bought = set(run.selected)
    others = [place for place in range(len(election.projects)) if place not in bought]
    reasons, lots = funded(shares, run), ties(shares, run)
    selected = run.selected
    left_out = not_funded(shares, run, others)
    if completion == "utilitarian":
        order, undecided = by_votes(election, others, seed)
        money = election.budget - election.cost(selected)
        added, left_out = spend(election, order, money, "utilitarian")
        codes = {each.code for each in added}
        lots += [tie for tie in undecided if codes.intersection(tie.tied)]
        reasons += added
        selected = [*selected, *election.places(each.code for each in added)]
    return Outcome(
        rule="equal-shares",
        selected=tuple(each.code for each in reasons),
        cost=election.cost(selected),
        funded=tuple(reasons),
        not_funded=tuple(left_out),
        ties=tuple(lots),
        unrepresented=election.unrepresented(selected),
        endowment=endowment / shares.scale,
        runs=runs,
    )
