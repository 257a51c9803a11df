"""Days, months and hours as people in Paris count them, from and to instants. Pure."""

from calendar import monthrange
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def midnight(day: date) -> datetime:
    """The instant at which ``day`` begins in Paris (aware, UTC)."""
    return instant_of(day, time())


def instant_of(day: date, at: time) -> datetime:
    """The instant at which clocks in Paris show ``at`` on ``day`` (aware, UTC). An hour that summer
    time leaves out is the hour after it, and of one that comes twice it is the first."""
    return datetime.combine(day, at.replace(fold=0), tzinfo=PARIS).astimezone(UTC)


def months_after(instant: datetime, months: int) -> datetime:
    """The day and hour of ``instant`` in Paris, ``months`` later (aware, UTC): what a reminder at
    M+1 … M+n is due at.

    Where that month has no such day, its last one; so reminders are counted from the beginning, and
    not each from the one before: the 31st of January is followed by the 28th of February and then
    by the 31st of March. An hour that summer time leaves out is the hour after it, and of one that
    comes twice it is the first.
    """
    local = instant.astimezone(PARIS)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    there = local.replace(year=year, month=month + 1, day=day, fold=0)
    # What is no hour at all has the offset of before; by way of UTC it becomes the one after it.
    return there.astimezone(UTC)
