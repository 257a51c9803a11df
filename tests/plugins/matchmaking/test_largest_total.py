"""The largest total score, against trying all; and the prices that prove it."""

import random

from hypothesis import given
from hypothesis import strategies as st

from eak_matchmaking.rounds.largest_total import LargestTotal, largest_total


@st.composite
def calls(draw):
    ideas, partners = range(draw(st.integers(0, 5))), "XYZ"[: draw(st.integers(0, 3))]
    capacities = {name: draw(st.integers(1, 3)) for name in partners}
    scores = {
        (idea, partner): draw(st.integers(-1, 5))
        for idea in ideas
        for partner in partners
        if draw(st.booleans())
    }
    return list(ideas), capacities, scores


def best_by_trying(ideas, capacities, scores):
    if not ideas:
        return 0
    first, *others = ideas
    totals = [best_by_trying(others, capacities, scores)]
    for name, left in capacities.items():
        if left and scores.get((first, name), 0) > 0:
            rest = {**capacities, name: left - 1}
            totals.append(scores[first, name] + best_by_trying(others, rest, scores))
    return max(totals)


@given(calls())
def test_the_total_is_the_largest_and_the_matching_has_it(call):
    ideas, capacities, scores = call

    found = largest_total(ideas, capacities, scores)

    assert found.total == best_by_trying(ideas, capacities, scores)
    pairs = {pair for pair in found.matching.items() if pair[1] is not None}
    assert found.matching.keys() == set(ideas)
    assert sum(scores[pair] for pair in pairs) == found.total
    assert all(scores[pair] > 0 for pair in pairs)
    for name, capacity in capacities.items():
        assert sum(partner == name for _, partner in pairs) <= capacity
    assert found.proved(scores, capacities)


@given(calls(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(call, dice):
    ideas, capacities, scores = call

    def shuffled(rows):
        rows = list(rows.items())
        dice.shuffle(rows)
        return dict(rows)

    other = largest_total(dice.sample(ideas, len(ideas)), shuffled(capacities), shuffled(scores))

    assert other == largest_total(ideas, capacities, scores)


def test_a_call_of_real_size_is_proved():
    dice = random.Random(5)
    liked = [dice.randint(0, 500) for _ in range(20)]
    scores = {(i, p): liked[p] + dice.randint(1, 500) for i in range(100) for p in range(20)}
    capacities = dict.fromkeys(range(20), 4)

    found = largest_total(range(100), capacities, scores)

    assert found.proved(scores, capacities)
    assert sum(partner is None for partner in found.matching.values()) == 20


def test_what_proves_nothing_is_told_apart():
    scores, capacities = {("a", "X"): 3, ("b", "X"): 5}, {"X": 1}
    found = largest_total("ab", capacities, scores)

    assert found == LargestTotal({"a": None, "b": "X"}, 5, {"a": 0, "b": 2}, {"X": 3})
    less = LargestTotal({"a": "X", "b": None}, 3, {"a": 0, "b": 0}, {"X": 3})
    more = LargestTotal({"a": None, "b": "X"}, 5, {"a": 0, "b": -3}, {"X": 8})
    assert not less.proved(scores, capacities)
    assert not more.proved(scores, capacities)
    assert not LargestTotal(found.matching, 4, found.worth, found.price).proved(scores, capacities)
