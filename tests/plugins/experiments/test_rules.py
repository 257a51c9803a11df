"""The rules of experiments: dates, figures, what contradicts itself, what changed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from eak_experiments.protocol import checks, document
from eak_experiments.protocol.differences import differences, words
from eak_experiments.protocol.document import Hypothesis, Partner
from eak_experiments.rules import dates
from eak_experiments.rules.quantities import NoFigure, figure, from_thousandths, thousandths
from eak_experiments.running.going_on import hour_of
from tests.plugins.experiments.content import SHADE, protocol


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 6, date(2028, 8, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        # Summer time begins and ends in between: days are days.
        (date(2026, 3, 28), 1, date(2026, 4, 28)),
        (date(2026, 9, 26), 3, date(2026, 12, 26)),
        (date(2026, 3, 15), 18, date(2027, 9, 15)),
    ],
)
def test_months_are_counted_as_people_count_them(day: date, months: int, then: date) -> None:
    assert dates.months_later(day, months) == then


def test_six_months_have_reminders_a_review_and_an_end() -> None:
    due = dates.due_days(date(2026, 1, 31), date(2026, 7, 31))
    assert [(each.day.isoformat(), each.kind) for each in due] == [
        ("2026-02-28", "month"), ("2026-03-31", "month"), ("2026-04-30", "review"),
        ("2026-05-31", "month"), ("2026-06-30", "month"), ("2026-07-31", "end"),
    ]  # fmt: skip


def test_a_short_experiment_is_reviewed_half_way() -> None:
    due = dates.due_days(date(2026, 1, 1), date(2026, 2, 12))
    assert [(each.day, each.kind) for each in due] == [
        (date(2026, 1, 22), "review"), (date(2026, 2, 1), "month"), (date(2026, 2, 12), "end"),
    ]  # fmt: skip


def test_what_was_missed_is_due_once() -> None:
    start, end = date(2026, 1, 31), date(2026, 7, 31)
    assert dates.last_due(start, end, date(2026, 2, 27)) is None
    assert dates.last_due(start, end, date(2026, 6, 1)).day == date(2026, 5, 31)
    assert dates.next_due(start, end, date(2026, 6, 1)).day == date(2026, 6, 30)
    assert dates.next_due(start, end, date(2026, 7, 31)) is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", "12"), ("0", "0"), ("-3,5", "-3.5"), ("−3", "-3"), ("1 234,5", "1234.5"),
        ("1\u202f234\u00a0567", "1234567"), ("1.234,50", "1234.5"), ("1,234.50", "1234.5"),
        ("1.234.567", "1234567"), ("1,234,567", "1234567"), ("1,234", "1.234"), ("2.50", "2.5"),
        (" 7 ", "7"), ("1'234", "1234"), ("100", "100"),
    ],
)  # fmt: skip
def test_figures_are_read_as_people_write_them(typed: str, value: str) -> None:
    assert figure(typed) == Decimal(value)
    assert str(figure(typed)) == value
    assert from_thousandths(thousandths(figure(typed))) == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    ["", "x", "12 %", "1 23", "12,34,5", "1.2345", "1,23.4", "1e9", "NaN", "٣", "1234567890123",
     "1..2", "--1", "1 2345"],
)  # fmt: skip
def test_what_is_no_figure_is_refused(typed: str) -> None:
    with pytest.raises(NoFigure):
        figure(typed)


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({}, {}),
        ({"target": Decimal(10)}, {"target": "target_side", "success": "success_beyond_target"}),
        ({"success": Decimal(20)}, {"success": "success_side"}),
        ({"success": Decimal(80)}, {"success": "success_beyond_target"}),
        ({"stop": Decimal(60)}, {"stop": "stop_side"}),
        ({"stop": Decimal(30)}, {"stop": "stop_beyond_baseline"}),
        ({"stop": Decimal(22)}, {}),
        # A baseline of nought is a figure.
        ({"baseline": Decimal(0), "stop": Decimal(-1)}, {}),
        ({"baseline": Decimal(0), "stop": Decimal(-1), "target": Decimal(0)},
         {"target": "target_side", "success": "success_beyond_target"}),
        ({"direction": "down", "baseline": Decimal(50), "success": Decimal(30),
          "target": Decimal(20), "stop": Decimal(60)}, {}),
        ({"direction": "down", "baseline": Decimal(50), "success": Decimal(30),
          "target": Decimal(70), "stop": Decimal(60)},
         {"target": "target_side", "success": "success_beyond_target"}),
        ({"direction": "down", "baseline": Decimal(50), "success": Decimal(30),
          "target": Decimal(20), "stop": Decimal(25)}, {"stop": "stop_side"}),
        ({"baseline_on": date(2026, 5, 2)}, {"baseline_on": "future"}),
        ({"baseline": None}, {}),
    ],
)  # fmt: skip
def test_thresholds_that_contradict_each_other_are_named(
    values: dict[str, object], faults: dict[str, str]
) -> None:
    said = msgspec.structs.replace(SHADE, **values)
    assert checks.faults_of_hypothesis(said, date(2026, 5, 1)) == faults


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        (date(2026, 4, 1), date(2026, 3, 31), "end_before_start"),
        (date(2026, 4, 1), date(2026, 4, 1), "end_before_start"),
        (date(2026, 4, 1), date(2028, 4, 1), None),
        (date(2026, 4, 1), date(2028, 4, 2), "too_long"),
        (date(2028, 2, 29), date(2030, 2, 28), None),
        (date(2026, 4, 1), None, None),
    ],
)
def test_dates_that_cannot_be_are_named(start: date, end: date | None, fault: str | None) -> None:
    assert checks.faults_of_dates(start, end).get("ends_on") == fault


def test_what_is_missing_is_listed_in_the_order_of_the_steps() -> None:
    assert checks.missing(protocol()) == []
    empty = document.Protocol(title="A trial")
    lacks = checks.missing(empty)
    order = [checks.STEPS.index(each.step) for each in lacks]
    assert order == sorted(order)
    assert ("hypotheses", "none", "") in lacks
    half = protocol(
        hypotheses=(Hypothesis(key="h3", statement="We believe."),), design="comparison"
    )
    assert ("hypotheses", "baseline", "h3") in checks.missing(half)
    assert ("method", "comparison_group", "") in checks.missing(half)
    late = protocol(hypotheses=(msgspec.structs.replace(SHADE, baseline_on=date(2026, 4, 2)),))
    assert checks.missing(late) == [("hypotheses", "baseline_late", "h1")]


def test_a_document_is_written_the_same_way_and_its_hash_tells_of_each_change() -> None:
    plan = protocol()
    text = document.written(plan)
    assert document.read(text) == plan
    assert document.written(document.read(text)) == text
    changed = document.written(msgspec.structs.replace(plan, sample=641))
    assert document.digest(changed) != document.digest(text)


def test_items_keep_their_keys_and_none_is_used_again() -> None:
    plan = document.put_item(protocol(), "partners", None, {"name": "A"})
    plan = document.put_item(plan, "partners", None, {"name": "B"})
    plan = document.without_item(plan, "partners", "p1")
    plan = document.put_item(plan, "partners", None, {"name": "C"})
    assert plan.partners == (Partner(key="p2", name="B"), Partner(key="p3", name="C"))
    plan = document.put_item(plan, "partners", "p2", {"name": "D"})
    assert [each.name for each in plan.partners] == ["D", "C"]


def test_what_changed_is_told_word_by_word() -> None:
    pieces = words("The tubs stand in May.", "The tubs stand in late June.")
    assert [(each.kind, each.text) for each in pieces] == [
        ("same", "The tubs stand in "), ("gone", "May."), ("new", "late June."),
    ]  # fmt: skip
    assert "".join(each.text for each in pieces if each.kind != "new") == "The tubs stand in May."
    assert words("", "New") == [("new", "New")]
    other = msgspec.structs.replace(
        protocol(), budget=1, hypotheses=(msgspec.structs.replace(SHADE, unit="‰"),)
    )
    changed = [(each.name, each.key) for each in differences(protocol(), other)]
    assert changed == [("budget", ""), ("unit", "h1")]


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        (date(2026, 3, 28), 7),
        (date(2026, 3, 29), 6),  # clocks are put forward that night
        (date(2026, 10, 24), 6),
        (date(2026, 10, 25), 7),  # and back
        (date(2028, 2, 29), 7),
    ],
)
def test_people_are_reminded_at_eight_in_paris(day: date, hour: int) -> None:
    assert hour_of(day) == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
