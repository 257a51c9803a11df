"""“Not for us”, and the place of newcomers, as pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_matchmaking.scoring.declined import REASONS, Declined, lowered
from eak_matchmaking.scoring.features import obstacles
from eak_matchmaking.scoring.suggesting import WELCOMED, offers_for
from tests.plugins.matchmaking.scoring import need, offer, part, scale_of, scored

SCHOOL = {"subjects": frozenset({"school"}), "communes": frozenset({"92050"})}


def declined(reason, idea="old", kind="place"):
    return Declined(idea, reason, kind, **SCHOOL)


@pytest.mark.parametrize(
    ("reason", "subject", "commune", "kind"),
    [
        ("subject", True, False, False),
        ("place", False, True, False),
        ("means", False, False, True),
        ("moment", False, False, False),
        ("other", False, False, False),
    ],
)
def test_a_reason_says_what_is_like(reason, subject, commune, kind):
    each = declined(reason)
    assert each.is_like({"school"}, {"92012"}, {"money"}) == subject
    assert each.is_like({"roofs"}, {"92050"}, {"money"}) == commune
    assert each.is_like({"roofs"}, {"92012"}, {"place"}) == kind
    assert not each.is_like(set(), set(), set())


def test_every_reason_is_known():
    assert set(REASONS) == {"subject", "place", "means", "moment", "other"}


@given(st.integers(1, 10_000), st.integers(0, 9))
def test_what_has_points_keeps_some_and_never_gains(points, alike):
    left = lowered(points, alike)
    assert 1 <= left <= points
    assert left == points - points * min(alike, 3) // 5


def test_the_declined_idea_itself_is_an_obstacle_and_lowers_nothing_twice():
    wanted = need("new", idea="old", kinds={"place"}, **SCHOOL)
    asked = offer(kinds={"place"}, declined=(declined("place"),))
    assert obstacles(wanted, asked) == ("declined",)
    assert "declined" not in {each.kind for each in scored(wanted, asked).parts}


def test_the_points_of_a_list_are_those_of_its_parts():
    wanted = need("new", "toit", idea="new", kinds={"place"}, **SCHOOL)
    asked = offer(written="toit", kinds={"place"}, declined=(declined("place"),) * 2)
    scale = scale_of([asked])
    sought = scale.sought(wanted)
    score = scale.score(wanted, asked, sought)
    assert part(score, "declined").points == score.points - sum(
        each.points for each in score.parts if each.kind != "declined"
    )
    assert score.points == scale.points(wanted, asked, sought) > 0


def test_a_change_counts_what_is_lost_again():
    wanted = need("new", idea="new", kinds={"place"}, **SCHOOL)
    lowered_one = offer("a", communes={"92050"}, declined=(declined("place"),) * 3)
    other = offer("b", kinds={"place"})
    [first, second] = offers_for(
        scale_of([lowered_one, other]), wanted, [lowered_one, other], seed="", most=5
    ).best
    assert (first.name, second.name) == ("b", "a")
    # The kind of resource would not make up for it: 1,688 + 1,125 points, less three fifths.
    assert second.change is None
    assert second.score.points == 1_125 - 1_125 * 3 // 5


def ranked(number, welcome=()):
    wanted = need(written="alpha beta gamma delta", kinds={"place"})
    words = "alpha beta gamma delta".split()
    offers = [
        offer(str(each), " ".join(words[: 4 - each // 3]), kinds={"place"})
        for each in range(number)
    ]
    found = offers_for(
        scale_of(offers), wanted, offers, seed="s", most=8, welcome=frozenset(welcome)
    )
    return [each.name for each in found.best], found


def test_a_newcomer_far_down_has_the_fifth_place_and_the_others_keep_their_order():
    before, _found = ranked(12)
    last = ranked(12)[1]
    all_names = {str(each) for each in range(12)}
    [far, *_rest] = sorted(all_names - set(before))
    after, found = ranked(12, [far])
    assert after[WELCOMED - 1] == far
    assert [each for each in after if each != far] == before[:7]
    assert [each.welcomed for each in found.best] == [False] * 4 + [True] + [False] * 3
    assert last.best[4].welcomed is False


@pytest.mark.parametrize("place", range(5))
def test_a_newcomer_who_is_up_there_already_stays(place):
    before, _found = ranked(12)
    after, found = ranked(12, [before[place], before[7]])
    assert after == before
    assert not any(each.welcomed for each in found.best)


def test_only_the_best_newcomer_of_a_list_has_the_place():
    before, _found = ranked(12)
    after, _found = ranked(12, [before[6], before[7]])
    assert after[4] == before[6]
    assert after[7] == before[7]
