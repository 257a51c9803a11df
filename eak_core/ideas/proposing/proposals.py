"""What authors do with their ideas: draft, submit, edit, delete a draft."""

from datetime import datetime

from sqlalchemy import delete

from eak_core.db import Session
from eak_core.errors import Conflict, Invalid, Refused
from eak_core.events import publish
from eak_core.files.attaching import remove_files_of
from eak_core.i18n import _, _l
from eak_core.ideas import stages
from eak_core.ideas.content.attachments import OWNER
from eak_core.ideas.content.rows import Saved, first_sent, insert_idea, proposal_of, update_idea
from eak_core.ideas.content.texts import (
    NOTHING,
    Origin,
    Proposal,
    checked,
    checked_origin,
    says_the_same,
)
from eak_core.ideas.events import IdeaEdited, IdeaSubmitted
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.promises import promise_answer
from eak_core.ideas.visibility import check_readable, subject_of
from eak_core.notices.following import follow_by_default
from eak_core.people.accounts.account import hold_account
from eak_core.permissions import Actor, may, require
from eak_core.services.models import Service

__all__ = [
    "Origin",
    "Proposal",
    "Saved",
    "can_edit",
    "discard_draft",
    "edit_idea",
    "import_idea",
    "require_editable",
    "save_draft",
    "submit_idea",
]

EDITABLE = (stages.DRAFT, stages.SUBMITTED)


def save_draft(
    session: Session,
    actor: Actor,
    service: Service,
    proposal: Proposal,
    *,
    idea: Idea | None = None,
    form_key: str | None = None,
) -> Saved:
    """Keep ``proposal`` among the author's drafts; only those who write it see it, and it publishes
    nothing.

    A second call with the same ``form_key`` changes the same draft. `Invalid` for a new draft of
    nothing, a text that is too long or a choice that does not exist; `Conflict` where the idea is
    no longer a draft.
    """
    require(actor, "idea.edit" if idea else "idea.submit", service, idea)
    hold_account(session, actor)
    proposal = checked(proposal, needed=())
    if idea is None:
        if says_the_same(proposal, NOTHING):
            raise Invalid(
                _l("There is nothing to keep yet."),
                {"title": _("Begin with a title, or a problem.")},
            )
        saved = insert_idea(session, service, proposal, stages.DRAFT, actor.person_id, form_key)
        if saved is not None:
            return saved
        idea = first_sent(session, actor, service, form_key)
    update_idea(session, idea, proposal, stages.DRAFT, stages.DRAFT)
    return Saved(idea.id, idea.slug, idea.stage)


def submit_idea(
    session: Session,
    actor: Actor,
    service: Service,
    proposal: Proposal,
    *,
    idea: Idea | None = None,
    form_key: str | None = None,
) -> Saved:
    """Make ``proposal`` public as an idea of ``service``: a new one, or the draft ``idea``.

    A second call with the same ``form_key`` and the same text answers the first idea and writes
    nothing; with another text it is a correction, as `edit_idea` makes one. `Conflict` where that
    would undo an edit made since, or where the draft was submitted in between; `Refused` once the
    idea is examined, `IdeaGone` once it was withdrawn or hidden. `Invalid` names each field that is
    missing, too long or unknown.
    """
    require(actor, "idea.submit", service)
    hold_account(session, actor)
    proposal = checked(proposal)
    saved, author_id = None, actor.person_id
    if idea is None:
        saved = insert_idea(session, service, proposal, stages.SUBMITTED, actor.person_id, form_key)
        if saved is None:
            idea = first_sent(session, actor, service, form_key)
            if idea.stage != stages.DRAFT:
                return _sent_again(session, actor, service, idea, proposal)
    if idea is not None:
        require(actor, "idea.edit", service, idea)
        author_id = idea.author_id
        update_idea(session, idea, proposal, stages.DRAFT, stages.SUBMITTED)
        saved = Saved(idea.id, idea.slug, idea.stage)
    assert saved is not None
    promise_answer(session, service, saved.id)
    follow_by_default(session, service.id, subject_of(saved.id), author_id)
    publish(
        session,
        IdeaSubmitted(idea_id=saved.id, author_id=author_id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return saved


def _sent_again(
    session: Session, actor: Actor, service: Service, idea: Idea, proposal: Proposal
) -> Saved:
    """The same form once more, by a second click, or corrected after a step back."""
    check_readable(session, actor, service, idea)
    if says_the_same(proposal_of(session, idea), proposal):
        return Saved(idea.id, idea.slug, idea.stage)
    if idea.updated_at != idea.submitted_at:
        raise Conflict(
            _l(
                "This form was already sent, and the idea that it made was changed since. Nothing"
                " was saved; what you typed is still in the form. Open your idea from “My ideas” to"
                " change it."
            )
        )
    return edit_idea(session, actor, service, idea, proposal)


def import_idea(
    session: Session,
    actor: Actor,
    service: Service,
    proposal: Proposal,
    origin: Origin,
    at: datetime,
) -> Saved | None:
    """Take over a submitted idea from another site, dated ``at`` (aware), without an author here.

    ``None`` where it was taken over before: an import can be repeated. `Invalid` as in
    `submit_idea`, but only the title is needed, and for what cannot be kept of its origin.
    """
    require(actor, "service.manage", service)
    proposal, origin = checked(proposal, needed=("title",)), checked_origin(origin)
    saved = insert_idea(session, service, proposal, stages.SUBMITTED, origin=origin, at=at)
    if saved is not None:
        publish(
            session,
            IdeaSubmitted(idea_id=saved.id, author_id=None),
            service_id=service.id,
            actor_id=actor.person_id,
            occurred_at=at,
        )
    return saved


def can_edit(service: Service, idea: Idea, actor: Actor) -> bool:
    """Whether ``actor`` may change the text of ``idea`` now: those who write it, until screening
    begins."""
    return idea.stage in EDITABLE and may(actor, "idea.edit", service, idea)


def require_editable(service: Service, idea: Idea, actor: Actor) -> None:
    """Return where `can_edit`; `Forbidden` or `Refused` otherwise."""
    require(actor, "idea.edit", service, idea)
    if idea.stage not in EDITABLE:
        raise Refused(_l("This idea is being examined: its text can no longer be changed."))


def edit_idea(
    session: Session, actor: Actor, service: Service, idea: Idea, proposal: Proposal
) -> Saved:
    """Change a submitted idea: those who write it may, until screening has begun.

    `Refused` afterwards: what is being judged no longer changes. `Conflict` where screening began
    in between.
    """
    require_editable(service, idea, actor)
    proposal = checked(proposal)
    update_idea(session, idea, proposal, stages.SUBMITTED, stages.SUBMITTED)
    publish(
        session,
        IdeaEdited(idea_id=idea.id),
        service_id=service.id,
        actor_id=actor.person_id,
    )
    return Saved(idea.id, idea.slug, idea.stage, changed=True)


def discard_draft(session: Session, actor: Actor, service: Service, idea: Idea) -> None:
    """Delete a draft for good, with its files: its author may. Nobody but those who write it ever
    saw it, so nothing is published."""
    require(actor, "idea.withdraw", service, idea)
    remove_files_of(session, actor, service, OWNER, subject_of(idea.id))
    gone = session.scalar(
        delete(Idea).where(Idea.id == idea.id, Idea.stage == stages.DRAFT).returning(Idea.id)
    )
    if gone is None:
        raise Conflict(_l("This idea is no longer a draft: it can only be withdrawn."))
