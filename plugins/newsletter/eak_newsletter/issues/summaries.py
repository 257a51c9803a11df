"""Summaries for who chose a rhythm: gathered and frozen by themselves, from the same stories.

They leave with the core's digests of the week, on Mondays at eight in Paris, those of the month on
the first one: so what is due on the same day is one letter.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import force_locale
from sqlalchemy import func, select

from eak_core.api import (
    News,
    Service,
    Session,
    _,
    clock,
    in_paris,
    last_weekly_digest,
    months_after,
    news_between,
    period,
)
from eak_newsletter.issues.composing import LANGUAGE
from eak_newsletter.issues.content import Content, Told, written
from eak_newsletter.issues.tables import (
    HEADING_LENGTH,
    SUBJECT_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Issue,
    IssueKind,
)
from eak_newsletter.models import Subscriber

#: So many stories a summary tells at most, the weightiest.
TOLD_AT_MOST = 20
WEEK = timedelta(days=7)
#: A summary that nobody could gather by then, because no worker ran, is left to the next one.
LATEST = timedelta(days=2)


def due_by(rhythm: IssueKind, now: datetime) -> datetime:
    """When the summaries of a rhythm were due for the last time by ``now``. Pure."""
    due: datetime = last_weekly_digest(now)
    while rhythm == "monthly" and in_paris(due).day > WEEK.days:
        due = last_weekly_digest(due - timedelta(seconds=1))
    return due


class Due(NamedTuple):
    """What a summary tells that is due: the news from ``since`` until before ``until``."""

    since: datetime
    until: datetime
    news: list[News]


def what_is_due(session: Session, service: Service, rhythm: IssueKind) -> Due | None:
    """What the summary of a rhythm tells that is due and was not gathered; None where none is, or
    nothing had happened by then: the next one tells of the time between. The first one looks back
    for as long as it is until the next."""
    until = due_by(rhythm, clock.now())
    last = session.scalar(
        select(func.max(Issue.until)).where(Issue.service_id == service.id, Issue.kind == rhythm)
    )
    if clock.now() - until > LATEST or (last is not None and last >= until):
        return None
    since = last or (until - WEEK if rhythm == "weekly" else months_after(until, -1))
    with force_locale(LANGUAGE):
        news = news_between(session, service, since, until)[:TOLD_AT_MOST]
    return Due(since, until, news) if news else None


def gather(session: Session, service: Service, rhythm: IssueKind) -> Issue | None:
    """The summary of a rhythm that is due, ready to be sent; None where none is, or nobody reads
    it."""
    if service.archived_at is not None or not _is_read(session, service, rhythm):
        return None
    due = what_is_due(session, service, rhythm)
    if due is None:
        return None
    with force_locale(LANGUAGE):
        content = _content(service, rhythm, due.since, due.until, due.news)
    text, digest = written(content)
    issue = Issue(
        service_id=service.id,
        kind=rhythm,
        state="frozen",
        subject=content.subject,
        intro=content.intro,
        since=due.since,
        until=due.until,
        created_at=clock.now(),
        frozen_at=clock.now(),
        content=text,
        digest=digest,
    )
    session.add(issue)
    session.flush()
    return issue


def _content(
    service: Service, rhythm: IssueKind, since: datetime, until: datetime, news: list[News]
) -> Content:
    days = period(in_paris(since).date(), in_paris(until).date())
    weekly = _("%(service)s: the week in a few lines", service=service.name)
    monthly = _("%(service)s: the month in a few lines", service=service.name)
    told = tuple(
        Told(
            owner,
            item.key[:80],
            str(item.title)[:TITLE_LENGTH],
            str(item.text)[:TEXT_LENGTH],
            str(item.heading)[:HEADING_LENGTH],
            url,
            item.idea_id,
        )
        for owner, item, url in news
    )
    return Content(
        service=service.slug,
        number=0,
        subject=(weekly if rhythm == "weekly" else monthly)[:SUBJECT_LENGTH],
        intro=_("What happened in “%(service)s” %(period)s.", service=service.name, period=days),
        since=since.isoformat(),
        until=until.isoformat(),
        stories=told,
    )


def _is_read(session: Session, service: Service, rhythm: IssueKind) -> bool:
    query = select(Subscriber.id).where(
        Subscriber.service_id == service.id,
        Subscriber.standing == "active",
        Subscriber.rhythm == rhythm,
    )
    return session.scalar(query.limit(1)) is not None
