"""The lot that decides where the rules leave a tie."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from eak_voting.counting.methods.budgets import lot_order

CODES = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=12)


def test_a_lot_is_the_hash_of_the_seed_a_colon_and_the_code_and_the_smallest_wins():
    codes = ["a", "b", "c", "d"]
    lots = {code: sha256(f"5ab1:{code}".encode()).hexdigest() for code in codes}

    assert lot_order("5ab1", codes) == sorted(codes, key=lots.__getitem__)
    assert lot_order("5ab1", codes) == ["b", "a", "d", "c"]


@given(st.text(max_size=64), CODES, st.randoms(use_true_random=False))
def test_the_order_of_the_ballot_has_no_part_in_the_lot(seed, codes, random):
    shuffled = list(codes)
    random.shuffle(shuffled)

    assert lot_order(seed, shuffled) == lot_order(seed, codes)
    assert sorted(lot_order(seed, codes)) == sorted(codes)


@given(st.text(max_size=64), CODES)
def test_an_option_more_leaves_the_order_of_the_others(seed, codes):
    without = [code for code in codes if code != codes[0]]

    assert [code for code in lot_order(seed, codes) if code in without] == lot_order(seed, without)


def test_each_of_three_options_wins_about_as_often_as_the_others():
    wins = [lot_order(str(seed), ["1", "2", "3"])[0] for seed in range(3000)]

    assert all(900 < wins.count(code) < 1100 for code in "123")
