"""Days and months as people in Paris count them."""

from datetime import UTC, date, datetime

import pytest

from eak_core.calendar import midnight, months_after


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        # The same hour on a clock in Paris, in winter and in summer.
        ("2026-01-15T08:00", 1, "2026-02-15T08:00"),
        ("2026-03-15T08:00", 1, "2026-04-15T07:00"),
        ("2026-10-15T07:00", 1, "2026-11-15T08:00"),
        # Months that have no such day.
        ("2026-01-31T11:00", 1, "2026-02-28T11:00"),
        ("2028-01-31T11:00", 1, "2028-02-29T11:00"),
        ("2026-08-31T10:00", 6, "2027-02-28T11:00"),
        # Over the end of a year, and an hour that belongs to the next day in Paris.
        ("2026-12-31T23:30", 1, "2027-01-31T23:30"),
        ("2026-11-30T23:30", 3, "2027-02-28T23:30"),
        # 02:30 on the night on which clocks go from 2 to 3: half past three.
        ("2026-02-28T01:30", 1, "2026-03-28T01:30"),
        ("2027-02-28T01:30", 1, "2027-03-28T01:30"),
        # 02:30 on the night on which it comes twice: the first.
        ("2026-09-25T00:30", 1, "2026-10-25T00:30"),
        ("2026-05-01T12:00", 0, "2026-05-01T12:00"),
        ("2026-05-31T12:00", -1, "2026-04-30T12:00"),
    ],
)
def test_a_month_later_is_the_same_day_and_hour_or_the_nearest_there_is(
    start: str, months: int, due: str
) -> None:
    assert months_after(utc(start), months) == utc(due)


def test_reminders_are_counted_from_the_beginning() -> None:
    dues = [months_after(utc("2026-10-31T09:00"), number) for number in range(1, 7)]
    assert [due.date().isoformat() for due in dues] == [
        "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30",
    ]  # fmt: skip
    assert len({due.astimezone(UTC).hour for due in dues}) == 2


def test_a_day_begins_at_midnight_in_paris() -> None:
    assert midnight(date(2026, 7, 1)) == utc("2026-06-30T22:00")
    assert midnight(date(2026, 1, 1)) == utc("2025-12-31T23:00")
