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
    Refused,
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
from eak_newsletter.issues.content import Content, Told, read, with_pictures, written
from eak_newsletter.issues.editing import hold
from eak_newsletter.issues.pictures import pictures_of, told_of
from eak_newsletter.issues.rendering import write
from eak_newsletter.issues.tables import Issue
from eak_newsletter.readers.subscribing import require_open

#: Of the HTML of a letter: what is longer, large hosts cut off.
MOST_BYTES = 100_000


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
    content = readable(session, service, issue, said(session, service, issue))
    _ensure_short(service, content)
    issue.content, issue.digest = written(content)
    issue.state, issue.frozen_at = "frozen", clock.now()
    session.flush()
    publish(
        session,
        IssueFrozen(issue_id=issue.id, number=issue.number),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return issue


def _ensure_short(service: Service, content: Content) -> None:
    size = len(write(service, content, archive="").html.encode())
    if size > MOST_BYTES:
        raise Refused(
            _l(
                "This letter is too long: of %(size)s KB, mail programs show 100, and cut off the"
                " link that unsubscribes with the rest. Leave something out, or shorten it.",
                size=size // 1_000,
            )
        )


def said(session: Session, service: Service, issue: Issue) -> Content:
    """What a draft says as it stands."""
    told = [each for each in issue.stories if not each.left_out]
    pictures = pictures_of(session, service, told)
    return Content(
        service=service.slug,
        number=issue.number or 0,
        subject=issue.subject,
        intro=issue.intro,
        since=issue.since.isoformat(),
        until=issue.until.isoformat(),
        stories=tuple(
            Told(
                e.owner,
                e.key,
                e.title,
                e.text,
                e.heading,
                e.url,
                e.idea_id,
                tuple(map(told_of, pictures.get(e.id, ()))),
            )
            for e in told
        ),
    )


def content_of(session: Session, service: Service, issue: Issue) -> Content:
    """What ``issue`` says as far as everybody may read it now."""
    content = _frozen(session, service, issue) or said(session, service, issue)
    return readable(session, service, issue, content)


def _frozen(session: Session, service: Service, issue: Issue) -> Content | None:
    if issue.content is None:
        return None
    content = read(issue.content)
    if not any(each.pictures for each in content.stories):
        return content
    files = pictures_of(session, service, issue.stories).values()
    return with_pictures(content, {file.id for some in files for file in some})


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
