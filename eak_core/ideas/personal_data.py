"""What the room of ideas stores about a person: the copy of it, and its erasure.

A public idea is part of a public debate and stays, without its author's name. What was never
public, or is no longer, goes.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from eak_core.db import Session
from eak_core.ideas.content.texts import LENGTHS
from eak_core.ideas.deciding.models import BulkMove, PreparedDecision
from eak_core.ideas.deciding.transitions import take_back_erased
from eak_core.ideas.models import (
    Idea,
    IdeaCoauthor,
    IdeaCriterion,
    IdeaInvitation,
    Opinion,
    StageChange,
)
from eak_core.ideas.stages import DRAFT, WITHDRAWN
from eak_core.ideas.visibility import subject_of
from eak_core.moderation.erasure import Written, loses_its_words
from eak_core.people.models import Person

_DATED = (
    "id", "service_id", "stage", "created_at", "submitted_at", "updated_at", "merged_into_id",
)  # fmt: skip


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """Every idea of a person, drafts included, what they write with others, and the stage changes
    they decided."""
    ideas = session.execute(
        select(*(getattr(Idea, name) for name in (*_DATED, *LENGTHS)))
        .where(Idea.author_id == person_id)
        .order_by(Idea.id)
    ).mappings()
    statements = session.execute(
        select(IdeaCriterion.idea_id, IdeaCriterion.criterion_id, IdeaCriterion.statement)
        .join(Idea, Idea.id == IdeaCriterion.idea_id)
        .where(Idea.author_id == person_id)
        .order_by(IdeaCriterion.idea_id, IdeaCriterion.criterion_id)
    ).mappings()
    decisions = session.execute(
        select(StageChange.idea_id, StageChange.to_stage, StageChange.at, StageChange.reason)
        .where(StageChange.actor_id == person_id)
        .order_by(StageChange.id)
    ).mappings()
    prepared = session.execute(
        select(
            PreparedDecision.idea_id,
            PreparedDecision.to_stage,
            PreparedDecision.prepared_at,
            PreparedDecision.reason,
        )
        .where(PreparedDecision.prepared_by == person_id)
        .order_by(PreparedDecision.idea_id)
    ).mappings()
    opinions = session.execute(
        select(
            Opinion.idea_id, Opinion.asked_at, Opinion.given_at, Opinion.advice, Opinion.words,
            Opinion.marks, Opinion.conflict,
        )
        .where(Opinion.reviewer_id == person_id)
        .order_by(Opinion.id)
    ).mappings()  # fmt: skip
    together = session.execute(
        select(IdeaCoauthor.idea_id, IdeaCoauthor.joined_at)
        .where(IdeaCoauthor.person_id == person_id)
        .order_by(IdeaCoauthor.idea_id)
    ).mappings()
    invitations = session.execute(
        select(IdeaInvitation.idea_id, IdeaInvitation.email, IdeaInvitation.invited_at)
        .where(_invites_or_invited(person_id))
        .order_by(IdeaInvitation.id)
    ).mappings()
    bulk = session.execute(
        select(
            BulkMove.service_id, BulkMove.asked_at, BulkMove.from_stage, BulkMove.to_stage,
            BulkMove.text, BulkMove.reason,
        )
        .where(BulkMove.asked_by == person_id)
        .order_by(BulkMove.id)
    ).mappings()  # fmt: skip
    return {
        "ideas": [dict(row) for row in ideas],
        "bulk_moves": [dict(row) for row in bulk],
        "statements": [dict(row) for row in statements],
        "stage_changes": [dict(row) for row in decisions],
        "prepared_decisions": [dict(row) for row in prepared],
        "opinions": [dict(row) for row in opinions],
        "written_together": [dict(row) for row in together],
        "invitations_to_write": [dict(row) for row in invitations],
    }


def _invites_or_invited(person_id: int) -> ColumnElement[bool]:
    """The condition that keeps the invitations to what somebody writes, and those to them."""
    address = select(Person.email).where(Person.id == person_id).scalar_subquery()
    own = select(Idea.id).where(Idea.author_id == person_id)
    return (IdeaInvitation.email == address) | IdeaInvitation.idea_id.in_(own)


def erase_person(session: Session, person_id: int) -> None:
    """Delete a person's drafts, and empty their ideas that nobody may read."""
    session.execute(delete(BulkMove).where(BulkMove.asked_by == person_id))
    # An answer of the service stays, and no longer says who wrote it.
    session.execute(
        update(PreparedDecision)
        .where(PreparedDecision.prepared_by == person_id)
        .values(prepared_by=None)
    )
    session.execute(
        delete(Opinion).where(Opinion.reviewer_id == person_id, Opinion.given_at.is_(None))
    )
    session.execute(
        update(Opinion).where(Opinion.reviewer_id == person_id).values(reviewer_id=None)
    )
    session.execute(delete(IdeaCoauthor).where(IdeaCoauthor.person_id == person_id))
    session.execute(delete(IdeaInvitation).where(_invites_or_invited(person_id)))
    own = Idea.author_id == person_id
    session.execute(delete(Idea).where(own, Idea.stage == DRAFT))
    ideas = session.scalars(select(Idea).where(own).order_by(Idea.id)).all()
    gone = loses_its_words(
        session,
        [
            Written(idea.service_id, subject_of(idea.id), public=idea.stage != WITHDRAWN)
            for idea in ideas
        ],
    )
    for idea in ideas:
        if subject_of(idea.id) in gone:
            _empty(session, idea)


def _empty(session: Session, idea: Idea) -> None:
    """Take the words and the author off ``idea``. Hidden, it counts as withdrawn from now on: there
    is nothing left that moderators could show again."""
    for table in (IdeaCriterion, IdeaCoauthor):
        session.execute(delete(table).where(table.idea_id == idea.id))
    if idea.stage != WITHDRAWN:
        take_back_erased(session, idea)
    session.execute(
        update(Idea)
        .where(Idea.id == idea.id)
        .values(
            {
                **dict.fromkeys(LENGTHS, ""),
                "slug": "idee",
                "author_id": None,
                "form_key": None,
            }
        )
    )
