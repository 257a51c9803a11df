"""The charts of a result: which bars stand in them, and what each says.

The page, the embedded page and the drawings to download are made of the same charts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eak_core.api import _
from eak_voting.counting.outcome import (
    Approved,
    Count,
    Funded,
    Judged,
    NotFunded,
    Outcome,
    Spending,
)
from eak_voting.pages.results import budget_sentences, ranking_sentences
from eak_voting.pages.results.charts import (
    BudgetBar,
    MeritBar,
    bar_width,
    budget_bar,
    merit_bar,
    scale,
)
from eak_voting.pages.wording import GRADE_TITLES
from eak_voting.settings import Option, Terms


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade as legends and bars name it."""

    number: int
    name: str
    initials: str


@dataclass(frozen=True, slots=True)
class MeritRow:
    """An option's profile, in the order of the ranking."""

    judged: Judged
    option: Option
    bar: MeritBar
    tied: bool
    value: str
    words: str

    @property
    def rank(self) -> int:
        return self.judged.rank

    @property
    def not_graded(self) -> int:
        """How many missing grades were added before the comparison."""
        return sum(self.judged.tally) - sum(self.judged.given)


@dataclass(frozen=True, slots=True)
class MeritChart:
    """Profiles on one criterion, or on all together (``key`` "ensemble")."""

    key: str
    title: str
    question: str
    rows: tuple[MeritRow, ...]


@dataclass(frozen=True, slots=True)
class VoteRow:
    """How many voters chose an option."""

    placed: Approved
    option: Option
    width: str
    tied: bool
    words: str

    @property
    def rank(self) -> int:
        return self.placed.rank


@dataclass(frozen=True, slots=True)
class VoteChart:
    """Bars of votes; a full one stands for ``full`` per cent of the voters."""

    full: int
    rows: tuple[VoteRow, ...]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project with its votes, its cost, and why it is funded by the rule that decides or not.

    ``by_other`` is whether the other count funds it; where the result is that of another place,
    whether the count of this site does.
    """

    option: Option
    votes: int
    supporters: int
    width: str
    funded: bool
    by_other: bool
    why: str


@dataclass(frozen=True, slots=True)
class BudgetChart:
    """Both counts against the budget, the one that decides first, each with the projects that it
    alone funds; and every project: the funded ones in the order of their selection, the others
    from the most votes."""

    counts: tuple[tuple[Count, BudgetBar, tuple[Option, ...]], ...]
    full: int
    funded: tuple[ProjectRow, ...]
    not_funded: tuple[ProjectRow, ...]


def grades() -> dict[int, Grade]:
    """The seven grades by their number, the best first: their names and the initials of these."""
    found = {}
    for number in sorted(GRADE_TITLES, reverse=True):
        name = str(GRADE_TITLES[number])
        initials = "".join(word[0] for word in name.split()).upper()
        found[number] = Grade(number, name, initials)
    return found


def merit_charts(terms: Terms, outcome: Outcome) -> list[MeritChart]:
    """All criteria together, then each; with a single criterion it alone.

    The options stand in the order of the ranking in every chart, so that they can be compared.
    """
    rules, judgment = terms.settings.majority, outcome.judgment
    if rules is None or judgment is None:
        return []
    whole = MeritChart("ensemble", _("Ranking"), "", _merit_rows(terms, judgment.overall))
    if len(rules.criteria) == 1:
        return [whole]
    order = {each.option: place for place, each in enumerate(judgment.overall)}
    charts = [whole]
    for place, (criterion, ranked) in enumerate(
        zip(rules.criteria, judgment.criteria, strict=True), 1
    ):
        rows = _merit_rows(terms, ranked)
        charts.append(
            MeritChart(
                f"critere-{place}",
                criterion.name,
                criterion.question,
                tuple(sorted(rows, key=lambda row: order[row.judged.option])),
            )
        )
    return charts


def _merit_rows(terms: Terms, ranked: Sequence[Judged]) -> tuple[MeritRow, ...]:
    tied = _tied(ranked)
    return tuple(
        MeritRow(
            judged=each,
            option=terms.options[each.option - 1],
            bar=merit_bar(each.tally, each.grade),
            tied=each.rank in tied,
            value=ranking_sentences.grade_with_sign(each),
            words=ranking_sentences.profile(terms, each),
        )
        for each in ranked
    )


def vote_chart(terms: Terms, outcome: Outcome) -> VoteChart | None:
    """The bars of an approval or support ballot; None for other methods."""
    if not outcome.ranking:
        return None
    full = scale((each.votes for each in outcome.ranking), outcome.counted)
    tied = _tied(outcome.ranking)
    rows = tuple(
        VoteRow(
            placed=each,
            option=terms.options[each.option - 1],
            width=bar_width(each.votes, outcome.counted, full),
            tied=each.rank in tied,
            words=ranking_sentences.approved(terms, outcome, each),
        )
        for each in outcome.ranking
    )
    return VoteChart(full, rows)


def _tied(ranking: Iterable[Approved | Judged]) -> set[int]:
    ranks = [each.rank for each in ranking]
    return {before for before, after in pairwise(ranks) if before == after}


def budget_chart(terms: Terms, outcome: Outcome) -> BudgetChart | None:
    """The bars of a budget; None for other methods, and where nobody voted."""
    spending = outcome.spending
    if spending is None:
        return None
    decisive, other = spending.decisive, _other(spending)
    projects = decisive.projects
    # Where points are given, they are what is compared, and no bar can say "of the voters".
    by_points = budget_sentences.rules_of(terms).ballot == "points"
    most = max((each.votes for each in projects), default=0)
    whole = max(most, 1) if by_points else outcome.counted
    full = 100 if by_points else scale((each.votes for each in projects), whole)
    elsewhere = frozenset(other.selected)

    decided = spending.result.selected

    def row(project: Funded | NotFunded) -> ProjectRow:
        counted = isinstance(project, Funded)
        why = (
            budget_sentences.why_funded(terms, project)
            if isinstance(project, Funded)
            else budget_sentences.why_not_funded(terms, project)
        )
        return ProjectRow(
            option=terms.options[project.option - 1],
            votes=project.votes,
            supporters=project.supporters,
            width=bar_width(project.votes, whole, full),
            funded=project.option in decided,
            by_other=counted if spending.is_official else project.option in elsewhere,
            why=budget_sentences.counted_here(why) if spending.is_official else why,
        )

    places = {option: place for place, option in enumerate(decided)}
    funded = sorted(
        (each for each in projects if each.option in places),
        key=lambda each: (-each.votes if spending.is_official else 0, places[each.option]),
    )
    left_out = sorted(
        (each for each in projects if each.option not in places),
        key=lambda each: (-each.votes, each.option),
    )
    return BudgetChart(
        counts=(
            (decisive, _bar(terms, decisive, other), _alone(terms, decisive, other)),
            (other, _bar(terms, other, decisive), _alone(terms, other, decisive)),
        ),
        full=full,
        funded=tuple(row(each) for each in funded),
        not_funded=tuple(row(each) for each in left_out),
    )


def _other(spending: Spending) -> Count:
    return spending.greedy if spending.rule == "equal-shares" else spending.equal_shares


def _bar(terms: Terms, count: Count, other: Count) -> BudgetBar:
    amount = budget_sentences.rules_of(terms).amount
    funded = [(each.option, each.cost) for each in count.funded]
    return budget_bar(funded, frozenset(other.selected), amount)


def _alone(terms: Terms, count: Count, other: Count) -> tuple[Option, ...]:
    return tuple(
        terms.options[option - 1] for option in count.selected if option not in other.selected
    )
