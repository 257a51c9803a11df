"""Ideas as moderation sees them: what can be reported, and whose it is."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from eak_core.db import Session
from eak_core.ideas.models import Idea
from eak_core.ideas.proposing.coauthors import coauthors_of
from eak_core.ideas.stages import DRAFT, WITHDRAWN
from eak_core.ideas.visibility import numbered
from eak_core.plugins.hooks.contributions import Reportable
from eak_core.services.models import Service


def things(session: Session, service: Service, subjects: Sequence[str]) -> Mapping[str, Reportable]:
    """The ideas among ``subjects`` that were submitted and not withdrawn, hidden or not."""
    ids = numbered("idea", subjects)
    if not ids:
        return {}
    query = select(Idea).where(
        Idea.id.in_(ids), Idea.service_id == service.id, Idea.stage.not_in([DRAFT, WITHDRAWN])
    )
    ideas = session.scalars(query).all()
    coauthors = coauthors_of(session, [idea.id for idea in ideas])
    return {
        ids[idea.id]: Reportable(
            idea.title,
            "ideas.show",
            {"idea_id": idea.id, "slug": idea.slug},
            "\n\n".join(filter(None, (idea.problem, idea.body, idea.existing, idea.needs))),
            idea.author_id,
            tuple(coauthors.get(idea.id, ())),
        )
        for idea in ideas
    }
