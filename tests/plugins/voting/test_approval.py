"""Approval and support: who was named most often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_voting.counting.methods.approval import count

BALLOTS = st.lists(st.sets(st.sampled_from("abcd")), max_size=20)


def test_options_are_ranked_by_their_votes_and_ties_leave_a_gap():
    counted = count([["b", "a"], ["b"], ["c", "b"], ["d"], ["c"]], "abcd")

    assert [(each.option, each.rank, each.votes) for each in counted.ranking] == [
        ("b", 1, 3),
        ("c", 2, 2),
        ("a", 3, 1),
        ("d", 3, 1),
    ]


def test_blank_ballots_count_as_ballots_even_where_a_least_number_is_asked_for():
    counted = count([[], ["a", "b"], []], "ab", at_least=2)

    assert (counted.ballots, counted.blank) == (3, 2)


def test_no_ballots_give_all_options_the_first_rank():
    assert [(each.option, each.rank) for each in count([], "ab").ranking] == [("a", 1), ("b", 1)]


@pytest.mark.parametrize(
    ("ballot", "fault"),
    [
        (["a"], "2 are asked for"),
        (["a", "b", "c", "d"], "3 are allowed"),
        (["a", "a"], "twice"),
        (["a", "x"], "x, which is no option"),
    ],
)
def test_a_ballot_that_breaks_the_limits_is_refused_and_not_repaired(ballot, fault):
    with pytest.raises(ValueError, match=fault):
        count([["a", "b"], ballot], "abcd", at_least=2, at_most=3)


@given(BALLOTS, st.randoms())
def test_neither_the_order_of_voters_nor_the_names_of_options_matter(ballots, random):
    shuffled = list(ballots)
    random.shuffle(shuffled)
    names = dict(zip("abcd", "dcba", strict=True))
    renamed = [{names[option] for option in ballot} for ballot in ballots]

    def ranks(votes):
        return {each.option: (each.rank, each.votes) for each in count(votes, "abcd").ranking}

    assert ranks(shuffled) == ranks(ballots)
    assert {names[option]: said for option, said in ranks(renamed).items()} == ranks(ballots)


@given(BALLOTS, st.sampled_from("abcd"))
def test_one_more_vote_never_lowers_an_option(ballots, option):
    def place(votes):
        return next(each.rank for each in count(votes, "abcd").ranking if each.option == option)

    assert place([*ballots, {option}]) <= place(ballots)
