"""When mails are to leave: one thing to do for each minute in which any is due."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from eak_core import clock
from eak_core.db import Session
from eak_core.events import CORE, SITE, schedule

#: What is scheduled for the site when mails are due.
NAME = "notice_mails"
_MINUTE = timedelta(minutes=1)


def plan_mails(session: Session, due: Collection[datetime]) -> None:
    """Let the mails that are ``due`` (aware) be written: at once where they are by now, and
    otherwise within the minute."""
    now = clock.now()
    for minute in sorted({_minute_of(each) for each in due if each > now}):
        schedule(session, CORE.name, SITE, f"{NAME}:{minute:%Y%m%d-%H%M}", minute)
    if any(each <= now for each in due):
        schedule(session, CORE.name, SITE, f"{NAME}:now", now)


def _minute_of(instant: datetime) -> datetime:
    """The full minute at or after ``instant``."""
    whole = instant.astimezone(UTC).replace(second=0, microsecond=0)
    return whole if whole == instant else whole + _MINUTE
