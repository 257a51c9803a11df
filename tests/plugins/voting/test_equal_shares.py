"""The Method of Equal Shares: published outcomes, the definition step by step, its promises."""

from fractions import Fraction
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from eak_voting.counting.methods.budgets import Project, election, lot_order
from eak_voting.counting.methods.equal_shares import equal_shares
from eak_voting.counting.methods.greedy import greedy
from eak_voting.counting.methods.horizon import horizon
from eak_voting.counting.methods.screen import Screen
from eak_voting.counting.methods.shares import Shares
from eak_voting.publishing import pabulib
from tests.plugins.voting.priceability import prices_hold

DATA = Path(__file__).parents[4] / "shared/data/pabulib"


def of(budget, costs, ballots):
    """An election of projects "0", "1" …; a ballot is their numbers, or points by number."""
    projects = [Project(str(place), Fraction(cost)) for place, cost in enumerate(costs)]
    return election(
        budget,
        projects,
        [
            {str(place): points for place, points in ballot.items()}
            if isinstance(ballot, dict)
            else [str(place) for place in ballot]
            for ballot in ballots
        ],
    )


@st.composite
def elections(draw, points=False):
    costs = draw(st.lists(st.integers(1, 30), min_size=1, max_size=6))
    places = st.integers(0, len(costs) - 1)
    ballot = st.dictionaries(places, st.integers(1, 4)) if points else st.sets(places)
    return of(draw(st.integers(1, 60)), costs, draw(st.lists(ballot, min_size=1, max_size=8)))


def voters_of(instance):
    return [dict(ballot) for ballot, count in instance.ballots.items() for _ in range(count)]


def by_definition(instance, endowment, seed):
    """One run as the rule is written, voter by voter, with nothing clever in it."""
    voters = voters_of(instance)
    money = [Fraction(endowment)] * len(voters)
    lots = instance.precedence(seed)
    bought = []
    while True:
        offers = []
        for place, project in enumerate(instance.projects):
            backers = [voter for voter, ballot in enumerate(voters) if place in ballot]
            if place in bought or sum(money[voter] for voter in backers) < project.cost:
                continue
            paying = sorted(backers, key=lambda voter: money[voter] / voters[voter][place])
            rest = project.cost
            while True:
                price = rest / sum(voters[voter][place] for voter in paying)
                if money[paying[0]] >= price * voters[paying[0]][place]:
                    break
                rest -= money[paying.pop(0)]
            votes = sum(ballot.get(place, 0) for ballot in voters)
            offers.append((-project.cost / price, project.cost, -votes, lots[place], place, price))
        if not offers:
            return bought
        *_rest, place, price = min(offers)
        bought.append(place)
        for voter, ballot in enumerate(voters):
            money[voter] -= min(money[voter], price * ballot.get(place, 0))


