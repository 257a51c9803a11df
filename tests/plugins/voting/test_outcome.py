"""The result of a ballot: what its page and its file say, from the terms and the votes alone."""

from fractions import Fraction
from typing import Any

import msgspec
import pytest

from eak_voting.counting import outcome as outcomes
from eak_voting.counting.methods import budgets
from eak_voting.counting.outcome import Outcome, outcome
from eak_voting.settings import (
    ApprovalRules,
    BudgetRules,
    Criterion,
    MajorityRules,
    Option,
    Quorum,
    Settings,
    Terms,
    canonical,
)


def terms(costs: tuple[int, ...] = (40, 40, 40), **rules: Any) -> Terms:
    return Terms(
        ballot=1,
        service="culture",
        title="",
        text="",
        opens_at="2026-11-01T08:00:00Z",
        closes_at="2026-11-08T08:00:00Z",
        settings=Settings(**rules),
        options=tuple(
            Option(number=number, code=f"P{number}", title="", cost=cost)
            for number, cost in enumerate(costs, 1)
        ),
    )


def counted(terms: Terms, votes: list[str], *, voters: int | None = None, **more: Any) -> Outcome:
    return outcome(
        terms, votes, seed="5eed", voters=len(votes) if voters is None else voters,
        **{"excluded": 0, **more},
    )  # fmt: skip


APPROVAL = terms(method="approval", approval=ApprovalRules())


@pytest.mark.parametrize(
    "rules",
    [
        {"method": "support"},
        {"method": "approval", "approval": ApprovalRules()},
        {
            "method": "majority",
            "majority": MajorityRules(criteria=(Criterion(code="a", name="A"),)),
        },
        {"method": "budget", "budget": BudgetRules(amount=100, comparison=True)},
        {"method": "budget", "budget": BudgetRules(amount=100, ballot="points")},
    ],
)
@pytest.mark.parametrize("blank", [0, 2])
def test_a_result_comes_back_from_its_json_as_it_was(rules: dict[str, Any], blank: int) -> None:
    found = counted(terms(**rules), ["[]"] * blank)
    assert msgspec.json.decode(canonical(found), type=Outcome) == found
    assert (found.counted, found.blank) == (blank, blank)


def test_options_are_ranked_by_their_votes_and_ties_share_a_rank() -> None:
    found = counted(APPROVAL, ["[3]", "[1,3]", "[1]", "[]"])
    assert [(each.option, each.rank, each.votes) for each in found.ranking] == [
        (1, 1, 2),
        (3, 1, 2),
        (2, 3, 0),
    ]


def test_the_order_in_which_votes_come_changes_nothing() -> None:
    votes = ["[1,2]", "[3]", "[2,3]", "[2]"]
    for method in (
        APPROVAL,
        terms(method="budget", budget=BudgetRules(amount=100, comparison=True)),
    ):
        assert canonical(counted(method, votes)) == canonical(counted(method, votes[::-1]))


@pytest.mark.parametrize(("voters", "conclusive"), [(2, False), (3, True)])
def test_a_result_below_the_quorum_is_published_and_not_conclusive(
    voters: int, conclusive: bool
) -> None:
    asked = terms(method="approval", approval=ApprovalRules(), quorum=Quorum(voters=3))
    found = counted(asked, ["[1]"] * voters)
    assert (found.required, found.conclusive) == (3, conclusive)
    assert found.ranking[0].votes == voters


def test_excluded_votes_do_not_help_to_reach_the_quorum() -> None:
    asked = terms(method="approval", approval=ApprovalRules(), quorum=Quorum(voters=3))
    found = counted(asked, ["[1]"] * 2, voters=4, excluded=2)
    assert (found.voters, found.counted, found.excluded) == (4, 2, 2)
    assert not found.conclusive


def test_grades_are_judged_on_each_criterion_and_on_the_weighted_pool() -> None:
    criteria = (Criterion(code="a", name="A", weight=2), Criterion(code="b", name="B"))
    asked = terms((1, 1), method="majority", majority=MajorityRules(criteria=criteria))
    found = counted(asked, ["[[1,[7,1]],[2,[1,7]]]"] * 3).judgment
    assert found is not None
    assert [[each.option for each in ranked] for ranked in found.criteria] == [[1, 2], [2, 1]]
    first = found.overall[0]
    assert (first.option, first.grade, first.tally) == (1, 7, (3, 0, 0, 0, 0, 0, 6))


