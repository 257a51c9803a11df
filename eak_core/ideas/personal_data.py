"""What the room of ideas stores about a person: the copy of it, and its erasure.

A public idea is part of a public debate and stays, without its author's name. What was never
public, or is no longer, goes.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from eak_core.db import Session
from eak_core.ideas.models import Idea, IdeaCriterion, StageChange
from eak_core.ideas.stages import DRAFT, WITHDRAWN
from eak_core.ideas.texts import LENGTHS

_DATED = ("id", "service_id", "stage", "created_at", "submitted_at", "updated_at")


def export_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """Every idea of a person, drafts included, and the stage changes they decided."""
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
    return {
        "ideas": [dict(row) for row in ideas],
        "statements": [dict(row) for row in statements],
        "stage_changes": [dict(row) for row in decisions],
    }


def erase_person(session: Session, person_id: int) -> None:
    """Delete a person's drafts, and empty the ideas that they had withdrawn."""
    own = Idea.author_id == person_id
    session.execute(delete(Idea).where(own, Idea.stage == DRAFT))
    withdrawn = select(Idea.id).where(own, Idea.stage == WITHDRAWN)
    session.execute(delete(IdeaCriterion).where(IdeaCriterion.idea_id.in_(withdrawn)))
    session.execute(
        update(Idea)
        .where(own, Idea.stage == WITHDRAWN)
        .values({**dict.fromkeys(LENGTHS, ""), "search_text": "", "slug": "idee"})
    )
