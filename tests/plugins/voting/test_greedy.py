"""The greedy count: by votes, as long as the money lasts."""

from fractions import Fraction
from pathlib import Path
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from eak_voting.counting.methods.budgets import Project, election
from eak_voting.counting.methods.equal_shares import Completion, equal_shares
from eak_voting.counting.methods.greedy import greedy
from eak_voting.publishing import pabulib

TOULOUSE = Path(__file__).parents[4] / "shared/data/pabulib/France_Toulouse_2024.pb"
COSTS = st.lists(st.integers(1, 30), min_size=1, max_size=6)


def of(budget, costs, ballots):
    """An election of projects "0", "1" …; a ballot is their numbers."""
    projects = [Project(str(place), Fraction(cost)) for place, cost in enumerate(costs)]
    return election(budget, projects, [[str(place) for place in ballot] for ballot in ballots])


def elections(draw):
    costs = draw(COSTS)
    places = st.sets(st.integers(0, len(costs) - 1))
    return of(draw(st.integers(1, 60)), costs, draw(st.lists(places, max_size=8)))


ELECTIONS = st.composite(elections)()


def test_toulouse_2024_comes_out_as_published():
    with TOULOUSE.open(encoding="utf-8") as file:
        toulouse = pabulib.read(file).election()

    outcome = greedy(toulouse)

    assert len(outcome.selected) == 72
    assert outcome.cost == 8_000_000
    assert round(100 * outcome.unrepresented / toulouse.voters, 2) == 5.51


def test_what_no_longer_fits_is_skipped_and_the_reason_names_what_was_missing():
    outcome = greedy(of(100, [60, 50, 40], [{0, 1, 2}, {0, 1}, {0}]))

    assert outcome.selected == ("0", "2")
    assert outcome.cost == 100
    assert [(each.code, each.budget_left) for each in outcome.funded] == [("0", 40), ("2", 0)]
    (left_out,) = outcome.not_funded
    assert (left_out.code, left_out.cause, left_out.votes) == ("1", "budget", 2)
    assert (left_out.available, left_out.missing) == (40, 10)


def test_of_equal_votes_the_lowest_cost_comes_first_without_a_lot():
    outcome = greedy(of(50, [30, 20], [{0, 1}]), seed="x")

    assert outcome.selected == ("1", "0")
    assert outcome.ties == ()


def test_of_equal_votes_and_costs_the_lot_decides_and_the_tie_is_told():
    first = greedy(of(20, [20, 20, 5], [{0, 1, 2}, {2}]), seed="1")
    chosen = {greedy(of(20, [20, 20], [{0, 1}]), seed=str(seed)).selected for seed in range(20)}

    assert first.selected == ("2",)
    assert first.ties == ()
    assert chosen == {("0",), ("1",)}
    (tie,) = greedy(of(20, [20, 20], [{0, 1}]), seed="1").ties
    assert (tie.step, sorted(tie.tied), tie.chosen) == (1, ["0", "1"], tie.tied[0])


@given(ELECTIONS)
def test_the_budget_holds_and_nothing_more_fits(instance):
    outcome = greedy(instance)
    left = instance.budget - outcome.cost

    assert left >= 0
    assert all(
        each.cost > left or not votes
        for each, votes in zip(instance.projects, instance.votes, strict=True)
        if each.code not in outcome.selected
    )
    assert {*outcome.selected, *(each.code for each in outcome.not_funded)} == {
        each.code for each in instance.projects
    }


@given(ELECTIONS, st.data())
def test_one_more_vote_never_costs_a_project_its_money(instance, data):
    outcome = greedy(instance)
    if not outcome.selected:
        return
    winner = data.draw(st.sampled_from(outcome.selected))
    ballots = [
        [instance.projects[place].code for place, _points in ballot]
        for ballot, count in instance.ballots.items()
        for _ in range(count)
    ]

    more = election(instance.budget, instance.projects, [*ballots, [winner]])

    assert winner in greedy(more).selected


def test_points_are_summed_where_points_were_given():
    projects = [Project("a", Fraction(10)), Project("b", Fraction(10))]

    by_points = election(10, projects, [{"a": 1}, {"a": 1}, {"b": 5}])

    assert greedy(by_points).selected == ("b",)
    assert by_points.supporters == (2, 1)


@given(ELECTIONS)
def test_no_method_funds_a_project_that_nobody_chose(drawn):
    chosen = {drawn.projects[place].code for place, votes in enumerate(drawn.votes) if votes}
    outcomes = [greedy(drawn)] + [
        equal_shares(drawn, completion, comparison=True)
        for completion in get_args(Completion)
        if drawn.voters
    ]

    for outcome in outcomes:
        assert set(outcome.selected) <= chosen
        causes = {each.code: each.cause for each in outcome.not_funded}
        assert all(causes[each.code] == "no_votes" for each in drawn.projects
                   if each.code not in chosen)  # fmt: skip
