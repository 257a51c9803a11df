"""Majority judgment: the examples of the book, the ballots of Orsay, and what the rule promises."""

import csv
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_voting.counting.methods.majority import (
    complete,
    gauge,
    judge,
    majority_grade,
    pool,
    rank,
    score,
    tally,
    tally_criteria,
)

ORSAY = Path(__file__).parents[4] / "shared/data/jugement-majoritaire/orsay-2007.csv"

#: Balinski and Laraki 2007, with blanks counted as “À rejeter”: rank, counts from the worst grade,
#: majority grade, sign, p and q in per cent.
ORSAY_TABLE = """
1 Bayrou 129 146 256 434 532 236 4 + 44.3 30.6
2 Royal 218 211 291 331 393 289 4 - 39.4 41.5
3 Sarkozy 489 123 200 247 343 331 4 - 38.9 46.9
4 Voynet 355 452 410 303 162 51 3 - 29.8 46.6
5 Besancenot 540 392 276 282 172 71 2 + 46.2 31.2
6 Buffet 528 457 356 217 132 43 2 + 43.2 30.5
7 Bové 683 445 278 197 104 26 2 - 34.9 39.4
8 Laguiller 694 447 288 176 91 37 2 - 34.2 40.0
9 Nihous 953 462 190 91 31 6 1 + 45.0 0.0
10 de_Villiers 962 273 196 150 111 41 1 + 44.5 0.0
11 Schivardi 1045 431 164 67 18 8 1 + 39.7 0.0
12 Le_Pen 1288 93 112 108 80 52 1 + 25.7 0.0
"""

TALLIES = st.lists(st.integers(0, 6), min_size=4, max_size=4).map(tuple)
GRADES = st.lists(st.integers(1, 4), min_size=1, max_size=25)


