"""What a round gives, beside the largest total score."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from eak_matchmaking.rounds.explaining import Refusal
from eak_matchmaking.rounds.outcome import outcome
from eak_matchmaking.rounds.preferences import Round
from eak_matchmaking.ties import Candidate

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def call(scores, **more):
    ideas, partners = ({pair[side] for pair in scores} for side in (0, 1))
    return Round(
        ideas={name: Candidate(name, DAY) for name in ideas},
        partners={name: Candidate(name, DAY) for name in partners},
        capacities=dict.fromkeys(partners, 1),
        scores=scores,
        seed="s",
        **more,
    )


SCORES = {("roof", "school"): 900, ("roof", "mill"): 800, ("bees", "school"): 850,
          ("bees", "mill"): 100}  # fmt: skip


def test_what_the_largest_total_would_have_given_stands_beside_the_stable_outcome():
    found = outcome(call(SCORES))

    assert found.matching == {"roof": "school", "bees": "mill"}
    assert (found.total, found.blocking) == (1_000, [])
    assert found.largest.matching == {"roof": "mill", "bees": "school"}
    assert found.largest.total == 1_650
    assert found.blocking_largest == [("roof", "school")]
    assert found.refusals == {
        "roof": [], "bees": [Refusal("school", wish=1, rank=2, kept_to=1, taken=1, capacity=1)],
    }  # fmt: skip


def test_a_veto_holds_for_both():
    found = outcome(call(SCORES, vetoes=[("roof", "mill")]))

    assert found.largest.matching == {"roof": "school", "bees": "mill"}


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("XYZ")), st.integers(1, 9), min_size=1
    )
)
def test_the_stable_total_is_never_more_than_the_largest(scores):
    round_ = call(scores)

    found = outcome(round_)

    assert found.blocking == []
    assert found.total <= found.largest.total
    assert found.largest.proved(scores, round_.capacities)
