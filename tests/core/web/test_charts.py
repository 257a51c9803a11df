"""Charts: where their parts stand, whether everybody can read them, and what their tables say."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st

import eak_core
from eak_core.kit.testing.pages import Page
from eak_core.web import charts
from eak_core.web.charts import bars, looks, pictures, plots
from eak_core.web.charts.canvas import Box, Canvas
from eak_core.web.typography import joined
from tests.core.web.chart_samples import GOLDEN, SAMPLES, drawing
from tests.core.web.test_contrast import SHEETS, contrast, tokens

SVG = "{http://www.w3.org/2000/svg}"
ONE = """{% from "macros/charts.html" import chart -%}
<h2 id="one">{{ c.title }}</h2>{{ chart(c, "one") }}"""
HOSTILE = '<script>alert("1")</script>&" onload=x'
KINDS = list(SAMPLES)
PICTURES = ("lines", "map", "flow")

kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def reading(site: Flask) -> Iterator[None]:
    with site.test_request_context("/?lang=en"):
        yield


def page(chart: charts.Chart) -> str:
    return render_template_string(ONE, c=chart)


def parsed(fragment: str) -> ET.Element:
    """What a strict parser makes of it."""
    return ET.fromstring(f"<body>{fragment}</body>")  # noqa: S314 – our own answer


def heard(element: ET.Element) -> Iterator[str]:
    """The texts that a screen reader says."""
    if element.get("aria-hidden") != "true":
        if element.text and element.text.strip():
            yield element.text.strip()
        for child in element:
            yield from heard(child)
            if child.tail and child.tail.strip():
                yield child.tail.strip()


def number(length: str) -> Fraction:
    assert re.fullmatch(r"\d+(\.\d+)?%", length), length
    return Fraction(length[:-1])


# Bars and profiles ------------------------------------------------------------------------------

TALLY = [0, 236, 532, 434, 256, 146, 129]
tallies = st.lists(st.integers(0, 10**6), min_size=7, max_size=7)


def profile(tally: list[int], marked: int | None = None) -> list[ET.Element]:
    """What is drawn of one profile, shape by shape."""
    stacks = SAMPLES["stacks"]
    assert isinstance(stacks, charts.Stacks)
    parts = tuple(charts.Part(grade, count) for grade, count in enumerate(tally))
    row = charts.Stack(charts.Label("One"), parts, marked)
    [shapes] = bars.drawn_rows(replace(stacks, rows=(row,)), looks.PAGE)
    return list(parsed(shapes).iter())


def segments(tally: list[int]) -> list[tuple[Fraction, Fraction]]:
    """Where each part begins, and how wide it is, in per cent."""
    return [
        (number(each.get("x") or ""), number(each.get("width") or ""))
        for each in profile(tally)
        if re.fullmatch(r"eak-chart__t\d", each.get("class") or "")
    ]


def test_a_profile_goes_from_the_first_grade_to_the_last_and_frames_the_marked_one() -> None:
    assert segments(TALLY)[:2] == [(0, Fraction("13.62")), (Fraction("13.62"), Fraction("30.7"))]
    [frame] = [each for each in profile(TALLY, 3) if each.get("class") == "eak-chart__frame"]
    assert number(frame.get("x") or "") < 50
    assert number(frame.get("x") or "") + number(frame.get("width") or "") > 50


@given(tallies.filter(any))
def test_the_parts_of_a_profile_fill_it(tally: list[int]) -> None:
    rounding, end = Fraction(1, 50), Fraction(0)
    for start, width in segments(tally):
        assert abs(start - end) <= rounding
        end = start + width
    assert abs(end - 100) <= rounding


def test_narrow_parts_hold_no_letters() -> None:
    texts = ["".join(each.itertext()) for each in profile([950, 0, 0, 0, 0, 0, 50])]
    assert any(text.startswith("E 95") for text in texts)
    assert "TR" not in texts


@given(st.lists(st.integers(0, 1000), max_size=20), st.integers(1, 1000))
def test_no_bar_is_longer_than_its_place(amounts: list[int], more: int) -> None:
    whole = max(amounts, default=0) + more
    full = charts.full_bar(amounts, whole)
    assert all(each <= full for each in amounts)


def test_bars_of_small_shares_are_drawn_against_a_small_scale() -> None:
    assert [charts.full_bar(*each) for each in (([590, 12], 7260), ([60], 100), ([], 0))] == [
        726, 75, 0,
    ]  # fmt: skip
    assert bars.position(10**30, 1) == "100%"
    assert bars.position(-1, 5) == "0%"


# The page ---------------------------------------------------------------------------------------


@kinds
def test_a_screen_reader_hears_the_table_and_no_drawing(kind: str) -> None:
    chart = SAMPLES[kind]
    body = parsed(page(chart))
    [table] = body.iter("table")
    rows = [[*map("".join, (cell.itertext() for cell in row))] for row in table.iter("tr")]
    assert rows[0] == [column.name for column in chart.table.columns]
    assert rows[1:] == [[*map(joined, each)] for each in chart.table.texts()]
    drawings = [each for each in body.iter() if each.tag.endswith("svg")]
    assert drawings
    assert all(each.get("aria-hidden") == "true" for each in drawings)
    labels = {label.name for label, _shapes in pictures.chart_drawn(chart).rows}
    assert labels <= {cell for row in rows for cell in row}
    assert labels <= set(heard(body))


@kinds
def test_all_that_a_drawing_says_stands_in_its_table_or_beside_it(kind: str) -> None:
    chart = SAMPLES[kind]
    words = " ".join(cell for row in chart.table.texts() for cell in row)
    if kind in {"map", "flow"}:
        for svg in pictures.chart_drawn(chart).pictures:
            for text in parsed(str(svg)).iter("text"):
                for word in (text.text or "").split():
                    assert word in words, word


@kinds
def test_a_chart_has_no_style_and_no_script_and_its_ids_are_its_own(kind: str) -> None:
    text = page(SAMPLES[kind])
    assert Page(text).inline == []
    assert "style=" not in text
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)
    assert set(re.findall(r'aria-labelledby="([^"]+)"', text)) <= set(ids)


def hostile(chart: charts.Chart) -> charts.Chart:
    """``chart`` with a text of somebody who means harm in all places."""
    changes: dict[str, Any] = {"title": HOSTILE, "caption": HOSTILE}
    if isinstance(chart, charts.Bars | charts.Stacks | charts.Timeline):
        label = charts.Label(HOSTILE, HOSTILE, HOSTILE, f"/{HOSTILE}", note=HOSTILE)
        changes["rows"] = tuple(replace(row, label=label) for row in chart.rows)  # type: ignore[type-var]
    if isinstance(chart, charts.Stacks):
        changes["grades"] = tuple(
            replace(each, name=HOSTILE, initials="<b>") for each in chart.grades
        )
    if isinstance(chart, charts.Lines):
        changes |= {
            "along": HOSTILE,
            "limit_name": HOSTILE,
            "lines": tuple(replace(each, name=HOSTILE) for each in chart.lines),
            "said": lambda _amount: HOSTILE,
        }
    if isinstance(chart, charts.PlaceMap):
        changes["places"] = tuple(replace(each, name=HOSTILE) for each in chart.places)
    if isinstance(chart, charts.Flow):
        changes["nodes"] = tuple(
            replace(each, title=HOSTILE, value=HOSTILE) for each in chart.nodes
        )
    return replace(chart, **changes)


@kinds
def test_what_people_wrote_is_text_and_nothing_else(kind: str) -> None:
    chart = hostile(SAMPLES[kind])
    for text in (page(chart), charts.document(chart, HOSTILE, HOSTILE, (HOSTILE, HOSTILE))):
        assert "<script" not in text
        assert "<b>" not in text.replace('<b aria-hidden="true">', "")
        element = ET.fromstring(text) if text.startswith("<svg") else parsed(text)  # noqa: S314
        assert not [each for each in element.iter() if each.get("onload")]
    assert page(chart).count("&lt;script&gt;") >= 3


def test_a_key_is_a_word() -> None:
    for key in ("", "A", 'x"', "a b", "1", "x\n"):
        with pytest.raises(ValueError, match="is no key"):
            replace(SAMPLES["bars"], key=key)


def emptied(chart: charts.Chart) -> charts.Chart:
    names = ("rows", "lines", "places", "nodes", "arrows")
    nothing: dict[str, Any] = {name: () for name in names if hasattr(chart, name)}
    return replace(chart, **nothing)


@kinds
def test_nothing_to_show_is_a_chart_too(kind: str) -> None:
    chart = emptied(SAMPLES[kind])
    assert list(chart.table.rows) == []
    parsed(page(chart))
    ET.fromstring(charts.document(chart, "None", "", ("", "")))  # noqa: S314


def extreme(amounts: list[int], name: str) -> Iterator[charts.Chart]:
    """Charts of ``amounts`` under ``name``."""
    label = charts.Label(name, name, name)
    base: Any = {"key": "k", "title": name, "caption": name}
    grades = (charts.Grade(name, 7, "AB"), charts.Grade(name, 1))
    bars_ = tuple(charts.Bar(label, each) for each in amounts)
    yield charts.Bars(**base, things=name, amounts=name, rows=bars_, whole=sum(amounts))
    parts = tuple(charts.Part(place % 2, each) for place, each in enumerate(amounts))
    stack = charts.Stack(label, parts)
    yield charts.Stacks(**base, things=name, grades=grades, rows=(stack,), legend=name)
    line = charts.Line(name, tuple(enumerate(amounts)))
    limit = max(amounts, default=0)
    yield charts.Lines(**base, along=name, lines=(line,), limit=limit, limit_name=name)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    spans = tuple(
        charts.Span(label, now, now + timedelta(minutes=each % 10**6)) for each in amounts
    )
    yield charts.Timeline(**base, things=name, ends=(name, name), rows=spans, today=now)
    places = tuple(
        charts.Place(name, 48 + place % 3 / 9, 2 + place % 2 / 9, each)
        for place, each in enumerate(amounts)
    )
    yield charts.PlaceMap(**base, things=name, amounts=name, places=places)
    nodes = tuple(charts.Node(str(place), name, str(each)) for place, each in enumerate(amounts))
    arrows = tuple((one.name, other.name) for one in nodes for other in nodes if one is not other)
    yield charts.Flow(
        **base, things=name, values=name, arrows_name=name, nodes=nodes, arrows=arrows
    )


@pytest.mark.parametrize("amounts", [[0], [7], [0, 0, 0], [1, 10**15, 3], list(range(40))], ids=str)
@pytest.mark.parametrize("name", ["A", "Wort" * 60, "a word " * 60], ids=["short", "long", "words"])
def test_no_figure_and_no_name_breaks_a_chart_or_meets_another(
    amounts: list[int], name: str
) -> None:
    for chart in extreme(amounts, name):
        parsed(page(chart))
        ET.fromstring(charts.document(chart, name, name, ("", "")))  # noqa: S314
        if isinstance(chart, charts.Lines | charts.PlaceMap | charts.Flow):
            for width in (pictures.NARROW, pictures.WIDE):
                assert trouble(pictures.drawn(chart, width, looks.PAGE)) == []


# Pictures ---------------------------------------------------------------------------------------


def trouble(canvas: Canvas) -> list[tuple[Box, ...]]:
    """Texts that meet each other or a shape, and what leaves the picture."""
    frame = Box(-0.5, -0.5, canvas.width + 0.5, canvas.height + 0.5)
    outside = [
        (box,)
        for box in (*canvas.texts, *canvas.solids)
        if box.left < frame.left or box.right > frame.right
        or box.top < frame.top or box.bottom > frame.bottom
    ]  # fmt: skip
    covered = [
        (text, other)
        for place, text in enumerate(canvas.texts)
        for other in (*canvas.texts[place + 1 :], *canvas.solids)
        if text.meets(other)
    ]
    spilt = [
        (text, shape)
        for text, shape in canvas.inside
        if text.left < shape.left or text.right > shape.right
        or text.top < shape.top or text.bottom > shape.bottom
    ]  # fmt: skip
    return [*outside, *covered, *spilt]


@pytest.mark.parametrize("width", [pictures.NARROW, pictures.WIDE])
@pytest.mark.parametrize("kind", PICTURES)
def test_nothing_in_a_picture_meets_another_or_leaves_it(kind: str, width: int) -> None:
    chart = SAMPLES[kind]
    canvas = pictures.drawn(chart, width, looks.PAGE)  # type: ignore[arg-type]
    assert canvas.texts or canvas.inside
    assert trouble(canvas) == []


def test_circles_are_as_large_as_their_amounts_and_never_meet() -> None:
    chart = SAMPLES["map"]
    assert isinstance(chart, charts.PlaceMap)
    svg = parsed(str(pictures.chart_drawn(chart).pictures[0]))
    circles = {each.findtext("title"): float(each.get("r") or 0) for each in svg.iter("circle")}
    large, small = circles["Boulogne-Billancourt: 21"], circles["Saint-Cloud: 5"]
    assert large**2 / small**2 == pytest.approx(21 / 5, rel=0.05)
    canvas = pictures.drawn(chart, pictures.NARROW, looks.PAGE)
    assert not [pair for pair in combinations(canvas.solids, 2) if pair[0].meets(pair[1])]
    names = {each.text for each in svg.iter("text")}
    assert {"Nanterre", "Courbevoie", "Antony", "Sceaux 1"} <= names


def test_a_line_ends_where_its_last_amount_is_and_grey_keeps_lines_apart() -> None:
    chart = SAMPLES["lines"]
    assert isinstance(chart, charts.Lines)
    svg = parsed(str(pictures.chart_drawn(chart).pictures[1]))
    first, second = [each for each in svg.iter("path") if each.get("class") == "eak-chart__line"]
    [limit] = [each for each in svg.iter("path") if each.get("class") == "eak-chart__limit"]
    assert first.get("stroke-dasharray") != second.get("stroke-dasharray")
    top = float(re.findall(r"[\d.]+", limit.get("d") or "")[1])
    ends = [float(re.findall(r"[\d.]+", each.get("d") or "")[-1]) for each in (first, second)]
    assert top < ends[1] < ends[0], "44 000 is nearer to 45 000 than 41 000"
    with pytest.raises(ValueError, match="at most 4"):
        replace(chart, lines=chart.lines * 3)


def test_arrows_to_the_next_go_down_and_the_others_around() -> None:
    chart = SAMPLES["flow"]
    assert isinstance(chart, charts.Flow)
    svg = parsed(str(pictures.chart_drawn(chart).pictures[0]))
    arrows = [
        each.get("d") or "" for each in svg.iter("path") if each.get("class") == "eak-chart__arrow"
    ]
    straight = [each for each in arrows if "H" not in each]
    assert (len(straight), len(arrows)) == (4, 9)
    lanes = {re.findall(r"[\d.]+", each)[2] for each in arrows if "H" in each}
    assert len(lanes) == 2, "all that lead to one box share a lane"


# Files ------------------------------------------------------------------------------------------


@kinds
def test_a_drawing_is_what_it_was(kind: str) -> None:
    """Where this is meant to change: ``python -m tests.core.web.chart_samples``, and look at it."""
    assert drawing(kind) == (GOLDEN / f"{kind}.svg").read_text(encoding="utf-8")


@kinds
def test_a_file_carries_its_look_and_says_its_table(kind: str) -> None:
    chart = SAMPLES[kind]
    drawn = ET.fromstring(drawing(kind))  # noqa: S314 – our own answer
    assert drawn.get("role") == "img"
    assert not [each for each in drawn.iter() if each.get("style") or each.get("class")]
    said = drawn.findtext(f"{SVG}desc") or ""
    for row in chart.table.texts():
        for cell in row:
            assert cell in said
    height = float(drawn.get("height") or 0)
    for text in drawn.findall(f"{SVG}text"):
        assert 0 < float(text.get("y") or 0) < height


def test_the_figures_of_a_chart_are_plain_in_a_file() -> None:
    header, *rows = SAMPLES["timeline"].table.plain()
    assert header == ("Ballot", "Opens", "Closes")
    assert rows[0][1] == "2026-03-02T08:00:00+00:00"
    assert next(iter(SAMPLES["bars"].table.rows))[2] == 590


# Colours ----------------------------------------------------------------------------------------

STYLES = (Path(eak_core.__file__).parent / "static/css/charts.css").read_text(encoding="utf-8")
THEMES = [(theme, scheme) for theme in SHEETS for scheme in ("light", "dark")]


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


def palette(known: dict[str, str]) -> dict[int, str]:
    """The colours of grades under the tokens of a theme."""
    found = {}
    for tone, value in re.findall(r"--eak-tone-(\d): (.+);", STYLES):
        mix = re.fullmatch(
            r"color-mix\(in srgb, var\(--eak-([\w-]+)\) (\d+)%, var\(--eak-([\w-]+)\)\)", value
        )
        single = re.fullmatch(r"var\(--eak-([\w-]+)\)", value)
        if mix:
            found[int(tone)] = mixed(known[mix[1]], float(mix[2]), known[mix[3]])
        else:
            assert single, value
            found[int(tone)] = known[single[1]]
    return found


@pytest.mark.parametrize(("theme", "scheme"), THEMES)
def test_letters_on_every_grade_can_be_read_in_every_theme(theme: str, scheme: str) -> None:
    known = tokens(SHEETS[theme], scheme)
    for tone, colour in palette(known).items():
        ink = known["on-primary" if tone > 4 else "ink"]
        assert contrast(ink, colour) >= 4.5, (tone, colour, ink)


@pytest.mark.parametrize(("theme", "scheme"), THEMES)
def test_grades_go_from_the_strongest_to_the_faintest_so_that_grey_keeps_their_order(
    theme: str, scheme: str
) -> None:
    known = tokens(SHEETS[theme], scheme)
    colours = palette(known)
    strength = [contrast(colours[tone], known["paper"]) for tone in range(7, 2, -1)]
    assert strength == sorted(strength, reverse=True)


def test_letters_on_drawings_can_be_read_too() -> None:
    for tone, colour in looks.COLOURS.items():
        assert contrast("#ffffff" if tone > 4 else "#1f2a24", colour) >= 4.5


def test_every_look_has_its_class_in_the_style_sheet() -> None:
    plain = {"eak-chart__text", "eak-chart__on3", "eak-chart__on4"}
    for kind in KINDS:
        found = set(re.findall(r'class="(eak-chart__[\w-]+)', page(SAMPLES[kind])))
        assert found
        assert not [name for name in found - plain if f".{name}" not in STYLES]


def test_lines_go_below_nought_and_say_their_places_in_words() -> None:
    chart = charts.Lines(
        key="cold", title="Cold", caption="Cold", along="Day",
        lines=(charts.Line("Measured", ((1, -40), (2, 20))),),
        limit=-50, limit_name="Stop", placed=lambda day: f"day {day}",
    )  # fmt: skip
    drawn = plots.draw_lines(chart, 640, looks.PAGE)
    said = re.findall(r"<text[^>]*>([^<]+)", drawn.body)
    assert "day 1" in said
    assert "-50" in said
    heights = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)[LH]", drawn.body)]
    assert heights
    assert all(0 <= each <= plots.HEIGHT + 20 for each in heights)
    assert chart.table.rows[0][0] == "day 1"
