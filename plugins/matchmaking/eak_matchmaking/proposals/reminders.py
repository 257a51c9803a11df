"""When those are reminded whom a proposal waits for: pure functions of instants."""

from datetime import UTC, datetime, timedelta

from eak_core.api import in_paris

#: After so many days.
DAYS = (7, 14, 28)


def reminders(since: datetime) -> tuple[datetime, ...]:
    """The instants (aware, UTC) at which those are reminded who are waited for ``since``: at the
    same hour in Paris, each counted from the beginning. An hour that summer time leaves out is the
    hour after it, and of one that comes twice it is the first."""
    local = in_paris(since)
    return tuple((local + timedelta(days=days)).astimezone(UTC) for days in DAYS)


def next_reminder(since: datetime, now: datetime) -> datetime | None:
    """The first reminder after ``now``; None once all have been."""
    return next((each for each in reminders(since) if each > now), None)


def days_due(since: datetime, now: datetime) -> int:
    """After how many days the last reminder by ``now`` was due; 0 where none was yet."""
    due = [
        days for days, at in zip(DAYS, reminders(since), strict=True) if at <= now
    ]  # fmt: skip
    return due[-1] if due else 0
