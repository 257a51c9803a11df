"""An issue gathers by itself what happened since the last one, most important first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import force_locale
from sqlalchemy import func, or_, select

from eak_core.api import (
    Actor,
    News,
    Service,
    Session,
    _,
    _l,
    clock,
    in_paris,
    news_between,
    period,
    publish,
    require,
)
from eak_newsletter.events import IssueComposed
from eak_newsletter.issues.tables import (
    HEADING_LENGTH,
    SUBJECT_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Issue,
    Story,
)
from eak_newsletter.readers.subscribing import require_open

#: The first issue of a service looks so far back.
FIRST_LOOKS_BACK = timedelta(days=60)
#: So many are told at first, the weightiest; an editor takes up others.
TOLD_AT_FIRST = 12
#: So many are kept to choose from.
MOST = 60
#: Letters are written in French, the language of the service's words.
LANGUAGE = "fr"


_MONTHS = (
    _l("January"), _l("February"), _l("March"), _l("April"), _l("May"), _l("June"), _l("July"),
    _l("August"), _l("September"), _l("October"), _l("November"), _l("December"),
)  # fmt: skip


def compose(session: Session, actor: Actor, service: Service) -> Issue:
    """The draft of the next issue, with all that happened until now: a new one, or that which
    there is, whose stories stay as an editor left them."""
    require(actor, "newsletter.edit", service)
    require_open(service)
    until = clock.now()
    issue = _draft(session, service)
    with force_locale(LANGUAGE):
        if issue is None:
            since = _ended(session, service) or until - FIRST_LOOKS_BACK
            issue = Issue(
                service_id=service.id,
                state="draft",
                subject=_subject(service, until),
                intro=_intro(service, since, until),
                since=since,
                until=until,
                created_at=until,
            )
            session.add(issue)
            session.flush()
            publish(
                session,
                IssueComposed(issue_id=issue.id),
                service_id=service.id,
                actor_id=actor.person_id,
            )
        issue.until = until
        _gather(session, issue, news_between(session, service, issue.since, until)[:MOST])
    return issue


def _draft(session: Session, service: Service) -> Issue | None:
    query = select(Issue).where(Issue.service_id == service.id, Issue.state == "draft")
    return session.scalar(query.order_by(Issue.id).limit(1).with_for_update())


def _ended(session: Session, service: Service) -> datetime | None:
    """Where the last issue that was frozen ended: what happened since then was told by none."""
    query = select(func.max(Issue.until)).where(
        Issue.service_id == service.id,
        Issue.number.is_not(None),
        or_(Issue.state != "cancelled", Issue.begun_at.is_not(None)),
    )
    return session.scalar(query)


def _gather(session: Session, issue: Issue, news: Sequence[News]) -> None:
    known = {(each.owner, each.key) for each in issue.stories}
    told = sum(not each.left_out for each in issue.stories)
    position = max((each.position for each in issue.stories), default=0)
    for owner, item, url in news:
        key = item.key[:80]
        if (owner, key) in known:
            continue
        position += 1
        story = Story(
            owner=owner,
            key=key,
            position=position,
            title=str(item.title)[:TITLE_LENGTH],
            text=str(item.text)[:TEXT_LENGTH],
            heading=str(item.heading)[:HEADING_LENGTH],
            url=url[:500],
            idea_id=item.idea_id,
            left_out=told >= TOLD_AT_FIRST,
        )
        told += not story.left_out
        issue.stories.append(story)
    session.flush()


def _subject(service: Service, until: datetime) -> str:
    month = _MONTHS[in_paris(until).month - 1]
    return _(
        "%(service)s: the letter of %(month)s %(year)s",
        service=service.name, month=month, year=in_paris(until).year,
    )[:SUBJECT_LENGTH]  # fmt: skip


def _intro(service: Service, since: datetime, until: datetime) -> str:
    days = period(in_paris(since).date(), in_paris(until).date())
    return _(
        "Here is what happened in “%(service)s” %(period)s.", service=service.name, period=days
    )
