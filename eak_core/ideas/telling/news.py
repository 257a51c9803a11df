"""What newsletters tell of ideas: those that were accepted, and what became of others."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eak_core.db import Session
from eak_core.i18n import _
from eak_core.ideas.models import Idea, StageChange
from eak_core.ideas.stages import ACCEPTED, ADOPTED, DONE, STOPPED, UNDER_WAY
from eak_core.ideas.visibility import public_ideas
from eak_core.plugins.hooks.contributions import NewsletterItem
from eak_core.services.models import Service
from eak_core.web.markdown import plain_summary

#: So many changes are looked at; an issue that told of more would be read by nobody.
MOST = 60
#: How much of a reason is told, in characters.
TEXT_LENGTH = 400

_TOLD = (ACCEPTED, ADOPTED, UNDER_WAY, DONE, STOPPED)


def items(
    session: Session, service: Service, since: datetime, until: datetime
) -> Iterator[NewsletterItem]:
    """The last stage that each public idea came to in that time, with its public reason or what it
    is about."""
    rows = session.execute(
        select(StageChange.to_stage, StageChange.at, StageChange.reason, Idea)
        .join(Idea, Idea.id == StageChange.idea_id)
        .where(
            StageChange.to_stage.in_(_TOLD),
            StageChange.at >= since,
            StageChange.at < until,
            *public_ideas(service.id),
        )
        .order_by(StageChange.id.desc())
        .limit(MOST)
    )
    told: set[int] = set()
    for stage, at, reason, idea in rows:
        if idea.id in told:
            continue
        told.add(idea.id)
        title, heading, weight = _said(stage, idea.title)
        about = idea.problem or idea.body if stage == ACCEPTED else reason
        yield NewsletterItem(
            key=f"idea:{idea.id}",
            at=at,
            title=title,
            endpoint="ideas.show",
            values={"idea_id": idea.id, "slug": idea.slug},
            text=plain_summary(about, TEXT_LENGTH),
            heading=heading,
            weight=weight,
            idea_id=idea.id,
        )


def _said(stage: str, title: str) -> tuple[str, Any, int]:
    """How it is told that an idea came to ``stage``, under which heading, and how weighty it is."""
    if stage == DONE:
        return _("“%(idea)s” is done", idea=title), _("Results"), 90
    if stage == STOPPED:
        learnt = _("“%(idea)s” stops, and this is what was learnt", idea=title)
        return learnt, _("Results"), 88
    if stage == UNDER_WAY:
        return _("Work begins on “%(idea)s”", idea=title), _("What goes on"), 75
    if stage == ADOPTED:
        return _("“%(idea)s” is adopted", idea=title), _("What goes on"), 80
    return _("A new idea: “%(idea)s”", idea=title), _("New ideas"), 50
