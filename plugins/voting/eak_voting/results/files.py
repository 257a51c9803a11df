"""A result to take along: tables for spreadsheets, and ``.pb`` files for budgets."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from eak_core.api import csv_cell
from eak_voting import choices
from eak_voting.counting.pabulib import PabulibFile, PabulibProject, PabulibVote, write
from eak_voting.outcome import Judged, Outcome
from eak_voting.published import BallotFile, counted_votes
from eak_voting.settings import GRADES, BudgetBallot, Terms

_PARIS = ZoneInfo("Europe/Paris")

_VOTE_TYPES: dict[BudgetBallot, str] = {
    "approve": "approval",
    "basket": "approval",
    "points": "cumulative",
}


def table(terms: Terms, outcome: Outcome, *, spreadsheet: bool = False) -> str:
    """The result as CSV (RFC 4180, UTF-8); for ``spreadsheet`` programs set up in French with
    semicolons and a byte-order mark."""
    buffer = io.StringIO()
    if spreadsheet:
        buffer.write("\ufeff")
    writer = csv.writer(buffer, delimiter=";" if spreadsheet else ",", lineterminator="\r\n")
    for row in _rows(terms, outcome):
        writer.writerow([csv_cell(value) for value in row])
    return buffer.getvalue()


def _rows(terms: Terms, outcome: Outcome) -> Iterator[Sequence[Any]]:
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
    decisive = spending.decisive
    figures = {each.option: each for each in decisive.projects}
    for option in terms.options:
        each = figures[option.number]
        yield (option.code, option.title, each.cost, each.votes, each.supporters,
               int(option.number in decisive.selected),
               *(place.get(option.number, "") for place in places))  # fmt: skip


def pabulib(file: BallotFile, origin: str | None = None) -> Iterator[str]:
    """The lines of the ``.pb`` file of a ballot about a budget (pabulib.org/format).

    Voters have numbers in the order of the published file, which tells nothing about them; excluded
    votes are left out. ``origin`` is that of an imported ballot (``pabulib/France/Toulouse/2024``).
    """
    terms = file.terms
    rules = terms.settings.budget
    assert rules is not None
    votes = counted_votes(file.papers)
    spending = file.result.spending
    selected = set(spending.decisive.selected) if spending is not None else set()
    figures = (
        {each.option: each for each in spending.greedy.projects} if spending is not None else {}
    )
    meta = {
        "description": terms.title,
        **_place(terms, origin),
        "num_projects": str(len(terms.options)),
        "num_votes": str(len(votes)),
        "budget": str(rules.amount),
        "vote_type": _VOTE_TYPES[rules.ballot],
        "rule": "equalshares" if rules.rule == "equal-shares" else "greedy",
        "date_begin": _day(datetime.fromisoformat(terms.opens_at)),
        # A ballot that closes at midnight ended on the day before.
        "date_end": _day(datetime.fromisoformat(terms.closes_at) - timedelta(seconds=1)),
        "currency": rules.currency,
    }
    if rules.ballot == "points":
        meta["max_sum_points"] = str(rules.points)
    projects = tuple(
        PabulibProject(
            option.code,
            Fraction(option.cost or 0),
            {
                "votes": str(figures[option.number].supporters if figures else 0),
                "name": option.title,
                "selected": str(int(option.number in selected)),
            },
        )
        for option in terms.options
    )
    return write(PabulibFile(meta, projects, tuple(_votes(terms, votes))))


def _place(terms: Terms, origin: str | None) -> dict[str, str]:
    """Where it was: here, or for an imported ballot where its file said."""
    if origin is None:
        return {"country": "France", "unit": terms.service, "instance": str(terms.ballot)}
    names = ("country", "unit", "instance", "subunit")
    return dict(zip(names, origin.split("/")[1:], strict=False))


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
