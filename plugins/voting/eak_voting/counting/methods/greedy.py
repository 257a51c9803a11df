"""The greedy count: projects by their votes, as long as the money lasts.

What most French participatory budgets do: sorted by votes (or points), each project that what is
left of the budget can pay is taken, the others are skipped, and so are those that nobody voted for.
Equal votes: the lowest cost first, then the lot.
"""

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby

from eak_voting.counting.methods.budgets import Election, Funded, NotFunded, Outcome, Source, Tie


def greedy(election: Election, *, seed: str = "") -> Outcome:
    """The greedy outcome; ``seed`` draws the lot (`lots`)."""
    places, ties = by_votes(election, range(len(election.projects)), seed)
    funded, not_funded = spend(election, places, election.budget, "greedy")
    taken = {each.code for each in funded}
    selected = election.places(each.code for each in funded)
    return Outcome(
        rule="greedy",
        selected=tuple(each.code for each in funded),
        cost=election.cost(selected),
        funded=tuple(funded),
        not_funded=tuple(not_funded),
        ties=tuple(tie for tie in ties if taken.intersection(tie.tied)),
        unrepresented=election.unrepresented(selected),
    )


def by_votes(election: Election, places: Iterable[int], seed: str) -> tuple[list[int], list[Tie]]:
    """``places`` from the most votes, and where the lot decided their order."""
    lots = election.precedence(seed)

    def strength(place: int) -> tuple[int, Fraction]:
        return -election.votes[place], election.projects[place].cost

    ordered = sorted(places, key=lambda place: (strength(place), lots[place]))
    ties: list[Tie] = []
    step = 1
    for _strength, group in groupby(ordered, key=strength):
        codes = tuple(election.projects[place].code for place in group)
        if len(codes) > 1:
            ties.append(Tie(step, codes, codes[0]))
        step += len(codes)
    return ordered, ties


def spend(
    election: Election, places: Iterable[int], money: Fraction, source: Source
) -> tuple[list[Funded], list[NotFunded]]:
    """Take each of ``places``, in their order, that somebody voted for and that what is left of
    ``money`` can pay."""
    funded: list[Funded] = []
    not_funded: list[NotFunded] = []
    for place in places:
        project = election.projects[place]
        facts = (project.code, project.cost, election.votes[place], election.supporters[place])
        if not election.votes[place]:
            # Whatever is left, nothing of it is for what nobody asked for.
            nothing = Fraction(0)
            not_funded.append(
                NotFunded(*facts, cause="no_votes", available=nothing, missing=project.cost)
            )
        elif project.cost <= money:
            money -= project.cost
            funded.append(Funded(*facts, source=source, budget_left=money))
        else:
            not_funded.append(
                NotFunded(*facts, cause="budget", available=money, missing=project.cost - money)
            )
    return funded, not_funded
