"""The result of a ballot: all that its page says, computed from the terms and the votes alone.

Pure. A result is stored and published as canonical JSON (`eak_voting.settings.canonical`), whose
SHA-256 stands in the public log; it is as long for a hundred votes as for a million. Options are
named by their numbers. Amounts that need not be whole are text, exact: ``6100`` or ``18299/3``.
"""

from typing import Literal

from eak_voting.settings import BudgetRule, Method, _Record


class Approved(_Record):
    """An option named by ``votes`` voters. True ties share a ``rank`` (1, 1, 3)."""

    option: int
    rank: int
    votes: int


class Judged(_Record):
    """An option's place by majority judgment.

    ``given`` is how often each grade was given, from the worst to the best; ``tally`` is what was
    compared, with the missing grades as the rule counts them (the same as ``given`` where only
    shares are compared). ``grade`` is the majority grade (0 where nobody graded), ``above`` and
    ``below`` how many judgments of ``tally`` are better and worse.
    """

    option: int
    rank: int
    grade: int
    above: int
    below: int
    tally: tuple[int, ...]
    given: tuple[int, ...]
    eligible: bool = True

    @property
    def sign(self) -> Literal["+", "-"]:
        """Whether more voters ask for better than for worse."""
        return "+" if self.above > self.below else "-"


class Judgment(_Record):
    """The ranking on the weighted pool of all criteria, and on each in the order of the terms."""

    overall: tuple[Judged, ...]
    criteria: tuple[tuple[Judged, ...], ...]


class Lot(_Record):
    """A tie that the lot decided at a ``step`` of the count (from 1): ``chosen`` came first."""

    step: int
    tied: tuple[int, ...]
    chosen: int


class Funded(_Record):
    """Why a project is funded (`eak_voting.counting.budgets.Funded`)."""

    option: int
    cost: int
    votes: int
    supporters: int
    source: Literal["equal-shares", "utilitarian", "greedy"]
    budget_left: str
    effective_votes: str | None = None
    max_payment: str | None = None
    payers: int | None = None
    exhausted: int | None = None


class NotFunded(_Record):
    """Why a project is not funded (`eak_voting.counting.budgets.NotFunded`); ``spent_on`` are
    other projects with what its supporters spent on them."""

    option: int
    cost: int
    votes: int
    supporters: int
    cause: Literal["no_votes", "shares", "budget"]
    available: str
    missing: str
    share: str | None = None
    spent_on: tuple[tuple[int, str], ...] = ()


class Count(_Record):
    """What one rule does with the budget; ``selected`` is in the order of selection."""

    rule: BudgetRule
    selected: tuple[int, ...]
    cost: int
    funded: tuple[Funded, ...]
    not_funded: tuple[NotFunded, ...]
    lots: tuple[Lot, ...]
    unrepresented: int
    endowment: str | None = None
    runs: int = 0


class Comparison(_Record):
    """How many voters have more in one outcome than in the other."""

    prefer_equal_shares: int
    prefer_greedy: int


class Spending(_Record):
    """Both counts of a budget, and the ``rule`` whose count decides (the comparison step may have
    chosen the greedy one)."""

    rule: BudgetRule
    equal_shares: Count
    greedy: Count
    comparison: Comparison | None = None

    @property
    def decisive(self) -> Count:
        """The count that decides."""
        return self.equal_shares if self.rule == "equal-shares" else self.greedy


class Outcome(_Record):
    """The result of a ballot. Of the last three, the one of its method is there.

    ``voters`` is how many people voted, ``counted`` how many votes were counted, ``blank`` how many
    of them chose nothing, ``excluded`` how many were left out. ``required`` voters were asked for
    (0: no quorum); below, the result is published and not ``conclusive``. ``seed`` drew the lots.
    """

    method: Method
    voters: int
    counted: int
    blank: int
    excluded: int
    required: int
    conclusive: bool
    seed: str
    ranking: tuple[Approved, ...] = ()
    judgment: Judgment | None = None
    spending: Spending | None = None
