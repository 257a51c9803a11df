"""The measures of a list, and of how evenly partners are shown."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_matchmaking.suggestions.fairness import gini
from tests.plugins.matchmaking.measures import dcg, ndcg, reciprocal_rank

LIST, POOL = (3, 2, 3, 0, 1, 2), (3, 3, 3, 2, 2, 2, 1, 0)


def test_the_gain_of_a_list_is_that_of_ranx():
    assert dcg(LIST, 6) == pytest.approx(6.8611, abs=5e-5)
    assert ndcg(LIST, POOL, 6) == pytest.approx(0.785002, abs=5e-7)


def test_only_the_first_of_a_list_count_and_the_best_list_has_all():
    assert dcg(LIST, 1) == 3
    assert ndcg(LIST, POOL, 1) == 1
    assert ndcg(sorted(POOL, reverse=True), POOL, 8) == 1
    assert ndcg((0, 0), (0, 0), 2) == 0


def test_the_reciprocal_rank_is_of_the_first_that_is_good_enough():
    assert reciprocal_rank((0, 0, 1, 3)) == Fraction(1, 3)
    assert reciprocal_rank((0, 0, 1, 3), enough=2) == Fraction(1, 4)
    assert reciprocal_rank((0, 0)) == 0
    assert reciprocal_rank((2,)) == 1


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ((), 0), ((0, 0), 0), ((5, 5, 5), 0), ((0, 0, 0, 8), Fraction(3, 4)),
        ((1, 2, 3, 4), Fraction(1, 4)), ((1, 3), Fraction(1, 4)),
    ],
)  # fmt: skip
def test_gini_is_0_where_all_have_the_same_and_grows_with_the_difference(shown, value):
    assert gini(shown) == value


@given(st.lists(st.integers(0, 100), min_size=1).filter(sum))
def test_gini_is_half_the_mean_difference(shown):
    differences = sum(abs(one - other) for one in shown for other in shown)
    assert gini(shown) == Fraction(differences, 2 * len(shown) * sum(shown))
    assert 0 <= gini(shown) < 1


def test_a_number_below_0_cannot_be_spread():
    with pytest.raises(ValueError, match="below 0"):
        gini((3, -3))
