"""Deferred acceptance, against every stable matching there is and instances known elsewhere."""

import random
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_matchmaking.rounds.deferred_acceptance import deferred_acceptance
from eak_matchmaking.rounds.explaining import Refusal, blocking_pairs, refusals
from eak_matchmaking.rounds.instance import Instance, InstanceError, Receiver


def made(proposers, receivers, capacity=2):
    """An instance from words of one letter, such as ``A="CM"``."""
    return Instance(
        {name: tuple(wishes) for name, wishes in proposers.items()},
        {name: Receiver(capacity, tuple(ranks)) for name, ranks in receivers.items()},
    )


#: The example in the documentation of the Python package “matching”.
DOCUMENTED = made(
    {"A": "C", "S": "CM", "D": "CMG", "J": "CGM", "L": "MCG"},
    {"M": "DLSJ", "C": "DASLJ", "G": "DJL"},
)

#: Issue 173 of the same, eight residents and six places. The third list is known as far as its
#: first name; the outcome says that the two it takes come before S3 and S4.
ISSUE_173 = (
    {
        1: "H1 H2",
        2: "H3 H1",
        3: "H1 H3",
        4: "H3 H2",
        5: "H1 H3",
        6: "H2 H1",
        7: "H3 H1",
        8: "H2 H1",
    },
    {"H1": (5, 6, 3, 4, 1, 2, 7, 8), "H2": (8, 2, 3, 4, 5, 6, 7, 1)},
)


@st.composite
def instances(draw, most=4):
    """Small ones: lists of any length, on one side only or on both."""
    proposers, receivers = range(draw(st.integers(0, most))), "XYZ"[: draw(st.integers(0, 3))]

    def lists(names):
        return st.permutations(list(names)).flatmap(
            lambda order: st.integers(0, len(order)).map(lambda end: tuple(order[:end]))
        )

    return Instance(
        {name: draw(lists(receivers)) for name in proposers},
        {name: Receiver(draw(st.integers(1, 3)), draw(lists(proposers))) for name in receivers},
    )


def places(instance, matching):
    """How far down its list each proposer ends; behind the list where it is without."""
    return {
        name: len(wishes) if matching[name] is None else wishes.index(matching[name])
        for name, wishes in instance.proposers.items()
    }


def every_stable_matching(instance):
    """By trying all, and by the definition alone."""
    names = list(instance.proposers)
    for chosen in product(*((None, *instance.proposers[name]) for name in names)):
        matching = dict(zip(names, chosen, strict=True))
        if fits(instance, matching) and not any(
            wants(instance, matching, p, r) and gives_way(instance, matching, p, r)
            for p in names
            for r in instance.receivers
        ):
            yield matching


def fits(instance, matching):
    return all(
        len(with_it := [p for p, r in matching.items() if r == name]) <= receiver.capacity
        and set(with_it) <= set(receiver.ranks)
        for name, receiver in instance.receivers.items()
    )


def wants(instance, matching, p, r):
    wishes = instance.proposers[p]
    return r in wishes and wishes.index(r) < places(instance, matching)[p]


def gives_way(instance, matching, p, r):
    ranks, capacity = instance.receivers[r].ranks, instance.receivers[r].capacity
    if p not in ranks:
        return False
    with_it = [other for other, receiver in matching.items() if receiver == r]
    return len(with_it) < capacity or any(ranks.index(p) < ranks.index(each) for each in with_it)


@given(instances())
def test_the_outcome_is_stable_and_no_idea_is_better_off_in_another_stable_one(instance):
    outcome = deferred_acceptance(instance)
    stable = list(every_stable_matching(instance))

    assert outcome in stable
    ours = places(instance, outcome)
    for other in stable:
        assert all(ours[name] <= place for name, place in places(instance, other).items())
        # The theorem of the rural hospitals: who is without, and what stays empty, is the same.
        assert {p for p, r in other.items() if r is None} == {
            p for p, r in outcome.items() if r is None
        }


@given(instances(), st.randoms(use_true_random=False))
def test_blocking_pairs_are_those_of_the_definition_in_any_matching(instance, dice):
    matching = {name: dice.choice([None, *wishes]) for name, wishes in instance.proposers.items()}
    if fits(instance, matching):
        assert blocking_pairs(instance, matching) == [
            (p, r)
            for p, wishes in instance.proposers.items()
            for r in wishes
            if wants(instance, matching, p, r) and gives_way(instance, matching, p, r)
        ]


