"""The days of an experiment, as pure functions of days.

An experiment lasts six months unless its protocol says otherwise, is reviewed after three, may be
extended once by three at most, and is looked at again eighteen months after its end.
"""

from calendar import monthrange
from datetime import date
from typing import Literal, NamedTuple

MONTHS = 6
REVIEW = 3
EXTENSION = 3
FOLLOW_UP = 18
#: A protocol lasts so many months at most: what lasts longer is no experiment of this kind.
LONGEST = 24


def months_later(day: date, months: int) -> date:
    """The same day of the month ``months`` later; where that month has no such day, its last one:
    six months after 31 August is 28 or 29 February. Count from the beginning, not from the month
    before."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def usual_end(start: date) -> date:
    """When an experiment ends that begins on ``start`` and says nothing else."""
    return months_later(start, MONTHS)


def longest_end(start: date) -> date:
    """The last day on which an experiment that begins on ``start`` may end."""
    return months_later(start, LONGEST)


def latest_extension(end: date) -> date:
    """The last day to which one that ends on ``end`` may be extended."""
    return months_later(end, EXTENSION)


def follow_up(end: date) -> date:
    """When one looks again at an experiment that ended on ``end``."""
    return months_later(end, FOLLOW_UP)


DueKind = Literal["month", "review", "end", "follow_up"]


class Due(NamedTuple):
    """What is due on a ``day``: the reminder after so many months (``number``), the review, the
    end."""

    day: date
    kind: DueKind
    number: int


def review_day(start: date, end: date) -> date:
    """When an experiment is reviewed: after three months, or half way where it is shorter."""
    return min(months_later(start, REVIEW), start + (end - start) / 2)


def due_days(start: date, end: date) -> tuple[Due, ...]:
    """What is due of a running experiment, in order: a reminder each month, the review, the end. A
    reminder that falls on the day of the review or of the end is part of that."""
    review = review_day(start, end)
    named = {review, end}
    months = []
    for number in range(1, LONGEST + EXTENSION + 1):
        day = months_later(start, number)
        if day >= end:
            break
        if day not in named:
            months.append(Due(day, "month", number))
    return tuple(sorted([*months, Due(review, "review", 0), Due(end, "end", 0)]))


def last_due(start: date, end: date, today: date) -> Due | None:
    """What was due last by ``today``, once for all that was missed; None where nothing was yet."""
    return max((each for each in due_days(start, end) if each.day <= today), default=None)


def next_due(start: date, end: date, today: date) -> Due | None:
    """What is due next after ``today``; None once all was."""
    return min((each for each in due_days(start, end) if each.day > today), default=None)
