"""How often people are written to, and when the next mail leaves. Pure."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from eak_core.calendar import PARIS, instant_of


class Rhythm(StrEnum):
    """How somebody is told of one kind of things; all but the last two by mail as well."""

    EACH = "each"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    SITE = "site"
    NEVER = "never"


#: For whoever has not chosen: ten comments in an hour are one mail.
USUAL = Rhythm.HOURLY
#: So long after the first news of a mail it leaves, with all that came meanwhile.
GATHERED = timedelta(hours=1)
#: When digests leave, as clocks in Paris show it.
DIGEST_AT = time(8)
#: On which day those of the week do, as `datetime.date.weekday` counts.
DIGEST_DAY = 0


def mail_due(rhythm: Rhythm, at: datetime) -> datetime | None:
    """When the mail leaves that holds what somebody is told at the instant ``at`` (aware, UTC);
    None where there is none.

    Digests leave at eight in Paris, in summer and in winter; those of the week on Mondays. What
    comes at that very instant is in the next one.
    """
    match rhythm:
        case Rhythm.EACH:
            return at
        case Rhythm.HOURLY:
            return at + GATHERED
        case Rhythm.DAILY:
            return _next_digest(at, at.astimezone(PARIS).date(), 1)
        case Rhythm.WEEKLY:
            today = at.astimezone(PARIS).date()
            return _next_digest(at, today + timedelta((DIGEST_DAY - today.weekday()) % 7), 7)
    return None


def last_digest(rhythm: Rhythm, at: datetime) -> datetime:
    """When digests of the ``rhythm``, daily or weekly, left for the last time by ``at`` (aware)."""
    today = at.astimezone(PARIS).date()
    weekly = rhythm == Rhythm.WEEKLY
    day = today - timedelta((today.weekday() - DIGEST_DAY) % 7) if weekly else today
    due = instant_of(day, DIGEST_AT)
    return due if due <= at else instant_of(day - timedelta(7 if weekly else 1), DIGEST_AT)


def last_weekly_digest(at: datetime) -> datetime:
    """When digests of the week left for the last time by ``at`` (aware, UTC): on Mondays at eight
    in Paris. What is sent in a rhythm of its own leaves with them."""
    return last_digest(Rhythm.WEEKLY, at)


def next_weekly_digest(at: datetime) -> datetime:
    """When they leave for the first time after ``at`` (aware, UTC)."""
    due = mail_due(Rhythm.WEEKLY, at)
    assert due is not None
    return due


def _next_digest(at: datetime, day: date, every: int) -> datetime:
    due = instant_of(day, DIGEST_AT)
    return due if due > at else instant_of(day + timedelta(every), DIGEST_AT)
