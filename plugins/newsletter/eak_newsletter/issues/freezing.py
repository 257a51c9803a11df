"""Freezing an issue, exactly once; and what of it may still leave the house.

What a letter tells was read when it was put together. When it is frozen, and again while it is
sent, plugins are asked the same once more: what is not answered any more, because it was hidden or
taken back, is neither sent nor shown in the archive.
"""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import func, select

from eak_core.api import (
    Actor,
    Conflict,
    Idea,
    Service,
    Session,
    _l,
    clock,
    news_between,
    public_ideas,
    publish,
    require,
)
from eak_newsletter.events import IssueFrozen
from eak_newsletter.issues.composing import LANGUAGE
from eak_newsletter.issues.content import Content, Told, read, written
from eak_newsletter.issues.editing import hold
from eak_newsletter.issues.tables import Issue
from eak_newsletter.readers.subscribing import require_open


def freeze(session: Session, actor: Actor, service: Service, issue_id: int) -> Issue:
    """Freeze a draft: from now on it says what it says, under a number of its own. `Conflict` where
    somebody has done so before."""
    require(actor, "newsletter.edit", service)
    require_open(service)
    issue = hold(session, service, issue_id)
    if issue.state != "draft":
        raise Conflict(_l("This letter was frozen already. Nothing was changed."))
    last = select(func.max(Issue.number)).where(Issue.service_id == service.id)
    issue.number = (session.scalar(last) or 0) + 1
    issue.content, issue.digest = written(readable(session, service, issue, said(service, issue)))
    issue.state, issue.frozen_at = "frozen", clock.now()
    session.flush()
    publish(
        session,
        IssueFrozen(issue_id=issue.id, number=issue.number),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return issue


def said(service: Service, issue: Issue) -> Content:
    """What a draft says as it stands."""
    return Content(
        service=service.slug,
        number=issue.number or 0,
        subject=issue.subject,
        intro=issue.intro,
        since=issue.since.isoformat(),
        until=issue.until.isoformat(),
        stories=tuple(
            Told(e.owner, e.key, e.title, e.text, e.heading, e.url, e.idea_id)
            for e in issue.stories
            if not e.left_out
        ),
    )


def content_of(session: Session, service: Service, issue: Issue) -> Content:
    """What ``issue`` says as far as everybody may read it now."""
    content = read(issue.content) if issue.content is not None else said(service, issue)
    return readable(session, service, issue, content)


def readable(session: Session, service: Service, issue: Issue, content: Content) -> Content:
    """``content`` without what a visitor may not read any more."""
    told = [each for each in content.stories if each.owner]
    if not told:
        return content
    answered = _answered(session, service, issue.since, issue.until)
    shown = _shown(session, service, [each.idea_id for each in told if each.idea_id is not None])

    def gone(story: Told) -> bool:
        if not story.owner:
            return False
        hidden = story.idea_id is not None and story.idea_id not in shown
        return hidden or (story.owner, story.key) not in answered

    return content.without(gone)


def _answered(
    session: Session, service: Service, since: datetime, until: datetime
) -> set[tuple[str, str]]:
    with force_locale(LANGUAGE):
        news = news_between(session, service, since, until)
    return {(each.owner, each.item.key[:80]) for each in news}


def _shown(session: Session, service: Service, ids: Sequence[int]) -> set[int]:
    return set(session.scalars(select(Idea.id).where(Idea.id.in_(ids), *public_ideas(service.id))))
