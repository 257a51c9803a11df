"""A result to take along: tables for spreadsheets, and ``.pb`` files for budgets."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from eak_voting.casting import choices
from eak_voting.counting.outcome import Judged, Outcome
from eak_voting.publishing.amounts import decimal
from eak_voting.publishing.masking import told
from eak_voting.publishing.pabulib import PabulibFile, PabulibProject, PabulibVote
from eak_voting.publishing.pabulib_writing import with_remark, write
from eak_voting.publishing.published import BallotFile, counted_votes
from eak_voting.settings import GRADES, BudgetBallot, BudgetRules, Terms

_PARIS = ZoneInfo("Europe/Paris")

_VOTE_TYPES: dict[BudgetBallot, str] = {
    "approve": "approval",
    "basket": "approval",
    "points": "cumulative",
}
_SHARES = {"none": "equalshares", "add1": "equalshares/add1"}


def table(terms: Terms, outcome: Outcome) -> Iterator[Sequence[Any]]:
    """The result as the rows of a table, the header first."""
    if outcome.judgment is not None:
        yield from _judged_rows(terms, outcome)
    elif outcome.spending is not None:
        yield from _project_rows(terms, outcome)
    else:
        yield "rank", "code", "title", "votes", "voters"
        for each in outcome.ranking:
            option = terms.options[each.option - 1]
            yield each.rank, option.code, option.title, each.votes, outcome.counted


def _judged_rows(terms: Terms, outcome: Outcome) -> Iterator[Sequence[Any]]:
    rules, judgment = terms.settings.majority, outcome.judgment
    assert rules is not None
    assert judgment is not None
    tallies = [f"grade_{grade}" for grade in range(1, GRADES + 1)]
    yield ("criterion", "rank", "code", "title", "majority_grade", "sign", "better", "worse",
           "eligible", *tallies, "not_graded")  # fmt: skip
    yield from (_judged_row(terms, "", each) for each in judgment.overall)
    for criterion, ranked in zip(rules.criteria, judgment.criteria, strict=True):
        yield from (_judged_row(terms, criterion.code, each) for each in ranked)


def _judged_row(terms: Terms, criterion: str, each: Judged) -> Sequence[Any]:
    option = terms.options[each.option - 1]
    # The sign in words: "+" alone would be taken for a formula.
    sign = "plus" if each.sign == "+" else "minus"
    not_graded = sum(each.tally) - sum(each.given)
    return (criterion, each.rank, option.code, option.title, each.grade, sign, each.above,
            each.below, int(each.eligible), *each.tally, not_graded)  # fmt: skip


def _project_rows(terms: Terms, outcome: Outcome) -> Iterator[Sequence[Any]]:
    spending = outcome.spending
    assert spending is not None
    yield "code", "title", "cost", "votes", "supporters", "funded", "equal_shares", "greedy"
    counts = (spending.equal_shares, spending.greedy)
    places = [{option: place for place, option in enumerate(count.selected, 1)} for count in counts]
    selected = spending.result.selected
    figures = {each.option: each for each in spending.decisive.projects}
    for option in terms.options:
        each = figures[option.number]
        yield (option.code, option.title, _amount(terms, each.cost), each.votes, each.supporters,
               int(option.number in selected),
               *(place.get(option.number, "") for place in places))  # fmt: skip


def _amount(terms: Terms, cost: int) -> int | str:
    """``cost`` in the currency's unit."""
    units = terms.settings.budget.units if terms.settings.budget else 1
    return cost if units == 1 else decimal(Fraction(cost, units))


def pabulib(file: BallotFile) -> Iterator[str]:
    """The lines of the ``.pb`` file of a ballot about a budget (pabulib.org/format).

    Voters have numbers in the order of the published file, which tells nothing about them; excluded
    votes are left out, and blank ones are told of in the comment, since the format has none. An
    imported ballot goes out with everything that its file said, save for what it said of voters.
    """
    terms = file.terms
    rules = terms.settings.budget
    assert rules is not None
    votes = tuple(_votes(terms, counted_votes(file.papers)))
    imported = rules.imported
    meta = imported.meta if imported else _meta(terms, rules, file)
    cells = imported.projects if imported else _cells(terms, rules, file)
    projects = tuple(
        PabulibProject(option.code, Fraction(option.cost or 0, rules.units), each)
        for option, each in zip(terms.options, cells, strict=True)
    )
    return write(PabulibFile(meta, projects, votes))


