"""What an editor does with a draft: order, rewrite, leave out, add."""

from sqlalchemy import delete, func, select

from eak_core.api import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Service,
    Session,
    _,
    _l,
    clean_line,
    clean_lines,
    ensure_unchanged,
    publish,
    require,
)
from eak_newsletter.events import IssueDropped
from eak_newsletter.issues.pictures import remove_all
from eak_newsletter.issues.tables import (
    INTRO_LENGTH,
    SUBJECT_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Issue,
    Story,
)


def issue_of(session: Session, service: Service, issue_id: int) -> Issue:
    """The issue of that id in ``service``. `NotFound` where there is none."""
    issue = session.get(Issue, issue_id)
    if issue is None or issue.service_id != service.id:
        raise NotFound(_l("There is no letter at this address."))
    return issue


def hold(session: Session, service: Service, issue_id: int) -> Issue:
    """As `issue_of`, locked until the transaction ends, as it stands now."""
    issue = session.scalar(
        select(Issue)
        .where(Issue.id == issue_id, Issue.service_id == service.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if issue is None:
        raise NotFound(_l("There is no letter at this address."))
    return issue


def hold_draft(session: Session, actor: Actor, service: Service, issue_id: int) -> Issue:
    """A draft, locked. `Conflict` once it is frozen."""
    require(actor, "newsletter.edit", service)
    issue = hold(session, service, issue_id)
    if issue.state != "draft":
        raise Conflict(_l("This letter is frozen: nobody changes it any more."))
    return issue


def reword(
    session: Session,
    actor: Actor,
    service: Service,
    issue_id: int,
    *,
    subject: str,
    intro: str,
    seen: str | None = None,
) -> None:
    """Give a draft another subject and introduction. `Invalid` for none, or too long ones."""
    issue = hold_draft(session, actor, service, issue_id)
    ensure_unchanged(seen, {"subject": issue.subject, "intro": issue.intro})
    issue.subject, issue.intro = clean_line(subject), clean_lines(intro)
    errors = {}
    if not 0 < len(issue.subject) <= SUBJECT_LENGTH:
        errors["subject"] = _("Say in one line what the letter is about.")
    if len(issue.intro) > INTRO_LENGTH:
        errors["intro"] = _("The introduction is too long.")
    if errors:
        raise Invalid(_l("Nothing was changed."), errors)


def rewrite(
    session: Session,
    actor: Actor,
    service: Service,
    issue_id: int,
    story_id: int | None,
    *,
    title: str,
    text: str,
    seen: str | None = None,
) -> None:
    """Tell a story of a draft in other words, or add one (``story_id`` None) at its end."""
    issue = hold_draft(session, actor, service, issue_id)
    title, text = clean_line(title), clean_lines(text)
    if not 0 < len(title) <= TITLE_LENGTH or len(text) > TEXT_LENGTH:
        raise Invalid(
            _l("Nothing was changed."), {"title": _("Give it a title, and a text not too long.")}
        )
    if story_id is None:
        own = select(func.count()).where(Story.issue_id == issue.id, Story.owner == "")
        key = f"own:{session.scalar(own)}"
        story = Story(issue_id=issue.id, owner="", key=key, position=_last(session, issue))
        session.add(story)
    else:
        story = _of(session, issue, story_id)
        ensure_unchanged(seen, {"title": story.title, "text": story.text})
    story.title, story.text = title, text


def leave_out(
    session: Session, actor: Actor, service: Service, issue_id: int, story_id: int, out: bool
) -> None:
    """Leave a story out of a draft, or take it up again."""
    issue = hold_draft(session, actor, service, issue_id)
    _of(session, issue, story_id).left_out = out


def move(
    session: Session, actor: Actor, service: Service, issue_id: int, story_id: int, by: int
) -> None:
    """Move a story of a draft among those that are told: up by one where ``by`` is -1, down where
    it is 1; at an end it stays."""
    issue = hold_draft(session, actor, service, issue_id)
    told = list(
        session.scalars(
            select(Story)
            .where(Story.issue_id == issue.id, Story.left_out.is_(False))
            .order_by(Story.position, Story.id)
        )
    )
    places = [each.id for each in told]
    if story_id not in places:
        raise NotFound(_l("This letter does not tell that."))
    here = places.index(story_id)
    there = here + by
    if 0 <= there < len(told):
        told[here], told[there] = told[there], told[here]
    for number, story in enumerate(told, start=1):
        story.position = number


def drop(session: Session, actor: Actor, service: Service, issue_id: int) -> None:
    """Throw a draft away."""
    issue = hold_draft(session, actor, service, issue_id)
    remove_all(session, actor, service, issue.stories)
    session.execute(delete(Issue).where(Issue.id == issue.id))
    session.expunge(issue)
    publish(
        session,
        IssueDropped(issue_id=issue_id),
        service_id=service.id,
        actor_id=actor.person_id,
    )


def story_of(session: Session, service: Service, story_id: int) -> Story:
    """A story of some letter of ``service``. `NotFound` where there is none."""
    story = session.get(Story, story_id)
    if story is None:
        raise NotFound(_l("This letter does not tell that."))
    issue_of(session, service, story.issue_id)
    return story


def _of(session: Session, issue: Issue, story_id: int) -> Story:
    story = session.get(Story, story_id)
    if story is None or story.issue_id != issue.id:
        raise NotFound(_l("This letter does not tell that."))
    return story


def _last(session: Session, issue: Issue) -> int:
    query = select(func.coalesce(func.max(Story.position), 0)).where(Story.issue_id == issue.id)
    return session.scalars(query).one() + 1