def add1_by_definition(instance, seed, exhaustive):
    wanted = [place for place, votes in enumerate(instance.votes) if votes]
    endowment = Fraction(instance.budget // instance.voters)
    bought = by_definition(instance, endowment, seed)
    while True:
        left = instance.budget - instance.cost(bought)
        others = [place for place in wanted if place not in bought]
        if exhaustive and all(instance.projects[place].cost > left for place in others):
            return bought, endowment
        following = by_definition(instance, endowment + 1, seed)
        if instance.cost(following) > instance.budget:
            return bought, endowment
        endowment, bought = endowment + 1, following


def read(name):
    with (DATA / name).open(encoding="utf-8") as file:
        return pabulib.read(file)


# --- Published outcomes.


def test_the_example_of_equalshares_net_comes_out():
    bike, gym, park, playground, library = range(5)
    ballots = [
        {bike, gym},
        {bike, gym, park},
        {bike, gym},
        {bike, gym, park},
        {bike, gym, park},
        {bike, gym},
        {park, playground, library},
        {playground},
        {playground, library},
        {park, playground, library},
        {bike},
    ]

    example = of(1100, [700, 400, 250, 200, 100], ballots)

    assert equal_shares(example).selected == (str(bike), str(playground), str(library))
    assert greedy(example).selected == (str(bike), str(gym))


def test_add1_is_left_out_where_everything_fits():
    # The example of equalshares.net/implementation/computation: no endowment ever overspends.
    example = of(100_000, [5000, 10_000, 85_000], [{0, 1}, {0}, {2}, {0, 1, 2}])

    outcome = equal_shares(example, "add1")

    assert outcome.runs == 1
    assert outcome.selected == equal_shares(example).selected == ("0", "1")


def test_toulouse_2024_is_counted_exactly():
    # Checked against the published tool and pabutools, with exact fractions.
    toulouse = read("France_Toulouse_2024.pb").election()

    outcome = equal_shares(toulouse, "none")

    assert (len(outcome.selected), outcome.cost) == (102, 4_441_650)
    assert outcome.endowment == Fraction(8_000_000, 7260)


def test_toulouse_2024_is_completed_by_one_more_euro_each_as_long_as_the_budget_holds():
    toulouse = read("France_Toulouse_2024.pb").election()

    outcome = equal_shares(toulouse, "add1", seed="2024")

    assert (len(outcome.selected), outcome.cost, outcome.endowment) == (129, 7_823_150, 1771)
    shares = Shares(toulouse, "2024")
    assert shares.cost(shares.run(Fraction(1772)).selected) > toulouse.budget
    assert prices_hold(toulouse, outcome, "2024")


def test_zurich_is_counted_by_approvals_and_by_points():
    zurich = read("Switzerland_Zurich_D5.pb")

    approved = equal_shares(zurich.election(), "add1")
    weighted = equal_shares(zurich.election(points=True), "add1")

    assert approved.cost <= zurich.budget
    assert weighted.cost <= zurich.budget
    assert approved.funded[0].votes == 62
    assert weighted.funded[0].votes == 90


# --- The definition.


@given(elections(), st.integers(0, 40), st.sampled_from(["", "a", "b"]))
def test_a_run_is_the_definition_step_by_step(instance, endowment, seed):
    run = Shares(instance, seed).run(Fraction(endowment, 3))

    assert run.selected == by_definition(instance, Fraction(endowment, 3), seed)


@given(elections(points=True), st.integers(0, 40))
def test_a_run_with_points_is_the_definition_step_by_step(instance, endowment):
    run = Shares(instance, "").run(Fraction(endowment, 3))

    assert run.selected == by_definition(instance, Fraction(endowment, 3), "")


@given(elections(), st.integers(0, 40))
def test_the_screen_says_what_the_exact_run_says_or_nothing(instance, endowment):
    shares = Shares(instance, "")
    screened = Screen(shares).selected(endowment)

    assert screened in (None, shares.run(Fraction(endowment)).selected)


@given(elections(points=True), st.integers(0, 30))
@settings(max_examples=300)
def test_up_to_its_horizon_a_run_buys_the_same_in_the_same_order(instance, endowment):
    shares = Shares(instance, "")

    selected, last = horizon(shares, endowment)

    assert last >= endowment
    for each in range(endowment, min(last, endowment + 60) + 1):
        assert shares.run(Fraction(each)).selected == selected


def test_a_horizon_is_never_too_far_in_many_elections():
    # What ends a horizon is rarely seen in the smallest elections, which hypothesis prefers.
    chance = Random(1)
    for _ in range(1500):
        costs = [
            chance.randrange(1, 6) * 10 if chance.random() < 0.5 else chance.randrange(10, 60)
            for _ in range(5)
        ]
        voters = [[place for place in range(5) if chance.random() < 0.5] for _ in range(6)]
        shares = Shares(of(60, costs, voters), "")
        endowment = chance.randrange(5, 30)

        selected, last = horizon(shares, endowment)

        for each in {(endowment + last) // 2, last}:
            assert shares.run(Fraction(each)).selected == selected


def test_few_voters_of_a_large_budget_are_counted_without_a_run_for_every_unit():
    # 30,000,000 steps from the first share to the one that pays for the second project.
    instance = of(10**8, [6 * 10**7, 6 * 10**7, 7 * 10**7], [{0}, {1}, {2}])

    outcome = equal_shares(instance, "add1")

    assert outcome.selected == ()
    assert outcome.endowment == 6 * 10**7 - 1


def test_the_screen_says_nothing_where_fractions_of_votes_are_equal():
    # Both "1" and "2" have 8/3 effective votes, once "0" has left two supporters of each poor.
    voters = [{0, 1}, {0, 1}, {0, 2}, {0, 2}, {0}, {1}, {1}, {2}, {2}]
    tied = of(90, [40, 16, 16], voters)
    apart = of(90, [40, 16, 17], voters)

    assert Screen(Shares(tied, "")).selected(10) is None
    assert Screen(Shares(apart, "")).selected(10) == [0, 1, 2]


@given(elections(), st.booleans())
def test_add1_is_the_definition_step_by_step(instance, exhaustive):
    wanted = [place for place, votes in enumerate(instance.votes) if votes]
    if instance.cost(wanted) <= instance.budget:
        return
    outcome = equal_shares(instance, "add1-exhaustive" if exhaustive else "add1", seed="s")

    bought, endowment = add1_by_definition(instance, "s", exhaustive)
    assert instance.places(outcome.selected) == bought
    assert outcome.endowment == endowment


def test_add1_stops_with_the_first_outcome_that_is_exhaustive():
    # From 5 each, both pay for "0", and 1 is left, for which there is nothing; "1" needs 8 of one.
    instance = of(10, [9, 8], [{0, 1}, {0}])

    assert equal_shares(instance, "add1-exhaustive").endowment == 5
    assert equal_shares(instance, "add1").endowment > 5


def test_amounts_with_decimals_are_exact():
    # Three voters with 0.1 each pay 0.3 exactly; in floating point 0.1 + 0.1 + 0.1 > 0.3.
    cents = Fraction(3, 10)

    outcome = equal_shares(of(cents, [cents], [{0}, {0}, {0}]))

    assert outcome.selected == ("0",)
    assert outcome.funded[0].max_payment == Fraction(1, 10)


def test_a_project_that_takes_all_the_money_there_is_is_bought():
    # A third of 100 has no end in decimals: rounded down, the only project would not be funded.
    assert equal_shares(of(100, [100], [{0}, {0}, {0}])).selected == ("0",)


# --- Ties.


def test_of_as_many_effective_votes_the_lowest_cost_is_bought_first():
    outcome = equal_shares(of(100, [40, 30], [{0}, {0}, {1}, {1}]))

    assert outcome.selected == ("1", "0")
    assert outcome.ties == ()


def test_of_as_many_effective_votes_and_equal_costs_the_most_votes_are_bought_first():
    # Each has 10. "0" takes all from its four voters; then both others have two voters who can pay,
    # and "1" had three.
    ballots = [{0, 1}, {0}, {0}, {0}, {1}, {1}, {2}, {2}]
    outcomes = [equal_shares(of(80, [40, 6, 6], ballots), seed=str(seed)) for seed in range(9)]

    assert {outcome.selected for outcome in outcomes} == {("0", "1", "2")}
    assert outcomes[0].ties == ()


def test_projects_that_the_lot_decides_between_are_told_in_the_order_of_their_lots():
    tied = of(10, [10] * 5, [{0, 1, 2, 3, 4}])

    for seed in "abcde":
        (tie,) = equal_shares(tied, seed=seed).ties
        assert list(tie.tied) == lot_order(seed, "01234")


def test_a_true_tie_is_decided_by_the_lot_and_told():
    tied = of(10, [10, 10], [{0, 1}])
    chosen = {equal_shares(tied, seed=str(seed)).selected for seed in range(20)}
    (tie,) = equal_shares(tied, seed="7").ties

    assert chosen == {("0",), ("1",)}
    assert (tie.step, list(tie.tied)) == (1, lot_order("7", ["0", "1"]))
    assert (tie.chosen,) == equal_shares(tied, seed="7").selected


@given(elections())
def test_the_lot_is_the_same_in_every_run(instance):
    first = equal_shares(instance, "add1", seed="a")

    assert equal_shares(instance, "add1", seed="a") == first
    if not first.ties:
        wanted = [place for place, votes in enumerate(instance.votes) if votes]
        if instance.cost(wanted) <= instance.budget:
            assert equal_shares(instance, "add1", seed="b").selected == first.selected


# --- Promises.


@given(elections(), st.sampled_from(["none", "add1", "add1-exhaustive", "utilitarian"]))
def test_the_budget_holds_and_every_project_has_its_reason(instance, completion):
    outcome = equal_shares(instance, completion)

    assert outcome.cost == instance.cost(instance.places(outcome.selected)) <= instance.budget
    assert tuple(each.code for each in outcome.funded) == outcome.selected
    codes = [each.code for each in (*outcome.funded, *outcome.not_funded)]  # type: ignore[attr-defined]
    assert sorted(codes) == sorted(project.code for project in instance.projects)
    assert all(each.missing == each.cost - each.available > 0 for each in outcome.not_funded)


@given(elections(points=True), st.sampled_from(["none", "add1"]))
def test_what_is_funded_is_priceable(instance, completion):
    outcome = equal_shares(instance, completion, seed="p")

    assert prices_hold(instance, outcome, "p")


@given(elections(), st.randoms())
def test_neither_the_order_of_voters_nor_that_of_projects_matters(instance, random):
    ballots = [
        [instance.projects[place].code for place in ballot] for ballot in voters_of(instance)
    ]
    projects = list(instance.projects)
    random.shuffle(ballots)
    random.shuffle(projects)

    other = election(instance.budget, projects, ballots)

    assert equal_shares(other, seed="s").selected == equal_shares(instance, seed="s").selected


@given(elections())
def test_the_first_project_is_still_the_first_where_it_is_cheaper(instance):
    outcome = equal_shares(instance, seed="s")
    if not outcome.selected:
        return
    first = outcome.selected[0]
    cheaper = [
        Project(each.code, each.cost / 2 if each.code == first else each.cost)
        for each in instance.projects
    ]
    ballots = [
        [instance.projects[place].code for place in ballot] for ballot in voters_of(instance)
    ]

    assert equal_shares(election(instance.budget, cheaper, ballots), seed="s").selected[0] == first


def test_a_group_that_deserves_a_project_gets_one():
    # Greedy spends all on the majority; a tenth of the voters has a tenth of the money.
    ballots = [{0, 1, 2}] * 90 + [{3}] * 10
    instance = of(1000, [300, 300, 300, 100], ballots)
    crowded = of(1000, [400, 300, 300, 100], ballots)

    assert set(equal_shares(instance).selected) == {"0", "1", "2", "3"}
    assert "3" not in greedy(crowded).selected
    assert "3" in equal_shares(crowded).selected


# --- Reasons.


def test_the_reason_of_a_funded_project_says_who_paid_what_and_who_gave_all_they_had():
    # Each has 10. Five pay 8 for "0". Two of them have 2 left for "1", and count as 2/6 of a vote
    # each beside the two others, who pay 6.
    instance = of(70, [40, 16], [{0, 1}, {0, 1}, {0}, {0}, {0}, {1}, {1}])
    first, second = equal_shares(instance).funded

    assert (first.code, first.votes, first.effective_votes, first.max_payment) == ("0", 5, 5, 8)
    assert (first.payers, first.exhausted, first.budget_left) == (5, 0, 30)
    assert (second.code, second.votes, second.max_payment) == ("1", 4, 6)
    assert second.effective_votes == 2 + Fraction(2, 6) * 2
    assert (second.payers, second.exhausted, second.budget_left) == (4, 2, 14)


def test_the_reason_of_a_project_left_out_says_what_its_supporters_have_and_where_the_rest_went():
    # Each has 10 and pays 6 for "0", so that 12 are left for "1", which costs 20.
    instance = of(30, [18, 20], [{0, 1}, {0, 1}, {0, 1}])
    (left_out,) = equal_shares(instance).not_funded

    assert (left_out.code, left_out.cause) == ("1", "shares")
    assert (left_out.share, left_out.available, left_out.missing) == (30, 12, 8)
    assert left_out.spent_on == (("0", 18),)


def test_of_what_supporters_spent_their_money_on_the_most_expensive_is_told():
    instance = of(30, [1, 5, 2, 4, 29], [{0, 1, 2, 3, 4}] * 2 + [set()])
    (left_out,) = equal_shares(instance).not_funded

    assert left_out.spent_on == (("1", 5), ("3", 4), ("2", 2))


def test_a_project_that_nobody_voted_for_is_said_to_be_so():
    (left_out,) = equal_shares(of(30, [10], [set()])).not_funded

    assert (left_out.cause, left_out.available, left_out.missing) == ("no_votes", 0, 10)


def test_without_voters_nothing_is_funded():
    outcome = equal_shares(of(30, [10], []), "add1")

    assert (outcome.selected, outcome.cost) == ((), 0)


# --- Completion and comparison.


def test_the_utilitarian_completion_adds_by_votes_what_still_fits():
    instance = of(30, [18, 20, 12], [{0, 1}, {0, 1}, {0, 1}, {2}])
    outcome = equal_shares(instance, "utilitarian")

    assert equal_shares(instance).selected == ("0",)
    assert outcome.selected == ("0", "2")
    assert [each.source for each in outcome.funded] == ["equal-shares", "utilitarian"]
    (left_out,) = outcome.not_funded
    assert (left_out.code, left_out.cause, left_out.available) == ("1", "budget", 12)


def test_the_greedy_outcome_is_the_outcome_where_more_voters_prefer_it():
    # 3 of 5 voters prefer the one large project that the others could never pay by shares.
    instance = of(50, [40, 10, 10], [{0}, {0}, {0}, {1}, {2}])
    outcome = equal_shares(instance, comparison=True)

    assert equal_shares(instance).selected != outcome.selected
    assert outcome.rule == "greedy"
    assert outcome.selected == greedy(instance).selected
    assert (outcome.comparison.prefer_equal_shares, outcome.comparison.prefer_greedy) == (1, 3)


def test_equal_shares_stands_where_as_many_voters_prefer_either_outcome():
    instance = of(40, [40, 10, 10], [{0}, {0}, {1}, {2}])
    outcome = equal_shares(instance, comparison=True)

    assert greedy(instance).selected == ("0",)
    assert (outcome.comparison.prefer_equal_shares, outcome.comparison.prefer_greedy) == (2, 2)
    assert outcome.rule == "equal-shares"
    assert sorted(outcome.selected) == ["1", "2"]
