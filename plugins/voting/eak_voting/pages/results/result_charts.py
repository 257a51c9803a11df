"""The charts of a result. The page, the embedded page and the files are made of the same ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from flask import url_for

from eak_core.api import _, charts, figures
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
from eak_voting.pages.wording import GRADE_TITLES, RULE_TITLES
from eak_voting.settings import GRADES, Option, Terms

# Majority judgment ------------------------------------------------------------------------------


def merit_charts(terms: Terms, outcome: Outcome) -> list[charts.Stacks]:
    """All criteria together, then each; with a single criterion it alone.

    The options stand in the order of the ranking in every chart, so that they can be compared.
    """
    rules, judgment = terms.settings.majority, outcome.judgment
    if rules is None or judgment is None:
        return []
    whole = _merits(terms, "ensemble", _("Ranking"), judgment.overall, ranked=True)
    if len(rules.criteria) == 1:
        return [whole]
    order = {each.option: place for place, each in enumerate(judgment.overall)}
    return [
        whole,
        *(
            _merits(
                terms,
                f"critere-{place}",
                criterion.name,
                sorted(judged, key=lambda each: order[each.option]),
                ranked=False,
            )
            for place, (criterion, judged) in enumerate(
                zip(rules.criteria, judgment.criteria, strict=True), 1
            )
        ),
    ]


def _merits(
    terms: Terms, key: str, title: str, judged: Sequence[Judged], *, ranked: bool
) -> charts.Stacks:
    """The profiles of options, from the best grade to the worst. Where they are not ``ranked`` by
    what is drawn, their places stand in the table alone."""
    tied = _tied(judged)
    columns = (_("of which not graded"), _("Majority grade"), _("Better"), _("Worse"))
    return charts.Stacks(
        key=key,
        title=title,
        caption=_("Number of votes by grade – %(chart)s", chart=title),
        things=_("Idea"),
        grades=tuple(_grade(number) for number in range(GRADES, 0, -1)),
        rows=tuple(_merit(terms, each, each.rank in tied, ranked=ranked) for each in judged),
        legend=_("Grades, from the best to the worst"),
        marked=_("majority grade: the one that stands at half of the votes"),
        columns=tuple(map(charts.Column, columns if ranked else (*columns, _("Place")))),
    )


def _grade(number: int) -> charts.Grade:
    name = str(GRADE_TITLES[number])
    return charts.Grade(name, number, "".join(word[0] for word in name.split()).upper())


def _merit(terms: Terms, judged: Judged, tied: bool, *, ranked: bool) -> charts.Stack:
    total = sum(judged.tally)
    value = ranking_sentences.grade_with_sign(judged)
    facts = (
        total - sum(judged.given),
        value,
        figures.share(judged.above, total),
        figures.share(judged.below, total),
    )
    return charts.Stack(
        label=_label(
            terms.options[judged.option - 1],
            value,
            "" if judged.eligible else _("below the floor on a criterion"),
            place=judged.rank if ranked else None,
            tied=tied,
        ),
        parts=tuple(
            charts.Part(place, count) for place, count in enumerate(reversed(judged.tally))
        ),
        marked=GRADES - judged.grade if judged.grade else None,
        facts=facts if ranked else (*facts, judged.rank),
    )


# Approval and support ---------------------------------------------------------------------------


def vote_chart(terms: Terms, outcome: Outcome) -> charts.Bars | None:
    """The bars of an approval or support ballot; None for other methods."""
    if not outcome.ranking:
        return None
    tied = _tied(outcome.ranking)

    def row(placed: Approved) -> charts.Bar:
        option, share = (
            terms.options[placed.option - 1],
            figures.share(placed.votes, outcome.counted),
        )
        votes, is_tied = figures.number(placed.votes), placed.rank in tied
        label = _label(option, votes, share, place=placed.rank, tied=is_tied)
        return charts.Bar(label, placed.votes, (share,))

    return charts.Bars(
        key="votes",
        title=_("Ranking"),
        caption=_("Votes by idea"),
        things=_("Idea"),
        amounts=_("Votes"),
        rows=tuple(row(each) for each in outcome.ranking),
        whole=outcome.counted,
        columns=(charts.Column(_("Share of the voters")),),
    )


def _label(option: Option, value: str, more: str, **ranked: Any) -> charts.Label:
    url = url_for("ideas.show", idea_id=option.idea) if option.idea else ""
    return charts.Label(option.title, value, more, url, **ranked)


def _tied(ranking: Iterable[Approved | Judged]) -> set[int]:
    ranks = [each.rank for each in ranking]
    return {before for before, after in pairwise(ranks) if before == after}


# Budgets ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project with its votes, its cost, and why it is funded by the rule that decides or not.

    ``by_other`` is whether the other count funds it; where the result is that of another place,
    whether the count of this site does.
    """

    option: Option
    votes: int
    funded: bool
    by_other: bool
    why: str


@dataclass(frozen=True, slots=True)
class BudgetChart:
    """What both counts do with the budget, the one that decides first. ``counts`` is what each
    spends; ``course`` how, project after project, where the two part; ``alone`` what it funds and
    the other does not. And every project: the funded ones in the order of their selection, the
    others from the most votes; ``full`` are the votes that a full bar stands for.
    """

    counts: charts.Stacks
    course: charts.Lines | None
    alone: tuple[tuple[Count, tuple[Option, ...]], ...]
    full: Any
    funded: tuple[ProjectRow, ...]
    not_funded: tuple[ProjectRow, ...]