@given(instances(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(instance, dice):
    def shuffled(rows):
        rows = list(rows.items())
        dice.shuffle(rows)
        return dict(rows)

    other = Instance(shuffled(instance.proposers), shuffled(instance.receivers))

    assert deferred_acceptance(other) == deferred_acceptance(instance)


def test_the_documented_instance_comes_out():
    matching = deferred_acceptance(DOCUMENTED)

    assert matching == {"A": "C", "S": "M", "D": "C", "J": "G", "L": "M"}
    assert blocking_pairs(DOCUMENTED, matching) == []
    # It is the only stable one, so the receivers cannot do better either.
    assert list(every_stable_matching(DOCUMENTED)) == [matching]


@pytest.mark.parametrize(
    "last",
    [
        order
        for order in permutations((2, 3, 4, 5))
        if order.index(2) < min(map(order.index, (3, 4)))
    ],
)
def test_the_instance_of_the_issue_comes_out_with_lists_that_name_too_many(last):
    wishes, ranks = ISSUE_173
    receivers = {**ranks, "H3": (7, *last, 1, 6, 8)}
    instance = Instance(
        {name: tuple(said.split()) for name, said in wishes.items()},
        {name: Receiver(2, listed) for name, listed in receivers.items()},
    )

    matching = deferred_acceptance(instance)

    assert matching == {
        1: None, 2: "H3", 3: None, 4: "H2", 5: "H1", 6: "H1", 7: "H3", 8: "H2",
    }  # fmt: skip
    assert blocking_pairs(instance, matching) == []


def test_a_pair_of_which_one_alone_names_the_other_is_not_acceptable():
    instance = made({"A": "XY", "B": "X"}, {"X": "B", "Y": "A"}, capacity=1)

    matching = deferred_acceptance(instance)

    assert matching == {"A": "Y", "B": "X"}
    assert blocking_pairs(instance, matching) == []
    one_sided = made({"A": "X"}, {"X": ""})
    assert deferred_acceptance(one_sided) == {"A": None}
    assert blocking_pairs(one_sided, {"A": None}) == []


def test_who_is_left_out_is_told_by_whom_and_at_which_rank():
    instance = Instance(
        {"roof": ("school", "mill", "hall"), "bees": ("school",), "bikes": ("school", "mill")},
        {
            "school": Receiver(1, ("bees", "bikes", "roof")),
            "mill": Receiver(1, ("bikes",)),
            "hall": Receiver(2, ("roof",)),
        },
    )

    matching = deferred_acceptance(instance)

    assert matching == {"roof": "hall", "bees": "school", "bikes": "mill"}
    told = refusals(instance, matching)
    assert told["bees"] == []
    assert told["bikes"] == [Refusal("school", wish=1, rank=2, kept_to=1, taken=1, capacity=1)]
    assert told["roof"] == [
        Refusal("school", wish=1, rank=3, kept_to=1, taken=1, capacity=1),
        Refusal("mill", wish=2, rank=None, kept_to=1, taken=1, capacity=1),
    ]


@given(instances())
def test_whoever_refused_is_full_with_better_ones_or_never_named_the_idea(instance):
    told = refusals(instance, deferred_acceptance(instance))
    for refused in told.values():
        for each in refused:
            full = each.taken == each.capacity
            assert each.rank is None or (full and each.kept_to < each.rank)


def test_a_matching_that_a_person_made_is_checked_too():
    assert blocking_pairs(DOCUMENTED, dict.fromkeys("ASDJL")) == [
        ("A", "C"), ("D", "C"), ("D", "M"), ("D", "G"), ("J", "C"), ("J", "G"), ("J", "M"),
        ("L", "M"), ("L", "C"), ("L", "G"), ("S", "C"), ("S", "M"),
    ]  # fmt: skip
    changed = {"A": "C", "S": "C", "D": "M", "J": "G", "L": "M"}
    assert blocking_pairs(DOCUMENTED, changed) == [("D", "C")]
    # Of two that it has, a receiver would give up the one it likes less.
    mixed = {"A": None, "S": "M", "D": "C", "J": "C", "L": "M"}
    assert blocking_pairs(DOCUMENTED, mixed) == [("A", "C"), ("S", "C")]
    # Somebody whom the receiver never named gives way to anybody whom it did.
    imposed = made({"A": "X", "B": "X"}, {"X": "B"}, capacity=1)
    assert blocking_pairs(imposed, {"A": "X", "B": None}) == [("B", "X")]


@pytest.mark.parametrize(
    ("proposers", "receivers", "said"),
    [
        ({"A": "Y"}, {"X": "A"}, "proposers, “A”: there is no receiver “Y”."),
        ({"A": "X"}, {"X": "B"}, "receivers, “X”, ranks: there is no proposer “B”."),
        ({"A": "XX"}, {"X": "A"}, "proposers, “A”: “X” stands in the list twice."),
        ({"A": "X"}, {"X": "AA"}, "receivers, “X”, ranks: “A” stands in the list twice."),
    ],
)
def test_lists_that_cannot_be_are_refused_and_named(proposers, receivers, said):
    with pytest.raises(InstanceError) as refused:
        made(proposers, receivers)
    assert str(refused.value) == said


@pytest.mark.parametrize("capacity", [0, -1, 1_000_001, 1.0, True, "2", None])
def test_a_capacity_that_is_none_is_refused(capacity):
    with pytest.raises(InstanceError, match=r"receivers, “X”, capacity: a .*number"):
        made({"A": "X"}, {"X": "A"}, capacity=capacity)


def test_many_are_matched_without_a_blocking_pair():
    dice = random.Random(3)
    wishes = {name: dice.sample(range(100), 8) for name in range(2_000)}
    ranks = {name: [] for name in range(100)}
    for proposer in dice.sample(range(2_000), 2_000):
        for receiver in wishes[proposer]:
            ranks[receiver].append(proposer)
    instance = Instance(wishes, {name: Receiver(15, listed) for name, listed in ranks.items()})

    matching = deferred_acceptance(instance)

    assert blocking_pairs(instance, matching) == []
    assert sum(receiver is None for receiver in matching.values()) == 500
