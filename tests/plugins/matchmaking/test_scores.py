"""Scores and their parts, the order they give, what would have changed it, who is left out."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eak_matchmaking.scoring.features import obstacles
from eak_matchmaking.scoring.scores import Part
from eak_matchmaking.scoring.sides import Period
from eak_matchmaking.scoring.suggesting import needs_for, offers_for
from eak_matchmaking.scoring.weights import FEATURES, POINTS, Weights, apportioned
from tests.plugins.matchmaking.scoring import (
    MARCH,
    PUBLISHED,
    need,
    offer,
    part,
    scale_of,
    scored,
    thesaurus,
)

WANTED = need(
    "roof", "végétalisation des toitures de l’école",
    kinds={"place", "money"}, subjects={"Toits verts"}, communes={"92050"}, publics={"pupils"},
    period=MARCH,
)  # fmt: skip
SCHOOL = offer(
    "school", "une toiture à végétaliser", kinds={"place"}, subjects={"Toits verts", "Éducation"},
    communes={"92050", "92012"}, publics={"pupils"}, period=Period(MARCH.first, date(2026, 3, 8)),
)  # fmt: skip
BANK = offer("bank", "un prêt", kinds={"money"})
codes = st.frozensets(st.sampled_from("abcd"))


def names(suggestions):
    return [each.name for each in suggestions.best]


def test_the_weights_are_the_published_ones_and_make_ten_thousand_points():
    with_meaning = Weights().points(with_meaning=True)
    without = Weights().points(with_meaning=False)

    assert sum(with_meaning[each] for each in FEATURES) == 4_500
    assert (with_meaning["words"], with_meaning["meaning"]) == (3_500, 2_000)
    assert sum(without[each] for each in FEATURES) == 5_625
    assert (without["words"], without["meaning"]) == (4_375, 0)
    assert sum(with_meaning.values()) == sum(without.values()) == POINTS
    assert [with_meaning[each] for each in FEATURES] == [1_350, 1_125, 900, 675, 450]


@given(st.integers(0, 10_000), st.lists(st.integers(0, 50), min_size=1).filter(sum))
def test_what_is_apportioned_is_all_there_and_nobody_gets_more_than_one_too_many(total, weights):
    parts = apportioned(total, weights)

    assert sum(parts) == total
    for part_, weight in zip(parts, weights, strict=True):
        assert 0 <= part_ - total * weight // sum(weights) <= 1


def test_each_part_says_what_it_is_for_and_what_is_missing():
    score = scored(WANTED, SCHOOL, BANK)

    assert score.parts[:5] == (
        Part("kind", 844, 1_688, ("place",), ("money",), met=1, asked=2),
        Part("subject", 1_406, 1_406, ("Toits verts",), met=1, asked=1),
        Part("commune", 1_125, 1_125, ("92050",), met=1, asked=1),
        Part("public", 844, 844, ("pupils",), met=1, asked=1),
        Part("period", 562 * 8 // 31, 562, met=8, asked=31),
    )
    words = part(score, "words")
    assert set(words.items) == {"végétalisation", "toitures"}
    assert 0 < words.points <= words.most == 4_375
    assert score.points == sum(each.points for each in score.parts)


def test_what_the_need_does_not_state_gives_nothing():
    assert scored(need(), SCHOOL).parts == ()
    assert scored(need(written="vélo"), SCHOOL).points == 0


def test_an_offer_without_communes_holds_everywhere_and_without_a_period_always():
    anywhere = scored(WANTED, BANK)

    assert part(anywhere, "commune") == Part(
        "commune", 562, 1_125, missing=("92050",), met=1, asked=2
    )
    assert part(anywhere, "period").points == part(anywhere, "period").most
    assert obstacles(WANTED, BANK) == ()


def test_synonyms_are_told_with_the_word_they_stand_for():
    words = thesaurus("voirie, chaussée")
    mended = offer("mason", "La Chaussée", words=words)

    score = scored(need(written="voirie", words=words), mended, words=words)

    assert part(score, "words").items == ("voirie ≈ chaussée",)


def test_the_words_never_give_more_than_their_weight():
    all_of_it = offer(written="végétalisation toitures école " * 2)
    score = scored(WANTED, all_of_it, *(offer(str(n), "vélo " * 20) for n in range(40)))

    assert part(score, "words").points == part(score, "words").most


def test_meaning_counts_only_where_it_is_switched_on():
    off = scored(WANTED, SCHOOL, alike=900)
    on = scored(WANTED, SCHOOL, alike=900, with_meaning=True)

    assert "meaning" not in {each.kind for each in off.parts}
    assert part(on, "meaning") == Part("meaning", 1_800, 2_000)
    for out_of_range, points in ((-50, 0), (1_700, 2_000)):
        score = scored(WANTED, SCHOOL, alike=out_of_range, with_meaning=True)
        assert part(score, "meaning").points == points
    assert "meaning" not in {each.kind for each in scored(WANTED, SCHOOL, with_meaning=True).parts}


@given(codes, codes, codes, codes, codes, codes)
def test_a_score_is_from_0_to_ten_thousand_and_full_where_all_is_met(a, b, c, d, e, f):
    wanted = need(written="toit", kinds=a, subjects=b, communes=c)
    score = scored(wanted, offer(written="toit", kinds=d, subjects=e, communes=f))

    assert 0 <= score.points <= POINTS
    for each, (asked, offered) in zip(("kind", "subject"), ((a, d), (b, e)), strict=True):
        if asked:
            found = part(score, each)
            assert (found.points == found.most) == (asked <= offered)


@pytest.mark.parametrize(
    ("stated", "against"),
    [
        ({"places": 0}, ("capacity",)),
        ({"period": Period(date(2026, 4, 1), date(2026, 4, 30))}, ("period",)),
        ({"period": Period(date(2026, 3, 31), date(2026, 4, 30))}, ()),
        ({"communes": {"92012"}}, ("territory",)),
        ({"communes": {"92012", "92050"}}, ()),
        (
            {
                "places": 0,
                "communes": {"92012"},
                "period": Period(date(2027, 3, 1), date(2027, 3, 2)),
            },
            ("capacity", "period", "territory"),
        ),
    ],
)
def test_what_makes_an_answer_impossible_is_named_all_of_it(stated, against):
    assert obstacles(WANTED, offer(**stated)) == against


def test_who_is_left_out_is_told_why_and_where_it_would_stand():
    full = offer("full", "toiture à végétaliser", kinds={"place"}, communes={"92050"}, places=0)
    late = offer("late", period=Period(date(2027, 1, 1), date(2027, 2, 1)), communes={"92050"})
    stranger = offer("stranger", "vélo")
    wanted = need(
        "idea", "toiture végétalisation", kinds={"place"}, communes={"92050"}, period=MARCH
    )
    plain = need("plain", "toiture")
    scale = scale_of([full, late, SCHOOL, BANK, stranger])

    found = offers_for(scale, wanted, [full, late, SCHOOL, BANK], seed="s", most=9)

    assert names(found) == ["school", "bank"]
    assert [(each.name, each.obstacles, each.rank) for each in found.left_out] == [
        ("full", ("capacity",), 1), ("late", ("period",), 2),
    ]  # fmt: skip
    (nothing,) = offers_for(scale, plain, [stranger], seed="s", most=9).left_out
    assert (nothing.name, nothing.obstacles, nothing.score.points) == ("stranger", (), 0)


def test_what_would_have_changed_the_rank_is_the_smallest_step_that_leads_furthest():
    wanted = need(kinds={"place", "skill"}, subjects={"a"}, publics={"p"}, period=MARCH)
    first = offer("first", kinds={"place", "skill"}, subjects={"a"})
    second = offer("second", kinds={"place", "skill"}, publics={"p"})
    third = offer("third", kinds={"place"}, publics={"p"}, at=PUBLISHED + timedelta(days=1))
    scale = scale_of([first, second, third])

    found = offers_for(scale, wanted, [third, second, first], seed="s", most=9)
    one, two, three = found.best

    assert names(found) == ["first", "second", "third"]
    assert one.change is None
    # Its subject alone brings it to the top; the public of the first would not be needed.
    assert (two.change.part.kind, two.change.part.missing, two.change.rank) == (
        "subject",
        ("a",),
        1,
    )
    assert two.change.points == 1_406
    # With all kinds it would be equal to the second, with the subject to the first, and is behind
    # each of them, having come later.
    assert (three.change.part.kind, three.change.rank) == ("subject", 2)


def test_of_two_changes_that_lead_as_far_the_smaller_is_told():
    wanted = need(kinds={"place"}, subjects={"a"}, publics={"p"})
    later = offer("later", subjects={"a"}, at=PUBLISHED + timedelta(days=1))

    found = offers_for(
        scale_of([]), wanted, [offer("first", subjects={"a"}), later], seed="s", most=2
    )

    assert found.best[1].change.part.kind == "public"


def test_of_two_changes_the_one_that_leads_further_is_told_though_it_is_larger():
    wanted = need(kinds={"place"}, subjects={"a"}, publics={"p"})
    later = offer("later", publics={"p"}, at=PUBLISHED + timedelta(days=1))
    others = [offer("first", subjects={"a"}, publics={"p"}), offer("second", kinds={"place"})]

    found = offers_for(scale_of([]), wanted, [*others, later], seed="s", most=3)

    # With the subject it would be equal to the first, and behind it.
    assert [each.name for each in found.best] == ["first", "second", "later"]
    change = found.best[2].change
    assert (change.part.kind, change.points, change.rank) == ("kind", 1_688, 1)


def test_one_commune_in_common_is_enough():
    assert obstacles(need(communes={"92050", "92026"}), offer(communes={"92050"})) == ()


def test_a_change_is_told_only_where_it_brings_one_up():
    wanted = need(kinds={"place"}, publics={"p"})
    found = offers_for(
        scale_of([]), wanted, [offer("a", kinds={"place"}), offer("b", publics={"p"})],
        seed="s", most=2,
    )  # fmt: skip
    assert [each.change and each.change.part.kind for each in found.best] == [None, "kind"]

    far = offers_for(
        scale_of([]), need(kinds={"place", "x"}, period=MARCH),
        [offer("a", kinds={"place", "x"}),
         offer("b", kinds={"place"}, period=Period(MARCH.first, MARCH.first))],
        seed="s", most=2,
    )  # fmt: skip
    assert far.best[1].change is None


def test_the_promised_rank_is_what_the_change_brings():
    stated = [("ab", "cd"), ("a", "cd"), ("ab", "c"), ("b", ""), ("", "c"), ("a", "d")]
    offers = [
        offer(str(n), kinds=set(kinds), subjects=set(subjects), at=PUBLISHED + timedelta(days=n))
        for n, (kinds, subjects) in enumerate(stated)
    ]
    wanted = need(kinds=frozenset("ab"), subjects=frozenset("cd"))
    scale = scale_of([])
    by_name = {each.candidate.name: each for each in offers}

    told_of = offers_for(scale, wanted, offers, seed="s", most=9).best
    assert sum(told.change is not None for told in told_of) >= 3
    for told in told_of:
        if told.change is None:
            continue
        before = by_name[told.name]
        better = {"kind": {"kinds": wanted.kinds}, "subject": {"subjects": wanted.subjects}}
        now = {"kinds": before.kinds, "subjects": before.subjects}
        after = offer(
            told.name, at=before.candidate.published_at, **now | better[told.change.part.kind]
        )
        others = [each for each in offers if each is not before]
        again = offers_for(scale, wanted, [*others, after], seed="s", most=9)
        assert names(again).index(told.name) + 1 == told.change.rank


def test_equal_scores_go_by_the_published_order_and_rows_change_nothing():
    early = offer("early", kinds={"place"}, at=PUBLISHED - timedelta(days=1))
    others = [offer(name, kinds={"place"}) for name in "abc"]
    wanted = need(kinds={"place"})

    def order(rows, seed):
        return names(offers_for(scale_of([]), wanted, rows, seed=seed, most=9))

    assert order([*others, early], "s")[0] == "early"
    assert order([*others, early], "s") == order([early, *reversed(others)], "s")
    assert len({order(others, str(seed))[0] for seed in range(12)}) > 1


def test_a_pair_scores_the_same_from_both_sides():
    other = need("bikes", "réparer des vélos", kinds={"skill"})
    scale = scale_of([SCHOOL, BANK])

    of_need = offers_for(scale, WANTED, [SCHOOL, BANK], seed="s", most=9)
    of_offer = needs_for(scale, SCHOOL, [other, WANTED], seed="s", most=9)

    assert [each.name for each in of_offer.best] == ["roof"]
    assert [each.name for each in of_offer.left_out] == ["bikes"]
    (ours,) = (each.score for each in of_need.best if each.name == "school")
    assert of_offer.best[0].score == ours


def test_only_the_best_are_told_and_all_are_counted():
    many = [offer(str(number), kinds={"place"}) for number in range(30)]

    found = offers_for(scale_of([]), need(kinds={"place"}), many, seed="s", most=3)

    assert (len(found.best), found.found) == (3, 30)


def test_of_those_left_out_the_first_are_told_and_all_are_counted():
    full = [offer(str(number), kinds={"place"}, places=0) for number in range(30)]

    found = offers_for(scale_of([]), need(kinds={"place"}), full, seed="s", most=3)

    assert (found.best, len(found.left_out), found.hindered) == ((), 3, 30)


@given(codes, codes, codes, codes, st.integers(0, 40), st.integers(1, 9), st.integers(0, 1_100))
def test_the_order_is_by_the_points_that_are_told(a, b, c, d, later, days, alike):
    words = thesaurus("alpha, bravo", "delta, charlie")
    first = MARCH.first + timedelta(days=later)
    wanted = need("n", "alpha charlie echo", words=words, kinds=a, communes=b, period=MARCH)
    offered = offer(
        "o", "bravo charlie delta", words=words, kinds=c, communes=d,
        period=Period(first, first + timedelta(days=days)),
    )  # fmt: skip
    scale = scale_of([offered], words, with_meaning=True)
    sought = scale.sought(wanted)

    told = scale.score(wanted, offered, sought, alike)

    assert scale.points(wanted, offered, sought, alike) == told.points
    assert all(0 <= each.points <= each.most for each in told.parts)


def test_meaning_is_given_by_name():
    found = offers_for(
        scale_of([SCHOOL, BANK], with_meaning=True), need(written="musique"), [SCHOOL, BANK],
        seed="s", most=9, alike={"bank": 400},
    )  # fmt: skip
    assert names(found) == ["bank"]
    assert found.best[0].score.points == 800
    back = needs_for(
        scale_of([SCHOOL, BANK], with_meaning=True), BANK, [need(written="musique")],
        seed="s", most=9, alike={"idea": 400},
    )  # fmt: skip
    assert back.best[0].score.points == 800


def test_periods_count_their_last_day_and_know_leap_days_and_summer_time():
    assert Period(date(2028, 2, 28), date(2028, 3, 1)).days == 3
    assert Period(date(2026, 3, 28), date(2026, 3, 30)).days == 3
    assert MARCH.common(Period(date(2026, 3, 31), date(2026, 5, 1))) == 1
    assert MARCH.common(Period(date(2026, 4, 1), date(2026, 5, 1))) == 0
    with pytest.raises(ValueError, match="2026-03-01, before 2026-03-02"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


@pytest.mark.parametrize(
    "wrong",
    [{"stated": -1}, {"stated": 0, "words": 0}, {"meaning": -1}, {"features": (0, 0, 0, 0, 0)},
     {"features": (1, 1, 1, 1, -1)}],
)  # fmt: skip
def test_weights_that_weigh_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="a weight is 0 or more"):
        Weights(**wrong)
