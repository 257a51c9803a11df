"""What the front pages show, read in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eak_core.db import Session
from eak_core.events import read_log
from eak_core.files.models import StoredFile
from eak_core.ideas.counting.totals import shown_totals
from eak_core.ideas.events import IdeaStageChanged
from eak_core.ideas.models import Idea, StageChange
from eak_core.ideas.reading.listing import Card, Filters, cards, listed
from eak_core.ideas.stages import SCREENING, SUBMITTED, Graph
from eak_core.ideas.visibility import public_ideas
from eak_core.permissions import Actor
from eak_core.portal.picture import pictures_of
from eak_core.services.directory import list_services
from eak_core.services.models import Service
from eak_core.web.markdown import plain_summary

LATEST = 6
#: How many decisions the front pages tell, and among how many of the last they are looked for.
DECISIONS, LOOKED_AT = 3, 200
SUMMARY_LENGTH = 180


@dataclass(frozen=True, slots=True)
class Entry:
    """A service on the portal, with how many public ideas it has, and its picture."""

    service: Service
    ideas: int
    picture: StoredFile | None

    @property
    def summary(self) -> str:
        """The beginning of what the service says of itself."""
        return plain_summary(self.service.description, SUMMARY_LENGTH)


def portal_entries(session: Session, actor: Actor) -> list[Entry]:
    """The open services that ``actor`` may read, by name, with their ideas and pictures: three
    statements."""
    services = list_services(session, actor)
    ids = [service.id for service in services]
    counts, pictures = shown_totals(session, ids), pictures_of(session, ids)
    return [Entry(each, counts.get(each.id, 0), pictures.get(each.id)) for each in services]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided last about a public idea, with its public reason."""

    idea_id: int
    slug: str
    title: str
    service_id: int
    stage: str
    at: datetime
    reason: str


def latest_decisions(session: Session, graph: Graph, services: Sequence[Service]) -> list[Decision]:
    """What was decided last in ``services``: one statement, whatever was ever decided. What is
    older than the last changes of the whole site is no news."""
    recent = select(StageChange.id).order_by(StageChange.id.desc()).limit(LOOKED_AT)
    return _decisions(session, graph, [service.id for service in services], recent)


def decisions_of(session: Session, graph: Graph, service: Service) -> list[Decision]:
    """What was decided last in ``service``, among its last changes: two statements."""
    moved = read_log(
        session, service.id, types=[IdeaStageChanged], newest_first=True, limit=LOOKED_AT
    )
    return _decisions(session, graph, [service.id], [each.data.change_id for each in moved])


def _decisions(
    session: Session, graph: Graph, service_ids: Sequence[int], changes: Any
) -> list[Decision]:
    """Where public ideas stand by one of these ``changes``, the newest first. That an idea is being
    looked at, put to the vote or tried is no decision yet."""
    passed = [SUBMITTED, SCREENING, *(each.name for each in graph.path if each.plugin is not None)]
    rows = session.execute(
        select(
            Idea.id, Idea.slug, Idea.title, Idea.service_id,
            StageChange.to_stage, StageChange.at, StageChange.reason,
        )
        .join(Idea, Idea.id == StageChange.idea_id)
        .where(
            StageChange.id.in_(changes),
            StageChange.to_stage == Idea.stage,
            Idea.stage.not_in(passed),
            Idea.service_id.in_(service_ids),
            *public_ideas(Idea.service_id),
        )
        .order_by(StageChange.id.desc())
        .limit(DECISIONS)
    )  # fmt: skip
    return [Decision(*row) for row in rows]


def latest_ideas(session: Session, service: Service) -> Sequence[Card]:
    """The ideas submitted last, as cards."""
    return cards(
        session, session.execute(listed(session, service.id, Filters()).limit(LATEST)).all()
    )


def idea_count(session: Session, service: Service) -> int:
    """How many public ideas ``service`` has."""
    return shown_totals(session, [service.id]).get(service.id, 0)