def majority_value(tally):
    """The definition: write the lower median down, take one judgment of it away, go on."""
    judgments = [grade for grade, count in enumerate(tally, 1) for _ in range(count)]
    value = []
    while judgments:
        value.append(judgments.pop((len(judgments) - 1) // 2))
    return value


def same_total(judges):
    """Pairs of tallies over four grades with as many judgments, at most ``judges``."""
    return (
        st.integers(1, judges)
        .flatmap(
            lambda number: st.tuples(
                *[st.lists(st.integers(1, 4), min_size=number, max_size=number)] * 2
            )
        )
        .map(lambda pair: tuple(of(each, 4) for each in pair))
    )


def of(judgments, grades):
    return tuple(judgments.count(grade) for grade in range(1, grades + 1))


def test_the_majority_grade_is_the_more_severe_of_two_middle_judgments():
    assert majority_grade((0, 1, 1, 0)) == 2
    assert majority_grade((2, 0, 0, 2)) == 1
    assert majority_grade((1, 0, 0, 2)) == 4
    assert majority_grade((0, 0, 0)) == 0


def test_as_many_better_as_worse_judgments_are_a_minus():
    assert gauge((1, 1, 1)).sign == "-"
    assert gauge((0, 2, 0)).sign == "-"
    assert gauge((1, 2, 2)).sign == "+"


@pytest.mark.parametrize(
    ("judgments", "value"),
    [([7, 11, 9, 9, 11], [9, 9, 11, 7, 11]), ([8, 11, 9, 9, 10], [9, 9, 10, 8, 11])],
)
def test_the_examples_of_the_book_are_ranked_as_their_majority_values(judgments, value):
    assert majority_value(of(judgments, 11)) == value
    assert score(of([7, 11, 9, 9, 11], 11)) > score(of([8, 11, 9, 9, 10], 11))


def test_the_ballots_of_orsay_come_out_as_published():
    candidates, ballots = orsay()
    ranked = rank(complete(tally(ballots, candidates, 6), len(ballots), "worst"))

    lines = [
        f"{each.rank} {each.candidate.replace(' ', '_')} {' '.join(map(str, each.tally))} "
        f"{each.grade} {each.gauge.sign} {100 * each.gauge.p / each.gauge.total:.1f} "
        f"{100 * each.gauge.q / each.gauge.total:.1f}"
        for each in ranked
    ]

    assert lines == ORSAY_TABLE.strip().splitlines()


def test_at_orsay_the_rule_for_missing_grades_decides_between_bove_and_laguiller():
    candidates, ballots = orsay()
    given_grades = tally(ballots, candidates, 6)

    def order(missing):
        ranked = rank(complete(given_grades, len(ballots), missing))
        return [each.candidate for each in ranked][6:8]

    assert order("worst") == ["Bové", "Laguiller"]
    assert order("median") == ["Laguiller", "Bové"]
    assert order("normalised") == ["Laguiller", "Bové"]


def test_the_fast_score_orders_all_small_profiles_as_the_definition_does():
    for judges in range(1, 7):
        profiles = [of(each, 4) for each in combinations_with_replacement(range(1, 5), judges)]
        for one in profiles:
            for other in profiles:
                by_score = (score(one) > score(other)) - (score(one) < score(other))
                ours, theirs = majority_value(one), majority_value(other)
                assert by_score == (ours > theirs) - (ours < theirs)


@given(same_total(12))
def test_the_gauge_never_contradicts_the_full_rule(pair):
    one, other = pair

    if gauge(one).order > gauge(other).order:
        assert score(one) > score(other)
    if score(one) == score(other):
        assert gauge(one) == gauge(other)


@given(same_total(40))
def test_the_fast_score_is_equal_only_where_all_judgments_are(pair):
    one, other = pair

    assert (score(one) > score(other)) == (majority_value(one) > majority_value(other))
    assert (score(one) == score(other)) == (one == other)


@given(GRADES, st.data())
def test_a_better_judgment_never_lowers_a_candidate(judgments, data):
    place = data.draw(st.integers(0, len(judgments) - 1))
    better = data.draw(st.integers(judgments[place], 4))
    raised = [*judgments[:place], better, *judgments[place + 1 :]]

    assert score(of(raised, 4)) >= score(of(judgments, 4))


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), max_size=15), st.randoms())
def test_neither_the_order_of_voters_nor_the_names_of_candidates_matter(ballots, random):
    shuffled = list(ballots)
    random.shuffle(shuffled)
    turned = [ballot[::-1] for ballot in ballots]

    def ranks(votes, candidates):
        ranked = rank(complete(tally(votes, candidates, 3), len(votes), "worst"))
        return {each.candidate: (each.rank, each.tally) for each in ranked}

    assert ranks(shuffled, "abc") == ranks(ballots, "abc")
    assert ranks(turned, "cba") == ranks(ballots, "abc")


def test_true_ties_share_a_rank_and_leave_a_gap():
    tallies = {"a": (1, 2), "b": (0, 3), "c": (0, 3), "d": (3, 0)}

    assert [(each.candidate, each.rank) for each in rank(tallies)] == [
        ("b", 1),
        ("c", 1),
        ("a", 3),
        ("d", 4),
    ]


def test_tallies_of_different_totals_are_not_compared():
    with pytest.raises(ValueError, match="complete them first"):
        rank({"a": (1, 2), "b": (0, 4)})


def test_missing_grades_are_the_worst_the_own_median_or_made_up_for_by_shares():
    tallies = {"a": (0, 1, 3), "b": (1, 2, 0), "c": (0, 0, 0)}

    assert complete(tallies, 6, "worst") == {"a": (2, 1, 3), "b": (4, 2, 0), "c": (6, 0, 0)}
    assert complete(tallies, 6, "median") == {"a": (0, 1, 5), "b": (1, 5, 0), "c": (0, 0, 0)}
    assert complete(tallies, 6, "normalised") == {"a": (0, 3, 9), "b": (4, 8, 0), "c": (0, 0, 0)}