@pytest.mark.parametrize(
    ("missing", "tally", "grade"),
    [
        ("worst", (3, 0, 0, 0, 0, 0, 1), 1),
        ("median", (0, 0, 0, 0, 0, 0, 4), 7),
        ("normalised", (0, 0, 0, 0, 0, 0, 1), 7),
    ],
)
def test_missing_grades_are_taken_as_the_terms_say_and_what_was_given_is_shown(
    missing: Any, tally: tuple[int, ...], grade: int
) -> None:
    rules = MajorityRules(criteria=(Criterion(code="a", name="A"),), missing=missing)
    asked = terms((1, 1), method="majority", majority=rules)
    found = counted(asked, ["[[1,[7]],[2,[4]]]", "[[2,[4]]]", "[[2,[4]]]", "[[2,[5]]]"]).judgment
    assert found is not None
    (first,) = [each for each in found.overall if each.option == 1]
    assert (first.tally, first.grade) == (tally, grade)
    assert first.given == (0, 0, 0, 0, 0, 0, 1)


def test_both_counts_of_a_budget_stand_side_by_side_and_the_rule_says_which_decides() -> None:
    # Six want 1, most of them 2 as well; four others want 3, and hold two fifths of the money.
    votes = ["[1,2]"] * 5 + ["[1]"] + ["[3]"] * 4
    asked = terms((50, 50, 40), method="budget", budget=BudgetRules(amount=100))
    found = counted(asked, votes).spending
    assert found is not None
    assert found.greedy.selected == (1, 2)
    assert sorted(found.equal_shares.selected) == [1, 3]
    assert found.decisive is found.equal_shares
    missed = found.equal_shares.not_funded[0]
    assert (missed.option, missed.cost) == (2, 50)
    assert Fraction(missed.available) + Fraction(missed.missing) == 50


def test_the_comparison_step_can_let_the_greedy_count_decide() -> None:
    votes = ["[1,2]"] * 5 + ["[1]"] + ["[3]"] * 4
    rules = BudgetRules(amount=100, comparison=True)
    found = counted(terms((50, 50, 40), method="budget", budget=rules), votes).spending
    assert found is not None
    assert found.comparison is not None
    prefer = (found.comparison.prefer_equal_shares, found.comparison.prefer_greedy)
    assert prefer == (4, 5)
    assert found.decisive is found.greedy


def test_the_lot_that_was_drawn_is_named_with_the_step_it_decided() -> None:
    asked = terms((100, 100), method="budget", budget=BudgetRules(amount=100, rule="greedy"))
    found = {
        outcome(asked, ["[1]", "[2]"], seed=str(seed), voters=2, excluded=0).spending
        for seed in range(20)
    }
    lots = {each.greedy.lots for each in found if each is not None}
    assert {lot.chosen for each in lots for lot in each} == {1, 2}
    assert all(lot.step == 1 and set(lot.tied) == {1, 2} for each in lots for lot in each)


def test_a_budget_without_votes_spends_nothing() -> None:
    assert counted(terms(method="budget", budget=BudgetRules(amount=100)), []).spending is None


def test_points_are_counted_as_points() -> None:
    asked = terms(method="budget", budget=BudgetRules(amount=100, ballot="points", rule="greedy"))
    found = counted(asked, ["[[1,9],[2,1]]", "[[2,3]]"]).spending
    assert found is not None
    assert [(each.option, each.votes) for each in found.greedy.funded] == [(1, 9), (2, 4)]


def test_a_fraction_that_nobody_could_read_is_written_shorter() -> None:
    share = Fraction(10**6000 + 1, 3 * 10**6000)
    found = budgets.Outcome(
        rule="equal-shares",
        selected=(),
        cost=Fraction(0),
        funded=(),
        not_funded=(
            budgets.NotFunded("P1", Fraction(40), 1, 1, "shares", share, 40 - share, share=share),
        ),
        ties=(),
        unrepresented=0,
        endowment=share,
    )
    written = outcomes._count(found, {"P1": 1}, 1)
    assert written.endowment == "1/3"
    assert written.not_funded[0].available == "1/3"
    assert written.not_funded[0].missing == "119/3"


@pytest.mark.parametrize("vote", ["nonsense", "[9]", "[1,1]", "[[1,1]]"])
def test_a_vote_that_cannot_be_read_stops_the_count(vote: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the sentences are those of the rules
        counted(APPROVAL, ["[1]", vote])
