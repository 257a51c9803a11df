"""The lot of a jury is the same for everybody who draws it."""

from collections import Counter

import pytest

from eak_ambassadors.jury import lot
from eak_ambassadors.jury.lot import Candidate, Pool, PoolError

POOL = Pool(
    5,
    2,
    [Candidate(f"a{number}", "ambassador") for number in range(6)]
    + [Candidate(f"c{number}", "citizen") for number in range(9)],
)


def test_the_same_seed_draws_the_same_jury_in_whatever_order_the_pool_is_written() -> None:
    drawn = lot.draw(POOL, "secret:3 14 15")
    turned = Pool(5, 2, list(reversed(POOL.candidates)))
    assert lot.draw(turned, "secret:3 14 15") == drawn
    assert turned.digest == POOL.digest
    assert lot.draw(lot.read(lot.written(POOL)), "secret:3 14 15") == drawn
    assert lot.draw(POOL, "secret:3 14 16") != drawn
    assert len(drawn.jury) == 5
    assert len(drawn.reserve) == 10
    assert Counter(each.origin for each in drawn.jury) == {"ambassador": 2, "citizen": 3}


def test_a_jury_that_was_drawn_once_is_drawn_again_for_ever() -> None:
    """Published juries stay what they are, whatever becomes of this code."""
    marks = [each.mark for each in lot.draw(POOL, "0123abcd:7 12 21 33 40").jury]
    assert marks == JURY


JURY = ["a1", "c8", "a3", "c1", "c2"]


def test_seats_that_nobody_is_there_for_go_to_the_others() -> None:
    few = Pool(5, 2, [Candidate("a0", "ambassador"), *POOL.candidates[6:]])
    assert Counter(each.origin for each in lot.draw(few, "x").jury)["citizen"] == 4
    none = Pool(3, 1, POOL.candidates[:6])
    assert {each.origin for each in lot.draw(none, "x").jury} == {"ambassador"}


def test_everybody_has_the_same_chance() -> None:
    drawn = Counter(each.mark for seed in range(2_000) for each in lot.draw(POOL, str(seed)).jury)
    assert all(abs(drawn[f"a{number}"] - 2_000 * 2 / 6) < 120 for number in range(6))
    assert all(abs(drawn[f"c{number}"] - 2_000 * 3 / 9) < 120 for number in range(9))


def test_a_pool_that_is_smaller_than_its_jury_is_refused() -> None:
    with pytest.raises(PoolError, match="4 in the pool, and 5 seats"):
        lot.draw(Pool(5, 2, POOL.candidates[:4]), "x")


def test_a_secret_is_bound_before_the_source_speaks() -> None:
    assert lot.commitment("s") == lot.commitment("s") != lot.commitment("t")
    assert lot.seed_of("s", " 3  14\n15 ") == "s:3 14 15"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"seats": true, "for_ambassadors": 1, "candidates": []}',
        b'{"seats": 5, "for_ambassadors": 6, "candidates": []}',
        b'{"seats": 1, "for_ambassadors": 0, "candidates": [{"mark": 1, "origin": "citizen"}]}',
        b'{"seats": 1, "for_ambassadors": 0, "candidates": [{"mark": "a", "origin": "mayor"}]}',
        (
            b'{"seats": 1, "for_ambassadors": 0, "candidates": '
            b'[{"mark": "a", "origin": "citizen"}, {"mark": "a", "origin": "citizen"}]}'
        ),
        b"[" * 100_000,
    ],
)
def test_what_is_no_pool_is_refused(data: bytes) -> None:
    with pytest.raises(PoolError):
        lot.read(data)