def test_a_candidate_whom_nobody_graded_comes_last_without_a_grade():
    ranked = rank(complete({"a": (0, 0), "b": (3, 0)}, 5, "normalised"))

    assert [(each.candidate, each.rank, each.grade) for each in ranked] == [
        ("b", 1, 1),
        ("a", 2, 0),
    ]


@given(st.dictionaries(st.integers(), TALLIES, min_size=1, max_size=5))
def test_each_rule_for_missing_grades_makes_totals_equal(tallies):
    ballots = max(sum(each) for each in tallies.values())

    for missing in ("worst", "median", "normalised"):
        completed = complete(tallies, ballots, missing)
        assert len({sum(each) for each in completed.values()} - {0}) <= 1


@given(TALLIES.filter(any), st.integers(1, 9))
def test_only_shares_count_when_normalised(tally, times):
    more = tuple(count * times for count in tally)
    ranked = rank(complete({"a": tally, "b": more}, sum(more), "normalised"))

    assert [each.rank for each in ranked] == [1, 1]


def test_more_grades_than_ballots_are_refused():
    with pytest.raises(ValueError, match="more grades than"):
        complete({"a": (3, 3)}, 5, "worst")


def test_ballots_are_counted_from_rows_and_from_mappings():
    rows = [(1, 0), (3, 2), (3, 3)]
    mappings = [{"a": 1}, {"b": 2, "a": 3}, {"a": 3, "b": 3}]

    assert tally(rows, "ab", 3) == {"a": (1, 0, 2), "b": (0, 1, 1)}
    assert tally(mappings, "ab", 3) == tally(rows, "ab", 3)
    assert tally([], "ab", 3) == {"a": (0, 0, 0), "b": (0, 0, 0)}


@pytest.mark.parametrize("ballot", [(1, 4), (-1, 1), (1,), (1, 2, 3)])
def test_a_ballot_with_an_unknown_grade_or_another_length_is_refused(ballot):
    with pytest.raises(ValueError, match="grade"):
        tally([(1, 1), ballot], "ab", 3)


def test_criteria_have_a_profile_each_and_are_pooled_by_their_weights():
    ballots = [{"a": (3, 1), "b": (2, 2)}, {"a": (3, 0)}]
    profiles = tally_criteria(ballots, "ab", 2, 3)

    assert profiles == [
        {"a": (0, 0, 2), "b": (0, 1, 0)},
        {"a": (1, 0, 0), "b": (0, 1, 0)},
    ]
    assert pool(profiles, [2, 1]) == {"a": (1, 0, 4), "b": (0, 3, 0)}


def test_the_overall_rank_is_that_of_the_pool_and_the_floor_only_says_who_is_eligible():
    ballots = [{"a": (3, 1), "b": (2, 2)}] * 3
    profiles = tally_criteria(ballots, "ab", 2, 3)

    judged = judge(profiles, [2, 1], 3, "worst", floor=2)

    assert [(each.candidate, each.rank, each.grade) for each in judged.overall] == [
        ("a", 1, 3),
        ("b", 2, 2),
    ]
    assert {each.candidate: each.eligible for each in judged.overall} == {"a": False, "b": True}
    assert [[each.candidate for each in ranked] for ranked in judged.criteria] == [
        ["a", "b"],
        ["b", "a"],
    ]


def test_criteria_are_pooled_by_whole_judgments_and_never_averaged():
    # The mean of the grades is the same; half of the judgments of "a" are the worst there is.
    profiles = tally_criteria([{"a": (1, 3), "b": (2, 2)}], "ab", 2, 3)

    judged = judge(profiles, [1, 1], 1, "worst")

    assert [(each.candidate, each.grade) for each in judged.overall] == [("b", 2), ("a", 1)]


def orsay():
    with ORSAY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return rows[0][2:], [tuple(map(int, row[2:])) for row in rows[1:]]
