"""What is published of the lists is enough to match again, and no more."""

import json

from hypothesis import given

from eak_matchmaking.rounds.deferred_acceptance import deferred_acceptance
from eak_matchmaking.rounds.disclosed import disclosed
from eak_matchmaking.rounds.documents import read, written
from eak_matchmaking.rounds.explaining import blocking_pairs, refusals
from eak_matchmaking.rounds.instance import Instance, Receiver
from tests.plugins.matchmaking.test_rounds import instances


@given(instances())
def test_it_gives_the_same_matching_and_the_same_refusals(instance):
    matching = deferred_acceptance(instance)
    shown = disclosed(instance, matching)

    again = deferred_acceptance(shown)

    assert {name: to for name, to in again.items() if to} == {
        name: to for name, to in matching.items() if to
    }
    assert blocking_pairs(shown, again) == []
    whole = refusals(instance, matching)
    assert {name: [each.receiver for each in told] for name, told in refusals(shown, again).items()
            if told} == {
        name: named for name, told in whole.items()
        if (named := [each.receiver for each in told if each.rank is not None])
    }  # fmt: skip


def test_wishes_that_were_never_read_are_not_in_it():
    instance = Instance(
        {1: ("X", "Y", "Z"), 2: ("X", "Z"), 3: ("Y", "X")},
        {"X": Receiver(1, (2, 3, 1)), "Y": Receiver(1, (1, 3)), "Z": Receiver(4, (2, 1))},
    )
    shown = disclosed(instance, deferred_acceptance(instance))

    assert shown.proposers == {1: ("X", "Y"), 2: ("X",), 3: ("Y", "X")}
    assert shown.receivers == {"X": Receiver(1, (2, 3, 1)), "Y": Receiver(1, (1, 3))}


@given(instances())
def test_what_is_written_is_read_again(instance):
    named = Instance(
        {str(name): wishes for name, wishes in instance.proposers.items()},
        {
            name: Receiver(each.capacity, tuple(str(one) for one in each.ranks))
            for name, each in instance.receivers.items()
        },
    )
    shown = disclosed(named, deferred_acceptance(named))
    if shown.proposers:
        assert read(written(shown)) == shown


def test_the_order_of_names_changes_no_byte():
    lists = {"b": ("x",), "a": ("x",)}, {"x": Receiver(1, ("a", "b"))}
    turned = dict(reversed(lists[0].items())), lists[1]
    assert written(Instance(*lists)) == written(Instance(*turned))
    assert list(json.loads(written(Instance(*lists)))["proposers"]) == ["a", "b"]
