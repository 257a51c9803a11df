"""What a round is solved from: scores, declared orders, vetoes, and the rule for ties."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from eak_matchmaking.rounds.deferred_acceptance import deferred_acceptance
from eak_matchmaking.rounds.instance import InstanceError
from eak_matchmaking.rounds.preferences import Round
from eak_matchmaking.ties import Candidate, lot

MONDAY, TUESDAY = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3))


def candidates(**published):
    return {name: Candidate(name, at) for name, at in published.items()}


CALL = Round(
    ideas=candidates(roof=MONDAY, bees=MONDAY, bikes=TUESDAY),
    partners=candidates(school=MONDAY, mill=TUESDAY),
    capacities={"school": 1, "mill": 2},
    scores={
        ("roof", "school"): 900, ("roof", "mill"): 400, ("bees", "school"): 700,
        ("bees", "mill"): 800, ("bikes", "school"): 950, ("bikes", "mill"): 0,
    },
    seed="the call of spring",
)  # fmt: skip


def test_both_sides_rank_by_score_and_a_pair_without_a_point_is_not_acceptable():
    instance = CALL.instance()

    assert instance.proposers == {
        "roof": ("school", "mill"), "bees": ("mill", "school"), "bikes": ("school",),
    }  # fmt: skip
    assert instance.receivers["school"].ranks == ("bikes", "roof", "bees")
    assert instance.receivers["mill"].ranks == ("bees", "roof")
    assert deferred_acceptance(instance) == {"roof": "mill", "bees": "mill", "bikes": "school"}


def test_who_is_declared_comes_before_what_scores_say_and_the_others_behind():
    declared = replace(
        CALL,
        declared_by_ideas={"roof": ("mill",)},
        declared_by_partners={"school": ("bees", "roof")},
    ).instance()

    assert declared.proposers["roof"] == ("mill", "school")
    assert declared.receivers["school"].ranks == ("bees", "roof", "bikes")


def test_a_pair_that_somebody_vetoes_is_not_acceptable_even_where_it_is_declared():
    vetoed = replace(
        CALL,
        vetoes=[("bikes", "school")],
        declared_by_ideas={"bikes": ("school",)},
    ).instance()

    assert vetoed.proposers["bikes"] == ()
    assert "bikes" not in vetoed.receivers["school"].ranks
    assert deferred_acceptance(vetoed)["bikes"] is None


def test_equal_scores_go_to_whoever_was_published_first_and_then_by_lot():
    same = dict.fromkeys(((idea, "school") for idea in CALL.ideas), 500)
    drawn = {
        name: sha256(f"the call of spring:{name}".encode()).digest() for name in ("roof", "bees")
    }
    first, second = sorted(drawn, key=drawn.__getitem__)

    ranks = replace(CALL, scores=same).instance().receivers["school"].ranks

    assert ranks == (first, second, "bikes")
    seeds = {replace(CALL, scores=same, seed=str(n)).instance().receivers["school"].ranks[0]
             for n in range(12)}  # fmt: skip
    assert seeds == {"roof", "bees"}


def test_a_lot_can_be_drawn_by_anybody():
    assert lot("a", "1").hex() == sha256(b"a:1").hexdigest()


def test_the_order_of_rows_changes_nothing():
    scores = {**CALL.scores, ("bees", "school"): 900}
    backwards = replace(
        CALL,
        ideas=dict(reversed(CALL.ideas.items())),
        partners=dict(reversed(CALL.partners.items())),
        scores=dict(reversed(scores.items())),
    )
    assert backwards.instance() == replace(CALL, scores=scores).instance()


def test_a_partner_without_a_place_is_refused():
    with pytest.raises(InstanceError, match="receivers, “school”, capacity"):
        replace(CALL, capacities={"school": 0, "mill": 1}).instance()
