"""The drawings of results: where bars begin and end, and whether everybody can read them."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eak_voting
from eak_voting.counting.methods.majority import majority_grade
from eak_voting.pages.results import charts, drawings
from eak_voting.settings import GRADES
from tests.core.web.test_contrast import SHEETS, contrast, tokens

STYLES = (Path(eak_voting.__file__).parent / "static/results.css").read_text(encoding="utf-8")

tallies = st.lists(st.integers(0, 10**6), min_size=GRADES, max_size=GRADES)


def number(length: str) -> Fraction:
    assert re.fullmatch(r"\d+(\.\d+)?%", length), length
    return Fraction(length[:-1])


def test_a_bar_goes_from_the_best_grade_to_the_worst_and_marks_the_median() -> None:
    bar = charts.merit_bar([129, 146, 256, 434, 532, 236, 0], 4)
    assert [part.grade for part in bar.segments] == [6, 5, 4, 3, 2, 1]
    assert [part.count for part in bar.segments] == [236, 532, 434, 256, 146, 129]
    assert bar.total == 1733
    assert [part.grade for part in bar.segments if part.is_median] == [4]
    assert bar.segments[0].start == "0%"
    assert bar.segments[0].width == "13.62%"
    assert bar.segments[1].start == "13.62%"
    assert bar.segments[1].middle == "28.97%"


@given(tallies.filter(any))
def test_the_segments_of_a_bar_fill_it_and_the_median_stands_at_its_half(tally: list[int]) -> None:
    bar = charts.merit_bar(tally, majority_grade(tally))
    rounding = Fraction(1, 50)
    end = Fraction(0)
    for part in bar.segments:
        assert abs(number(part.start) - end) <= rounding
        end = number(part.start) + number(part.width)
        middle = number(part.middle)
        assert abs(middle - number(part.start) - number(part.width) / 2) <= rounding
    assert abs(end - 100) <= rounding
    [median] = [part for part in bar.segments if part.is_median]
    assert number(median.start) <= 50 + rounding
    assert number(median.start) + number(median.width) >= 50 - rounding


def test_an_option_that_nobody_graded_has_an_empty_bar() -> None:
    assert charts.merit_bar([0] * GRADES, 0).segments == ()


def test_narrow_segments_hold_no_letters() -> None:
    wide, narrow = charts.merit_bar([950, 0, 0, 0, 0, 0, 50], 1).segments[::-1]
    assert (wide.has_initials, wide.has_share) == (True, True)
    assert (narrow.has_initials, narrow.has_share) == (False, False)


@given(st.lists(st.integers(0, 1000), max_size=20), st.integers(1, 1000))
def test_no_bar_of_votes_is_longer_than_its_place(counts: list[int], more: int) -> None:
    whole = max(counts, default=0) + more
    full = charts.scale(counts, whole)
    assert all(number(charts.bar_width(each, whole, full)) <= 100 for each in counts)


def test_bars_of_small_shares_are_drawn_against_a_small_scale() -> None:
    assert charts.scale([590, 12], 7260) == 10
    assert charts.scale([60], 100) == 75
    assert charts.scale([100], 100) == 100
    assert charts.scale([], 0) == 5


def test_a_budget_shows_what_both_counts_fund_first_and_what_is_left() -> None:
    bar = charts.budget_bar([(1, 30), (2, 20), (3, 25)], frozenset({3, 1, 9}), 100)
    assert [(part.number, part.start, part.width, part.is_shared) for part in bar.parts] == [
        (1, "0%", "30%", True),
        (3, "30%", "25%", True),
        (2, "55%", "20%", False),
    ]
    assert bar.spent == "75%"


# Colours ----------------------------------------------------------------------------------------


def mixed(one: str, per_cent: float, other: str) -> str:
    """``color-mix(in srgb, one per_cent%, other)``."""
    parts = (
        round(
            int(one[i : i + 2], 16) * per_cent / 100
            + int(other[i : i + 2], 16) * (1 - per_cent / 100)
        )
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


def palette(known: dict[str, str]) -> dict[str, str]:
    """The colours of `results.css` under the tokens of a theme."""
    found = {}
    for name, value in re.findall(r"--results-([\w-]+): (.+);", STYLES):
        mix = re.fullmatch(
            r"color-mix\(in srgb, var\(--eak-([\w-]+)\) (\d+)%, var\(--eak-([\w-]+)\)\)", value
        )
        single = re.fullmatch(r"var\(--eak-([\w-]+)\)", value)
        if mix:
            found[name] = mixed(known[mix[1]], float(mix[2]), known[mix[3]])
        else:
            assert single, value
            found[name] = known[single[1]]
    return found


THEMES = [(theme, scheme) for theme in SHEETS for scheme in ("light", "dark")]


@pytest.mark.parametrize(("theme", "scheme"), THEMES)
def test_letters_on_every_grade_can_be_read_in_every_theme(theme: str, scheme: str) -> None:
    colours = palette(tokens(SHEETS[theme], scheme))
    for grade in range(1, GRADES + 1):
        ink = colours["strong-ink" if grade > 4 else "weak-ink"]
        assert contrast(ink, colours[str(grade)]) >= 4.5, (grade, colours[str(grade)], ink)


@pytest.mark.parametrize(("theme", "scheme"), THEMES)
def test_grades_go_from_the_strongest_to_the_faintest_so_that_grey_keeps_their_order(
    theme: str, scheme: str
) -> None:
    known = tokens(SHEETS[theme], scheme)
    colours = palette(known)
    strength = [contrast(colours[str(grade)], known["paper"]) for grade in range(7, 2, -1)]
    assert strength == sorted(strength, reverse=True)


def test_letters_on_drawings_can_be_read_too() -> None:
    for grade, colour in drawings.COLOURS.items():
        assert contrast("#ffffff" if grade > 4 else "#1f2a24", colour) >= 4.5