def budget_chart(terms: Terms, outcome: Outcome) -> BudgetChart | None:
    """The charts of a budget; None for other methods, and where nobody voted."""
    spending = outcome.spending
    if spending is None:
        return None
    decisive = spending.decisive
    other = spending.greedy if spending.rule == "equal-shares" else spending.equal_shares
    projects, decided = decisive.projects, spending.result.selected
    rows = {each.option: _project(terms, spending, other, each) for each in projects}
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
        counts=_spent(terms, outcome, (decisive, other)),
        course=None if decisive.selected == other.selected else _course(terms, (decisive, other)),
        alone=(
            (decisive, _alone(terms, decisive, other)),
            (other, _alone(terms, other, decisive)),
        ),
        full=_full_bar(terms, outcome, [each.votes for each in projects]),
        funded=tuple(rows[each.option] for each in funded),
        not_funded=tuple(rows[each.option] for each in left_out),
    )


def _project(
    terms: Terms, spending: Spending, other: Count, project: Funded | NotFunded
) -> ProjectRow:
    if isinstance(project, Funded):
        why = budget_sentences.why_funded(terms, project)
    else:
        why = budget_sentences.why_not_funded(terms, project)
    by_other = project.option in other.selected
    return ProjectRow(
        option=terms.options[project.option - 1],
        votes=project.votes,
        funded=project.option in spending.result.selected,
        by_other=isinstance(project, Funded) if spending.is_official else by_other,
        why=budget_sentences.counted_here(why) if spending.is_official else why,
    )


def _full_bar(terms: Terms, outcome: Outcome, votes: Sequence[int]) -> Any:
    # Where points are given, they are what is compared, and no bar can say "of the voters".
    if budget_sentences.rules_of(terms).ballot == "points":
        return max((*votes, 1))
    return charts.full_bar(votes, outcome.counted)


def _spent(terms: Terms, outcome: Outcome, counts: tuple[Count, Count]) -> charts.Stacks:
    """What each count spends of the budget: what both fund comes first."""
    assert outcome.spending is not None
    decides = "" if outcome.spending.is_official else _("decides")
    return charts.Stacks(
        key="budget",
        title=_("Two ways to count, side by side"),
        caption=_("What both counts spend of the budget"),
        things=_("Count"),
        grades=(
            charts.Grade(_("funded by both counts"), 6),
            charts.Grade(_("funded by this count alone"), "apart"),
            charts.Grade(_("left"), "left"),
        ),
        rows=tuple(
            charts.Stack(
                label=charts.Label(
                    str(RULE_TITLES[count.rule]),
                    budget_sentences.spent(terms, count),
                    budget_sentences.reached(outcome, count),
                    note=note,
                ),
                parts=_pieces(terms, count, other),
            )
            for count, other, note in zip(counts, counts[::-1], (decides, ""), strict=True)
        ),
        legend="",
        said=lambda amount: budget_sentences.money(terms, amount),
    )


def _pieces(terms: Terms, count: Count, other: Count) -> tuple[charts.Part, ...]:
    costs = {each.option: each.cost for each in count.funded}
    both = frozenset(other.selected)
    pieces = [
        charts.Part(int(option not in both), cost, terms.options[option - 1].title)
        for option, cost in sorted(costs.items(), key=lambda each: each[0] not in both)
    ]
    left = budget_sentences.rules_of(terms).amount - sum(costs.values())
    return (*pieces, charts.Part(2, left))


def _course(terms: Terms, counts: tuple[Count, Count]) -> charts.Lines:
    """How each count comes to spend the budget."""
    lines = []
    for count in counts:
        costs = {each.option: each.cost for each in count.funded}
        spent = accumulate(costs[option] for option in count.selected)
        name = str(RULE_TITLES[count.rule])
        lines.append(charts.Line(name, ((0, 0), *enumerate(spent, 1))))
    return charts.Lines(
        key="depense",
        title=_("How the budget is spent"),
        caption=_("What is spent after each project"),
        along=_("projects, in the order in which each count takes them"),
        lines=tuple(lines),
        limit=budget_sentences.rules_of(terms).amount,
        limit_name=_("the budget"),
        said=lambda amount: budget_sentences.money(terms, amount),
    )


def _alone(terms: Terms, count: Count, other: Count) -> tuple[Option, ...]:
    return tuple(
        terms.options[option - 1] for option in count.selected if option not in other.selected
    )


# All of them ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResultCharts:
    """The charts of a result, of which its method has one kind. ``every`` is those that can be
    taken along, what says most first; none where nobody voted."""

    merit: list[charts.Stacks]
    votes: charts.Bars | None
    budget: BudgetChart | None
    every: list[charts.Chart]


def charts_of(terms: Terms, outcome: Outcome) -> ResultCharts:
    """The charts of a result, drawn of its terms."""
    merit, votes = merit_charts(terms, outcome), vote_chart(terms, outcome)
    budget = budget_chart(terms, outcome)
    spent = (budget.counts, budget.course) if budget is not None else ()
    every = [each for each in (*merit, votes, *spent) if each is not None]
    return ResultCharts(merit, votes, budget, every if outcome.counted else [])
