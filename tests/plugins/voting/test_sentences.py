"""A result in words, in French and in English: complete, exact, and without any markup."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from eak_core.kit.testing.databases import Kind
from eak_core.kit.testing.site import Site
from eak_voting.counting.outcome import Outcome, outcome
from eak_voting.pages.results import (
    budget_sentences,
    ranking_sentences,
    result_charts,
    rule_sentences,
    sentences,
)
from eak_voting.settings import (
    ApprovalRules,
    BudgetRules,
    Criterion,
    Electorate,
    MajorityRules,
    Option,
    Quorum,
    Settings,
    Terms,
    canonical,
)

ORSAY = Path(__file__).parents[4] / "shared/data/jugement-majoritaire/orsay-2007.csv"
NBSP, THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"

Reading = Callable[[str], Any]


@pytest.fixture
def database() -> Kind:
    """Nothing here depends on the kind of database."""
    return "sqlite"


@pytest.fixture
def reading(site: Site) -> Reading:
    """``with reading("fr"):`` somebody reads in this language."""

    @contextmanager
    def read(language: str) -> Iterator[None]:
        with site.app.test_request_context(f"/?lang={language}"):
            yield

    return read


def terms(titles: str = "A B C", costs: tuple[int, ...] = (), **rules: Any) -> Terms:
    names = titles.split()
    return Terms(
        ballot=1, service="culture", title="", text="", opens_at="2026-11-01T08:00:00Z",
        closes_at="2026-11-08T08:00:00Z", settings=Settings(**rules),
        options=tuple(
            Option(number=number, code=f"P{number}", title=name, cost=cost)
            for number, (name, cost) in enumerate(
                zip(names, costs or [40] * len(names), strict=True), 1
            )
        ),
    )  # fmt: skip


def counted(terms: Terms, *votes: Any, voters: int | None = None, excluded: int = 0) -> Outcome:
    texts = [canonical(vote).decode() for vote in votes]
    voters = len(votes) + excluded if voters is None else voters
    return outcome(terms, texts, seed="5eed", voters=voters, excluded=excluded)


def judged(**more: Any) -> Terms:
    rules = MajorityRules(criteria=(Criterion(code="a", name="Social"),), **more)
    return terms(method="majority", majority=rules)


APPROVAL: dict[str, Any] = {"method": "approval", "approval": ApprovalRules()}


# Majority judgment ------------------------------------------------------------------------------


@pytest.mark.skipif(not ORSAY.is_file(), reason="../shared/data is not here")
def test_orsay_is_told_as_it_was_published(reading: Reading) -> None:
    with ORSAY.open(encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    names = " ".join(name.replace(" ", "_") for name in header[-12:])
    ballot = terms(
        names,
        method="majority",
        majority=MajorityRules(criteria=(Criterion(code="all", name="All"),)),
    )
    found = counted(
        ballot,
        *(
            [[place, [int(cell)]] for place, cell in enumerate(row[-12:], 1) if int(cell or 0)]
            for row in rows
        ),
    )
    with reading("fr"):
        [chart] = result_charts.merit_charts(ballot, found)
        assert sentences.headline(ballot, found) == (
            f"«{NBSP}Bayrou{NBSP}» arrive en tête, avec la mention «{NBSP}Assez bien{NBSP}»."
        )
        [firm] = sentences.more(ballot, found)
        assert f"44,3{THIN}% des avis sont meilleurs" in firm
        assert f"30,6{THIN}% sont moins bons" in firm
        assert [(row.label.place, row.label.value) for row in chart.rows[:3]] == [
            (1, f"Assez bien{NBSP}+"),
            (2, f"Assez bien{NBSP}−"),
            (3, f"Assez bien{NBSP}−"),
        ]


def test_a_true_tie_is_said_to_be_one(reading: Reading) -> None:
    ballot = judged()
    with reading("en"):
        found = counted(ballot, [[1, [5]], [2, [5]], [3, [2]]])
        assert sentences.headline(ballot, found) == (
            "“A” and “B” tie for the first place, with the grade “Good”."
        )
        found = counted(ballot, [[1, [6]], [2, [3]], [3, [3]]])
        assert list(sentences.more(ballot, found))[1:] == [
            "“B” and “C” tie for place 2: nothing in the votes tells them apart."
        ]


def test_a_tie_of_many_is_counted_and_not_listed(reading: Reading) -> None:
    ballot = terms("A B C D E", **APPROVAL)
    with reading("en"):
        said = sentences.headline(ballot, counted(ballot, [1, 2, 3, 4, 5]))
    assert said == "5 ideas tie for the first place: 1 of 1 voters chose each (100%)."


def test_an_idea_below_the_floor_comes_first_and_cannot_be_kept(reading: Reading) -> None:
    rules = MajorityRules(
        criteria=(Criterion(code="a", name="A", weight=3), Criterion(code="b", name="B")), floor=3
    )
    ballot = terms(method="majority", majority=rules)
    found = counted(ballot, [[1, [7, 2]], [2, [4, 4]], [3, [1, 1]]])
    with reading("en"):
        assert sentences.headline(ballot, found).startswith("“A” comes first")
        said = " ".join(sentences.more(ballot, found))
        assert "It cannot be kept all the same" in said
        assert "below “Passable”" in said
        assert "“B”, with the grade “Fairly good”" in said
        assert "below “Passable” on any criterion" in " ".join(rule_sentences.rule(ballot))


def test_nobody_graded_and_nobody_voted_are_said(reading: Reading) -> None:
    with reading("en"):
        ballot = judged()
        assert sentences.headline(ballot, counted(ballot)).startswith("Nobody voted")
        assert list(sentences.more(ballot, counted(ballot))) == []
        median = judged(missing="median")
        assert sentences.headline(median, counted(median, [])) == "No idea was graded."
        ballot = terms(**APPROVAL)
        assert sentences.headline(ballot, counted(ballot, [])) == "No idea received a vote."


# Turnout and quorum -----------------------------------------------------------------------------


def test_turnout_and_quorum_are_said(reading: Reading) -> None:
    ballot = terms(electorate=Electorate(size=200), quorum=Quorum(percent=10), **APPROVAL)
    enough = counted(ballot, *[[1]] * 20)
    short = counted(ballot, *[[1]] * 19, excluded=3)
    with reading("en"):
        assert sentences.turnout(ballot, enough) == "20 people voted, 10% of the 200 who could."
        assert sentences.quorum(enough) == "The quorum of 20 voters is reached."
        said = sentences.quorum(short)
        assert said is not None
        assert said.startswith("Not conclusive: 20 voters were needed, and 19 votes count.")
    with reading("fr"):
        assert sentences.quorum(short).startswith(f"Non concluant{NBSP}:")  # type: ignore[union-attr]
    assert sentences.quorum(counted(terms(**APPROVAL), [1])) is None


# Budgets ----------------------------------------------------------------------------------------


def budget(**more: Any) -> Terms:
    rules = BudgetRules(amount=100, **{"completion": "none", **more})
    return terms("Bench Pond Kiosk Tower", (40, 60, 50, 90), method="budget", budget=rules)


#: Ten voters have 10 each. The seven of the pond pay 60/7 each for it; the six of the bench, four
#: of them the same people, have 180/7 left.
VOTES = [[1, 2]] * 4 + [[1]] * 2 + [[2, 3]] * 3 + [[]]


def test_what_is_funded_and_for_how_much(reading: Reading) -> None:
    ballot = budget()
    found = counted(ballot, *VOTES)
    assert found.spending is not None
    assert found.spending.equal_shares.selected == (2,)
    with reading("fr"):
        assert sentences.headline(ballot, found) == (
            f"1 projet est financé, pour 60{NBSP}€ sur un budget de 100{NBSP}€."
        )
    with reading("en"):
        assert list(sentences.more(ballot, found)) == [
            "70% of the voters see at least one project funded that they chose.",
            "€40 of the budget are left.",
        ]


def test_each_project_says_why_it_is_funded_or_what_was_missing(reading: Reading) -> None:
    ballot = budget()
    spending = counted(ballot, *VOTES).spending
    assert spending is not None
    shares, greedy = spending.equal_shares, spending.greedy
    with reading("en"):
        assert budget_sentences.why_funded(ballot, shares.funded[0]) == (
            "All 7 voters who chose it paid for it with their shares: at most €8.58 each."
        )
        why = {
            each.option: budget_sentences.why_not_funded(ballot, each) for each in shares.not_funded
        }
        assert why[1] == (
            "The 6 voters who chose it were €14.29 short: of their shares, €60 together, €25.71"
            " were left. Most of it went to “Pond” (€34.29)."
        )
        assert why[3] == (
            "The 3 voters who chose it were €45.72 short: of their shares, €30 together, €4.28"
            " were left. Most of it went to “Pond” (€25.72)."
        )
        assert why[4] == "Nobody chose it."
        assert greedy.selected == (2, 1)
        assert "enough of the budget was left; after it, €40 remained" in (
            budget_sentences.why_funded(ballot, greedy.funded[0])
        )
        kiosk = next(each for each in greedy.not_funded if each.option == 3)
        assert budget_sentences.why_not_funded(ballot, kiosk) == (
            "€50 were missing: when its turn came by votes, €0 of the budget were left."
        )
    with reading("fr"):
        assert f"Il manquait 45,72{NBSP}€ aux 3 personnes qui l’ont choisi" in (
            budget_sentences.why_not_funded(
                ballot, next(e for e in shares.not_funded if e.option == 3)
            )
        )


def test_where_the_counts_part_is_said(reading: Reading) -> None:
    ballot = budget()
    spending = counted(ballot, *VOTES).spending
    assert spending is not None
    with reading("en"):
        assert list(budget_sentences.difference(ballot, spending)) == [
            "Both counts fund 1 project.",
            "“The most votes first” alone funds 1 project.",
        ]
    alike = counted(ballot, [1, 2], [1, 2]).spending
    assert alike is not None
    with reading("en"):
        assert list(budget_sentences.difference(ballot, alike)) == [
            "Both counts fund the same projects."
        ]


def test_both_counts_are_drawn_with_what_they_spend_and_how(reading: Reading) -> None:
    ballot = budget()
    with reading("en"):
        chart = result_charts.budget_chart(ballot, counted(ballot, *VOTES))
        assert chart is not None
        assert chart.course is not None
        assert list(chart.counts.table.texts()) == [
            ["Equal shares", "€60", "€0", "€40"],
            ["The most votes first", "€60", "€40", "€0"],
        ]
        assert list(chart.course.table.texts()) == [
            ["0", "€0", "€0", "€100"],
            ["1", "€60", "€60", "€100"],
            ["2", "–", "€100", "€100"],
        ]
        alike = result_charts.budget_chart(ballot, counted(ballot, [1, 2], [1, 2]))
        assert alike is not None
        assert alike.course is None, "two lines that are one say nothing"


def test_a_lot_is_told_with_who_it_chose(reading: Reading) -> None:
    rules = BudgetRules(amount=40, rule="greedy")
    ballot = terms("A B", (40, 40), method="budget", budget=rules)
    found = counted(ballot, [1, 2])
    assert found.spending is not None
    chosen = "AB"[found.spending.greedy.selected[0] - 1]
    with reading("en"):
        said = " ".join(sentences.more(ballot, found))
    assert "The rules could not tell “" in said
    assert f"the lot put “{chosen}” first" in said


# Rules ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_rule_is_told_in_words_and_in_both_languages(reading: Reading, language: str) -> None:
    settings: list[dict[str, Any]] = [
        {"method": "support"},
        APPROVAL,
        *(
            {
                "method": "majority",
                "majority": MajorityRules(
                    criteria=(
                        Criterion(code="a", name="A", weight=2),
                        Criterion(code="b", name="B"),
                    ),
                    missing=missing,
                    floor=3,
                ),
            }
            for missing in ("worst", "median", "normalised")
        ),
        *(
            {
                "method": "budget",
                "budget": BudgetRules(amount=1, rule=rule, completion=completion, comparison=True),
            }
            for rule in ("equal-shares", "greedy")
            for completion in ("none", "add1", "add1-exhaustive", "utilitarian")
        ),
    ]
    told = []
    for each in settings:
        with reading(language):
            told.append(list(rule_sentences.rule(terms(**each))))
    assert all(len(said) >= 2 for said in told)
    for said in told:
        for sentence in said:
            assert "%(" not in sentence
            assert "<" not in sentence


def test_titles_stand_in_sentences_as_people_wrote_them(reading: Reading) -> None:
    hostile = "<b>100%(x)s</b>"
    ballot = terms(f"{hostile} B", **APPROVAL)
    with reading("fr"):
        assert hostile in sentences.headline(ballot, counted(ballot, [1]))
        assert ranking_sentences.named(ballot, [1]) == f"«{NBSP}{hostile}{NBSP}»"
