"""Summaries for who chose a rhythm: gathered and frozen by themselves, from the same stories."""

from datetime import datetime, timedelta

from flask_babel import force_locale
from sqlalchemy import func, select

from eak_core.api import (
    News,
    Service,
    Session,
    _,
    clock,
    in_paris,
    months_after,
    news_between,
    period,
)
from eak_newsletter.issues.composing import LANGUAGE
from eak_newsletter.issues.content import Content, Told, written
from eak_newsletter.issues.tables import SUBJECT_LENGTH, Issue, IssueKind
from eak_newsletter.models import Subscriber

#: So many stories a summary tells at most, the weightiest.
TOLD_AT_MOST = 20
WEEK = timedelta(days=7)


def due_since(rhythm: IssueKind, last: datetime | None, now: datetime) -> datetime | None:
    """From when on a summary tells whose predecessor told until ``last``; None before it is due.
    The first one looks back as far as the others. Pure."""
    if last is None:
        return now - WEEK if rhythm == "weekly" else months_after(now, -1)
    due = last + WEEK if rhythm == "weekly" else months_after(last, 1)
    return last if due <= now else None


def gather(session: Session, service: Service, rhythm: IssueKind) -> Issue | None:
    """The summary of a rhythm that is due now, ready to be sent; None where none is, nobody reads
    it, or nothing has happened: then the next day asks again."""
    if service.archived_at is not None or not _is_read(session, service, rhythm):
        return None
    now = clock.now()
    last = select(func.max(Issue.until)).where(Issue.service_id == service.id, Issue.kind == rhythm)
    since = due_since(rhythm, session.scalar(last), now)
    if since is None:
        return None
    with force_locale(LANGUAGE):
        news = news_between(session, service, since, now)[:TOLD_AT_MOST]
        if not news:
            return None
        content = _content(service, rhythm, since, now, news)
    text, digest = written(content)
    issue = Issue(
        service_id=service.id,
        kind=rhythm,
        state="frozen",
        subject=content.subject,
        intro=content.intro,
        since=since,
        until=now,
        created_at=now,
        frozen_at=now,
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
            str(item.title),
            str(item.text),
            str(item.heading),
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
