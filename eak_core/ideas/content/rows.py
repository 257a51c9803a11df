"""The rows of an idea: written with few statements, each kind in one.

Submitting is the platform's most frequent transaction of several rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_once
from eak_core.errors import Conflict, NotFound
from eak_core.i18n import _l
from eak_core.ideas import stages
from eak_core.ideas.content.choices import unknown_choices, write_choices
from eak_core.ideas.content.texts import LENGTHS, Origin, Proposal
from eak_core.ideas.content.wording import slug_of
from eak_core.ideas.models import Criterion, Idea, IdeaCommune, IdeaCriterion, IdeaSubject
from eak_core.ideas.visibility import is_public
from eak_core.permissions import Actor
from eak_core.services.lookup import row_in
from eak_core.services.models import Service


@dataclass(frozen=True, slots=True)
class Saved:
    """An idea that was written: what its address is made of, and where it stands."""

    id: int
    slug: str
    stage: str
    #: Whether it was there before, and its text has changed.
    changed: bool = False


def idea_of(session: Session, service: Service, idea_id: int) -> Idea:
    """The idea ``idea_id`` of this service, whoever may read it. `NotFound` where there is none."""
    return row_in(session, service, Idea, idea_id, _l("There is no idea at this address."))


def public_idea(session: Session, service: Service, idea_id: int) -> Idea:
    """The idea ``idea_id`` as long as everybody may read it; `NotFound` otherwise."""
    idea = idea_of(session, service, idea_id)
    if not is_public(session, idea):
        raise NotFound(_l("There is no idea at this address."))
    return idea


def hold_idea(session: Session, service: Service, idea: Idea) -> None:
    """Hold ``idea`` until the commit, as it stands now. `NotFound` where it went to another service
    than ``service`` in between: nothing of it is to be shown here any more."""
    session.refresh(idea, with_for_update=True)
    if idea.service_id != service.id:
        raise transferred_meanwhile()


def transferred_meanwhile() -> NotFound:
    """The refusal of what somebody does to an idea that has gone to another service."""
    return NotFound(
        _l("Somebody has transferred this idea to another service: nothing was changed here.")
    )


def proposal_of(session: Session, idea: Idea) -> Proposal:
    """What the author gave, to be shown again in the form."""
    subjects = session.scalars(select(IdeaSubject.subject_id).where(IdeaSubject.idea_id == idea.id))
    communes = session.scalars(
        select(IdeaCommune.commune_code).where(IdeaCommune.idea_id == idea.id)
    )
    statements = session.execute(
        select(IdeaCriterion.criterion_id, IdeaCriterion.statement).where(
            IdeaCriterion.idea_id == idea.id,
            IdeaCriterion.criterion_id.in_(_criteria(idea.service_id)),
        )
    )
    return Proposal(
        **{name: getattr(idea, name) for name in LENGTHS},
        subjects=tuple(subjects),
        communes=tuple(communes),
        statements=dict(statements.all()),
    )


def insert_idea(
    session: Session,
    service: Service,
    proposal: Proposal,
    stage: str,
    author_id: int | None = None,
    form_key: str | None = None,
    origin: Origin | None = None,
    at: datetime | None = None,
) -> Saved | None:
    """Write a new idea; ``None`` where the same form or the same origin was written before."""
    at = at or clock.now()
    slug = slug_of(proposal.title)
    values = {
        **_texts(proposal, slug),
        "service_id": service.id,
        "author_id": author_id,
        "stage": stage,
        "created_at": at,
        "submitted_at": None if stage == stages.DRAFT else at,
        "updated_at": at,
        "form_key": form_key,
        "source": origin and origin.source,
        "source_ref": origin and origin.ref,
        "source_url": origin and origin.url,
        "source_votes": origin and origin.votes,
        "source_comments": origin and origin.comments,
        "source_state": origin and origin.state,
    }
    # A unique key says that the same form came twice, or the same row of an import; the second one
    # must not fail the transaction, which may hold other rows.
    idea_id = insert_once(session, Idea, values, Idea.id)
    if idea_id is None:
        return None
    unknown = write_choices(session, service.id, idea_id, proposal)
    if unknown:
        # Whoever catches the refusal and goes on must not commit half an idea.
        session.connection().execute(_undo, {"idea": idea_id})
        raise unknown_choices(unknown)
    return Saved(idea_id, slug, stage)


_undo = delete(Idea).where(Idea.id == bindparam("idea"))


def update_idea(
    session: Session, idea: Idea, proposal: Proposal, from_stage: str, to_stage: str
) -> None:
    """Replace the text of ``idea``, provided it still stands in ``from_stage``.

    Nothing of it is kept where a choice does not exist (`Invalid`).
    """
    with session.begin_nested():
        _replace(session, idea, proposal, from_stage, to_stage)


def _replace(
    session: Session, idea: Idea, proposal: Proposal, from_stage: str, to_stage: str
) -> None:
    at = clock.now()
    values: dict[str, Any] = {**_texts(proposal, slug_of(proposal.title)), "updated_at": at}
    if to_stage != from_stage:
        values |= {"stage": to_stage, "submitted_at": at}
    changed = session.scalar(
        update(Idea)
        .where(
            Idea.id == idea.id,
            Idea.stage == from_stage,
            Idea.service_id == idea.service_id,
        )
        .values(values)
        .returning(Idea.id)
    )
    if changed is None:
        session.refresh(idea)
        raise Conflict(_l("This idea moved on while you were writing: its text was not changed."))
    for table in (IdeaSubject, IdeaCommune):
        session.execute(delete(table).where(table.idea_id == idea.id))
    # What was said on criteria of a service where it was before waits for its return.
    session.execute(
        delete(IdeaCriterion).where(
            IdeaCriterion.idea_id == idea.id,
            IdeaCriterion.criterion_id.in_(_criteria(idea.service_id)),
        )
    )
    unknown = write_choices(session, idea.service_id, idea.id, proposal)
    if unknown:
        raise unknown_choices(unknown)


def _criteria(service_id: int) -> Select[int]:
    return select(Criterion.id).where(Criterion.service_id == service_id)


def _texts(proposal: Proposal, slug: str) -> dict[str, Any]:
    return {**{name: getattr(proposal, name) for name in LENGTHS}, "slug": slug}


def first_sent(session: Session, actor: Actor, service: Service, form_key: str | None) -> Idea:
    """The idea that the same form already made. `Conflict` where it made one elsewhere."""
    idea = session.scalars(
        select(Idea).where(Idea.author_id == actor.person_id, Idea.form_key == form_key)
    ).one()
    if idea.service_id != service.id:
        raise Conflict(_l("This form was already sent, in another service."))
    return idea
