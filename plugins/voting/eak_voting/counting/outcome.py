"""The result of a ballot: all that its page says, computed from the terms and the votes alone.

Pure. A result is stored and published as canonical JSON (`eak_voting.settings.canonical`), whose
SHA-256 stands in the public log; it is as long for a hundred votes as for a million. Options are
named by their numbers. Amounts that need not be whole are text, ``6100`` or ``18299/3``: exact, or
the nearest fraction of `LARGEST_DENOMINATOR` where the exact one would be of no use to anybody.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal

import msgspec

from eak_voting.casting import choices
from eak_voting.counting.methods import approval, budgets, majority
from eak_voting.counting.methods.equal_shares import compare, equal_shares
from eak_voting.counting.methods.greedy import greedy
from eak_voting.settings import GRADES, BudgetRule, BudgetRules, Method, Terms, _Record

#: Counting is exact, and the shares of a large town end as fractions of thousands of digits, which
#: Python itself refuses to write down.
LARGEST_DENOMINATOR = 10**12


class Approved(_Record, frozen=True, kw_only=True):
    """An option named by ``votes`` voters. True ties share a ``rank`` (1, 1, 3)."""

    option: int
    rank: int
    votes: int


class Judged(_Record, frozen=True, kw_only=True):
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


class Judgment(_Record, frozen=True, kw_only=True):
    """The ranking on the weighted pool of all criteria, and on each in the order of the terms."""

    overall: tuple[Judged, ...]
    criteria: tuple[tuple[Judged, ...], ...]


class Lot(_Record, frozen=True, kw_only=True):
    """A tie that the lot decided at a ``step`` of the count (from 1): ``chosen`` came first."""

    step: int
    tied: tuple[int, ...]
    chosen: int


class Funded(_Record, frozen=True, kw_only=True):
    """Why a project is funded (`eak_voting.counting.methods.budgets.Funded`)."""

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


class NotFunded(_Record, frozen=True, kw_only=True):
    """Why a project is not funded (`eak_voting.counting.methods.budgets.NotFunded`); ``spent_on``
    are other projects with what its supporters spent on them."""

    option: int
    cost: int
    votes: int
    supporters: int
    cause: Literal["no_votes", "shares", "budget"]
    available: str
    missing: str
    share: str | None = None
    spent_on: tuple[tuple[int, str], ...] = ()


class Count(_Record, frozen=True, kw_only=True):
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

    @property
    def projects(self) -> tuple[Funded | NotFunded, ...]:
        """Every project: the funded ones, then the others."""
        return (*self.funded, *self.not_funded)


class Comparison(_Record, frozen=True, kw_only=True):
    """How many voters have more in one outcome than in the other."""

    prefer_equal_shares: int
    prefer_greedy: int


class Official(_Record, frozen=True, kw_only=True):
    """What was decided where an imported budget was voted, in the order of the projects."""

    selected: tuple[int, ...]
    cost: int


class Spending(_Record, frozen=True, kw_only=True):
    """Both counts of a budget, and the ``rule`` whose count decides (the comparison step may have
    chosen the greedy one)."""

    rule: BudgetRule
    equal_shares: Count
    greedy: Count
    comparison: Comparison | None = None
    official: Official | msgspec.UnsetType = msgspec.UNSET

    @property
    def decisive(self) -> Count:
        """The count that decides; for an imported budget, the one that follows its rule."""
        return self.equal_shares if self.rule == "equal-shares" else self.greedy

    @property
    def result(self) -> Count | Official:
        """What is funded: by the count that decides, or as it was decided elsewhere."""
        return self.decisive if isinstance(self.official, msgspec.UnsetType) else self.official

    @property
    def is_official(self) -> bool:
        """Whether the result was decided elsewhere, and the counts are a comparison."""
        return isinstance(self.result, Official)


class Outcome(_Record, frozen=True, kw_only=True):
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


def outcome(
    terms: Terms, ballots: Iterable[str], *, seed: str, voters: int, excluded: int
) -> Outcome:
    """The result of ``ballots`` (canonical JSON, see `eak_voting.casting.choices`) under ``terms``.

    ``voters`` is how many people voted, ``excluded`` how many votes are left out of ``ballots``.
    `ValueError` for a vote that the terms do not allow.
    """
    rules = terms.settings
    votes = [choices.read(rules, ballot) for ballot in ballots]
    return Outcome(
        method=rules.method,
        voters=voters,
        counted=len(votes),
        blank=sum(not vote for vote in votes),
        excluded=excluded,
        required=rules.required_voters,
        conclusive=voters - excluded >= rules.required_voters,
        seed=seed,
        ranking=_ranking(terms, votes) if rules.method in ("support", "approval") else (),
        judgment=_judgment(terms, votes) if rules.majority is not None else None,
        spending=_spending(terms, votes, seed) if rules.budget is not None else None,
    )


def _ranking(terms: Terms, votes: list[Any]) -> tuple[Approved, ...]:
    at_least, at_most = choices.limits(terms.settings)
    numbers = [option.number for option in terms.options]
    counted = approval.count(votes, numbers, at_least=at_least, at_most=at_most)
    return tuple(
        Approved(option=each.option, rank=each.rank, votes=each.votes) for each in counted.ranking
    )


def _judgment(terms: Terms, votes: list[Any]) -> Judgment:
    rules = terms.settings.majority
    assert rules is not None
    numbers = [option.number for option in terms.options]
    weights = [criterion.weight for criterion in rules.criteria]
    profiles = majority.tally_criteria(votes, numbers, len(weights), GRADES)
    judged = majority.judge(profiles, weights, len(votes), rules.missing, rules.floor)
    # Shares alone are compared by "normalised", over a total that no number of JSON would hold.
    as_given = rules.missing == "normalised"
    pooled = majority.pool(profiles, weights)
    return Judgment(
        overall=tuple(_judged(each, pooled[each.candidate], as_given) for each in judged.overall),
        criteria=tuple(
            tuple(_judged(each, profile[each.candidate], as_given) for each in ranked)
            for ranked, profile in zip(judged.criteria, profiles, strict=True)
        ),
    )


def _judged(ranked: majority.Ranked[int], given: majority.Tally, as_given: bool) -> Judged:
    tally = given if as_given else ranked.tally
    gauge = majority.gauge(tally)
    return Judged(
        option=ranked.candidate,
        rank=ranked.rank,
        grade=gauge.grade,
        above=gauge.p,
        below=gauge.q,
        tally=tally,
        given=given,
        eligible=ranked.eligible,
    )


def _spending(terms: Terms, votes: list[Any], seed: str) -> Spending | None:
    rules = terms.settings.budget
    assert rules is not None
    if not votes:
        return None
    codes = {option.number: option.code for option in terms.options}
    projects = [
        budgets.Project(option.code, Fraction(option.cost or 0, rules.units), option.title)
        for option in terms.options
    ]
    budget = Fraction(rules.amount, rules.units)
    election = budgets.election(budget, projects, (_named(vote, codes) for vote in votes))
    shared = equal_shares(election, rules.completion, seed=seed)
    taken = greedy(election, seed=seed)
    compared = compare(election, shared, taken) if rules.comparison else None
    rule = rules.rule
    if rule == "equal-shares" and compared is not None:
        rule = compared.chosen
    numbers = {code: number for number, code in codes.items()}
    return Spending(
        rule=rule,
        equal_shares=_count(shared, numbers, rules.units),
        greedy=_count(taken, numbers, rules.units),
        comparison=None
        if compared is None
        else Comparison(
            prefer_equal_shares=compared.prefer_equal_shares, prefer_greedy=compared.prefer_greedy
        ),
        official=_official(terms, rules),
    )


def _official(terms: Terms, rules: BudgetRules) -> Official | msgspec.UnsetType:
    selected = rules.imported.selected if rules.imported else None
    if selected is None:
        return msgspec.UNSET
    return Official(selected=selected, cost=sum(terms.options[n - 1].cost or 0 for n in selected))


def _named(vote: Any, codes: dict[int, str]) -> Any:
    named = [codes[number] for number in vote]
    return dict(zip(named, vote.values(), strict=True)) if isinstance(vote, dict) else named


def _count(counted: budgets.Outcome, numbers: dict[str, int], units: int) -> Count:
    return Count(
        rule=counted.rule,
        selected=tuple(numbers[code] for code in counted.selected),
        cost=int(counted.cost * units),
        funded=tuple(_funded(each, numbers, units) for each in counted.funded),
        not_funded=tuple(_not_funded(each, numbers, units) for each in counted.not_funded),
        lots=tuple(
            Lot(
                step=tie.step,
                tied=tuple(numbers[code] for code in tie.tied),
                chosen=numbers[tie.chosen],
            )
            for tie in counted.ties
        ),
        unrepresented=counted.unrepresented,
        endowment=_exact(counted.endowment, units),
        runs=counted.runs,
    )


def _funded(each: budgets.Funded, numbers: dict[str, int], units: int) -> Funded:
    return Funded(
        option=numbers[each.code],
        cost=int(each.cost * units),
        votes=each.votes,
        supporters=each.supporters,
        source=each.source,
        budget_left=_text(each.budget_left * units),
        effective_votes=_exact(each.effective_votes, 1),
        max_payment=_exact(each.max_payment, units),
        payers=each.payers,
        exhausted=each.exhausted,
    )


def _not_funded(each: budgets.NotFunded, numbers: dict[str, int], units: int) -> NotFunded:
    return NotFunded(
        option=numbers[each.code],
        cost=int(each.cost * units),
        votes=each.votes,
        supporters=each.supporters,
        cause=each.cause,
        available=_text(each.available * units),
        missing=_text(each.missing * units),
        share=_exact(each.share, units),
        spent_on=tuple((numbers[code], _text(amount * units)) for code, amount in each.spent_on),
    )


def _exact(amount: Fraction | None, units: int) -> str | None:
    return None if amount is None else _text(amount * units)


def _text(amount: Fraction) -> str:
    return str(amount.limit_denominator(LARGEST_DENOMINATOR))