def _meta(terms: Terms, rules: BudgetRules, file: BallotFile) -> dict[str, str]:
    rule, remark = _rule(rules, file)
    limits = {
        "min_length": rules.at_least or None,
        "max_length": rules.at_most,
        "max_sum_cost": rules.amount if rules.ballot == "basket" else None,
        "max_sum_points": rules.points if rules.ballot == "points" else None,
        # The format's flag for a budget that would pay for everything.
        "fully_funded": 1
        if sum(each.cost or 0 for each in terms.options) <= rules.amount
        else None,
        # A project that nobody chose is not funded, however much is left.
        "min_project_score_threshold": 1 if rule == "greedy-threshold" else None,
    }
    meta = {
        "description": terms.title,
        "country": "France",
        "unit": terms.service,
        "instance": str(terms.ballot),
        "num_projects": str(len(terms.options)),
        "num_votes": "0",  # as many as are written
        "budget": str(rules.amount),
        "vote_type": _VOTE_TYPES[rules.ballot],
        "rule": rule,
        "date_begin": _day(datetime.fromisoformat(terms.opens_at)),
        # A ballot that closes at midnight ended on the day before.
        "date_end": _day(datetime.fromisoformat(terms.closes_at) - timedelta(seconds=1)),
        **{name: str(limit) for name, limit in limits.items() if limit is not None},
        "currency": rules.currency,
    }
    return meta | ({"comment": with_remark("", remark)} if remark else {})


def _rule(rules: BudgetRules, file: BallotFile) -> tuple[str, str]:
    """The rule as the format names it, and in words where it has no name for it.

    The format lists no blank votes, whose voters have shares too; and it knows equal shares of
    approvals alone.
    """
    if rules.rule == "greedy":
        spending = file.result.spending
        unchosen = spending is not None and any(not p.votes for p in spending.greedy.projects)
        return ("greedy-threshold" if unchosen else "greedy"), ""
    name = _SHARES.get(rules.completion)
    if name is None or file.result.blank or rules.ballot == "points":
        compared = ", compared with greedy" if rules.comparison else ""
        return "unknown", f"Method of Equal Shares, completion {rules.completion}{compared}"
    return (f"{name}-comparison" if rules.comparison else name), ""


def _cells(terms: Terms, rules: BudgetRules, file: BallotFile) -> Iterator[dict[str, str]]:
    spending = file.result.spending
    selected = set(spending.result.selected) if spending is not None else set()
    figures = (
        {each.option: each for each in spending.greedy.projects} if spending is not None else {}
    )
    hidden = {each.option: told(each.option, each.reason) for each in file.hidden}
    for option in terms.options:
        each = figures.get(option.number)
        score = {"score": str(each.votes if each else 0)} if rules.ballot == "points" else {}
        yield {
            "votes": str(each.supporters if each else 0),
            **score,
            "name": hidden.get(option.number, option.title),
            "selected": str(int(option.number in selected)),
        }


def _votes(terms: Terms, votes: Sequence[str]) -> Iterator[PabulibVote]:
    codes = {option.number: option.code for option in terms.options}
    for voter, text in enumerate(votes, 1):
        said = choices.read(terms.settings, text)
        points = said.items() if isinstance(said, dict) else ((number, 1) for number in said)
        chosen = tuple((codes[number], given) for number, given in points)
        yield PabulibVote(str(voter), chosen, {})


def _day(instant: datetime) -> str:
    """``31.12.2026``, as the format writes days, by the clocks of Paris."""
    return instant.astimezone(_PARIS).strftime("%d.%m.%Y")
