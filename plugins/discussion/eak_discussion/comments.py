"""What people do with comments: post, edit, withdraw; and what moderators do: hide, restore.

Each function asks for the right, acts, and publishes what happened.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select, update

from eak_core.api import (
    Actor,
    Conflict,
    Forbidden,
    Idea,
    Invalid,
    NotFound,
    Refused,
    Service,
    Session,
    _,
    _l,
    clean_lines,
    clock,
    follow_by_default,
    has_outcome,
    hidden_reason,
    hide,
    hold_account,
    insert_once,
    may,
    plugin_settings,
    public_idea,
    publish,
    require,
    restore,
    row_in,
)
from eak_discussion import mentions
from eak_discussion.events import CommentEdited, CommentPosted, CommentWithdrawn
from eak_discussion.forms import BODY_LENGTH
from eak_discussion.models import DEPTH, STANCES, Comment, Stance

_MISSING = _l("There is no comment at this address.")


def comment_of(session: Session, service: Service, comment_id: int) -> Comment:
    """The comment ``comment_id`` of this service, under an idea that everybody may read.

    `NotFound` otherwise.
    """
    comment = row_in(session, service, Comment, comment_id, _MISSING)
    public_idea(session, service, comment.idea_id)
    return comment


def service_of(session: Session, actor: Actor, comment_id: int) -> Service | None:
    """The service where the comment ``comment_id`` is, with its idea; None where there is none, or
    ``actor`` may not read that service."""
    query = select(Service).join(Comment, Comment.service_id == Service.id)
    place = session.scalar(query.where(Comment.id == comment_id)) if comment_id < 2**31 else None
    return place if place is not None and may(actor, "service.read", place) else None


def is_open(session: Session, service: Service, idea: Idea) -> bool:
    """Whether comments are taken under ``idea``: a service may close what has its outcome."""
    return not (_settings(session, service)["closed_after_outcome"] and has_outcome(idea))


def require_open(session: Session, service: Service, idea: Idea) -> None:
    """Return where comments are taken under ``idea``; `Refused` otherwise."""
    if not is_open(session, service, idea):
        raise Refused(_l("This idea has come to its outcome: its discussion is closed."))


def post_comment(
    session: Session,
    actor: Actor,
    service: Service,
    idea: Idea,
    *,
    body: str,
    stance: str,
    parent: Comment | None = None,
    form_key: str | None = None,
) -> Comment:
    """Publish a comment on ``idea``, or an answer to ``parent``.

    An answer to a comment of the deepest level stands at that level, behind it. A second call with
    the same ``form_key`` and the same words answers the first comment and writes nothing; with
    others it is a correction, as `edit_comment` makes one, and `Conflict` where that would undo an
    edit made since. `Invalid` names each field that is wrong; `Refused` where the discussion is
    closed or ``parent`` can no longer be read.
    """
    require(actor, "discussion.comment", service)
    hold_account(session, actor)
    idea = public_idea(session, service, idea.id)
    body, stance = checked(body, stance)
    require_open(session, service, idea)
    if parent is not None:
        require_answerable(session, service, parent)
        if parent.idea_id != idea.id:
            raise _not_here()
    answered = parent.author_id if parent is not None else None
    named = mentions.named_in(session, service, idea, body, answered)
    comment_id = insert_comment(
        session, service.id, idea.id, body, stance, clock.now(),
        parent=parent, author_id=actor.person_id, form_key=form_key or None, named=named.people,
    )  # fmt: skip
    if comment_id is None:
        first = _first_sent(session, actor, form_key)
        _sent_again(session, actor, service, first, idea, parent, body, stance)
        return first
    # Again, once it is written: to refer to the idea has waited for a merge that takes it away.
    public_idea(session, service, idea.id)
    mentions.keep(session, comment_id, named.people)
    follow_by_default(session, service.id, f"idea:{idea.id}", actor.person_id)
    return session.get_one(Comment, comment_id)


def insert_comment(
    session: Session,
    service_id: int,
    idea_id: int,
    body: str,
    stance: Stance,
    at: datetime,
    *,
    parent: Comment | None = None,
    author_id: int | None = None,
    form_key: str | None = None,
    origin: str | None = None,
    named: Collection[int] = (),
) -> int | None:
    """Write a comment and publish it, dated ``at``; its id, or None where the same form or the
    same origin was written before. The caller has checked everything."""
    above = _place_of(parent)
    values = {
        **above,
        "service_id": service_id,
        "idea_id": idea_id,
        "author_id": author_id,
        "stance": stance,
        "body": body,
        "posted_at": at,
        "form_key": form_key,
        "origin": origin,
    }
    comment_id = insert_once(session, Comment, values, Comment.id)
    if comment_id is not None:
        posted = CommentPosted(
            comment_id=comment_id,
            idea_id=idea_id,
            author_id=author_id,
            stance=stance,
            parent_id=above["parent_id"],
            imported=origin is not None,
            named=tuple(sorted(named)),
        )
        publish(session, posted, service_id=service_id, actor_id=author_id, occurred_at=at)
    return comment_id


def _place_of(parent: Comment | None) -> dict[str, int | None]:
    """Where an answer to ``parent`` hangs: below it, or beside it at the deepest level."""
    if parent is None:
        return {"parent_id": None, "root_id": None, "depth": 1}
    beside = parent.depth >= DEPTH
    return {
        "parent_id": parent.parent_id if beside else parent.id,
        "root_id": parent.root_id or parent.id,
        "depth": min(parent.depth + 1, DEPTH),
    }


def editable_until(settings: Mapping[str, Any], comment: Comment) -> datetime:
    """The instant from which the author can no longer change ``comment``."""
    return comment.posted_at + timedelta(minutes=settings["edit_minutes"])


def may_edit(actor: Actor, service: Service, comment: Comment, settings: Mapping[str, Any]) -> bool:
    """Whether ``actor`` may still change ``comment``, which is neither withdrawn nor hidden."""
    soon = clock.now() < editable_until(settings, comment)
    return soon and _may(actor, "discussion.comment", service, comment)


def may_withdraw(actor: Actor, service: Service, comment: Comment) -> bool:
    """Whether ``actor`` may take ``comment`` back: its author, as long as there is something."""
    return _may(actor, "discussion.withdraw", service, comment)


def _may(actor: Actor, permission: str, service: Service, comment: Comment) -> bool:
    own = actor.signed_in and comment.author_id == actor.person_id
    return own and comment.withdrawn_at is None and may(actor, permission, service, comment)


def edit_comment(
    session: Session, actor: Actor, service: Service, comment: Comment, *, body: str, stance: str
) -> None:
    """Change the words and the stance of a comment, for its author and soon after it was posted.

    `Refused` once the minutes of the service's setting are over, or where it was hidden.
    """
    require_editable(session, actor, service, comment)
    body, stance = checked(body, stance)
    if (body, stance) == (comment.body, comment.stance):
        return
    if not _write(session, service, comment, body=body, stance=stance, edited_at=clock.now()):
        # In another window, in between.
        raise Refused(_l("You have withdrawn this comment."))
    idea = session.get_one(Idea, comment.idea_id)
    people = mentions.named_in(session, service, idea, body).people
    named = mentions.keep(session, comment.id, people)
    edited = CommentEdited(comment_id=comment.id, stance=stance, named=named)
    _publish(session, actor, service, edited)


def require_editable(session: Session, actor: Actor, service: Service, comment: Comment) -> None:
    """Return where ``actor`` may change ``comment`` now; otherwise the refusal says why not."""
    _require_author(actor, "discussion.comment", service, comment)
    if hidden_reason(session, service.id, comment.subject) is not None:
        raise Refused(_l("This comment was hidden by the moderators: it can no longer be changed."))
    settings = _settings(session, service)
    if clock.now() >= editable_until(settings, comment):
        raise Refused(
            _(
                "Comments can be changed for %(minutes)s minutes. You can still withdraw it, or"
                " answer it with what you want to add.",
                minutes=settings["edit_minutes"],
            )
        )


def withdraw_comment(session: Session, actor: Actor, service: Service, comment: Comment) -> None:
    """Take a comment back for its author. Its place stays for the answers; its words are gone."""
    _require_author(actor, "discussion.withdraw", service, comment)
    if _write(session, service, comment, body="", withdrawn_at=clock.now()):
        mentions.keep(session, comment.id, {})
        _publish(session, actor, service, CommentWithdrawn(comment_id=comment.id))


def _write(session: Session, service: Service, comment: Comment, **values: Any) -> bool:
    """Whether ``comment`` was not withdrawn meanwhile, and so has these ``values`` now. `NotFound`
    where it went to another service with its idea."""
    held = select(Comment.service_id, Comment.withdrawn_at).where(Comment.id == comment.id)
    stands = session.execute(held.with_for_update()).one()
    if stands.service_id != service.id:
        raise _not_here()
    if stands.withdrawn_at is not None:
        return False
    session.execute(update(Comment).where(Comment.id == comment.id).values(**values))
    return True


def _not_here() -> NotFound:
    return NotFound(_MISSING)


def hide_comment(
    session: Session, actor: Actor, service: Service, comment: Comment, reason: str
) -> None:
    """Take the words of a comment off every page, feed and export, for a public ``reason``."""
    require(actor, "discussion.moderate", service)
    if comment.service_id != service.id:
        raise _not_here()
    if comment.withdrawn_at is not None:
        raise Refused(_l("This comment was withdrawn by its author: nothing of it is shown."))
    hide(session, actor, service, comment.subject, reason)


def restore_comment(
    session: Session, actor: Actor, service: Service, comment: Comment, reason: str
) -> None:
    """Show a hidden comment again, for a public ``reason``."""
    require(actor, "discussion.moderate", service)
    restore(session, actor, service, comment.subject, reason)


def checked(body: str, stance: str, most: int = BODY_LENGTH) -> tuple[str, Stance]:
    """The words of a comment cleaned, and its stance; `Invalid` names each that is wrong."""
    body = clean_lines(body)
    errors: dict[str, str] = {}
    if not body:
        errors["body"] = _("Write something before you send it.")
    elif len(body) > most:
        errors["body"] = _("The comment is too long: at most %(most)s characters.", most=most)
    if stance not in STANCES:
        errors["stance"] = _("Say whether you are for, neutral or against.")
    if errors:
        raise Invalid(_l("The comment was not saved."), errors)
    return body, cast("Stance", stance)


def require_answerable(session: Session, service: Service, parent: Comment) -> None:
    """Return where ``parent`` can be answered; `Refused` once nobody can read it any more."""
    if parent.withdrawn_at is not None:
        raise Refused(_l("The comment you answer was withdrawn in between by its author."))
    if hidden_reason(session, service.id, parent.subject) is not None:
        raise Refused(_l("The comment you answer was hidden in between by the moderators."))


def _require_author(actor: Actor, permission: str, service: Service, comment: Comment) -> None:
    if comment.author_id is None or comment.author_id != actor.person_id:
        raise Forbidden(_l("Only the author of a comment can change it or take it back."))
    require(actor, permission, service, comment)
    if comment.withdrawn_at is not None:
        raise Refused(_l("You have withdrawn this comment."))


def _first_sent(session: Session, actor: Actor, form_key: str | None) -> Comment:
    """The comment that the same form already made."""
    return session.scalars(
        select(Comment).where(Comment.author_id == actor.person_id, Comment.form_key == form_key)
    ).one()


def _sent_again(
    session: Session,
    actor: Actor,
    service: Service,
    first: Comment,
    idea: Idea,
    parent: Comment | None,
    body: str,
    stance: Stance,
) -> None:
    """The same form once more, by a second click, or corrected after a step back."""
    if (first.idea_id, first.parent_id) != (idea.id, _place_of(parent)["parent_id"]):
        raise Conflict(_l("This form was already sent, about something else. Nothing was saved."))
    _require_author(actor, "discussion.comment", service, first)
    if (body, stance) == (first.body, first.stance):
        return
    if first.edited_at is not None:
        raise Conflict(
            _l(
                "This form was already sent, and the comment that it made was changed since."
                " Nothing was saved; what you typed is still in the form."
            )
        )
    edit_comment(session, actor, service, first, body=body, stance=stance)
    session.refresh(first)


def _settings(session: Session, service: Service) -> Mapping[str, Any]:
    return plugin_settings(session, service.id, "discussion")


def _publish(session: Session, actor: Actor, service: Service, happened: Any) -> None:
    publish(session, happened, service_id=service.id, actor_id=actor.person_id)
