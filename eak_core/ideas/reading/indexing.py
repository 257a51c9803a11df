"""What follows from what happens to ideas: they are found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from eak_core.db import Session
from eak_core.events import CORE
from eak_core.i18n import _l
from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content.texts import LENGTHS
from eak_core.ideas.events import (
    IdeaEdited,
    IdeaMerged,
    IdeaReceived,
    IdeaStageChanged,
    IdeaSubmitted,
    IdeaTransferred,
    IdeaWithdrawn,
)
from eak_core.ideas.models import Idea, IdeaCommune, IdeaSubject
from eak_core.ideas.visibility import public_ideas
from eak_core.moderation.events import ContentHidden, ContentRestored
from eak_core.permissions import Actor
from eak_core.search.kinds import Document, Link, SearchKind
from eak_core.search.registered import searched

_TEXTS = tuple(name for name in LENGTHS if name != "title")


def document_of(idea: Any) -> Document:
    """What a search reads of an idea, or of a row that has its texts."""
    texts = (getattr(idea, name) for name in _TEXTS)
    return Document(idea.title, "\n\n".join(filter(None, texts)))


def tags_of(
    stage: str | None, subjects: Iterable[int] = (), communes: Iterable[str] = ()
) -> list[str]:
    """What a list of ideas is narrowed by, as the index of the search has it."""
    return [
        *([f"stage/{stage}"] if stage else []),
        *(f"subject/{each}" for each in subjects),
        *(f"commune/{each}" for each in communes),
    ]


def _readable(service_id: int, _actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return public_ideas(service_id)


def _read(session: Session, service_id: int, ids: Sequence[int]) -> Mapping[int, Document]:
    """The public ones among ``ids``, with all that their authors wrote."""
    texts = (getattr(Idea, name) for name in _TEXTS)
    rows = session.execute(
        select(Idea.id, Idea.title, *texts).where(Idea.id.in_(ids), *public_ideas(service_id))
    )
    return {row.id: document_of(row) for row in rows}


def _tags(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    stages = session.execute(select(Idea.id, Idea.stage).where(Idea.id.in_(ids)))
    subjects = _chosen(session, IdeaSubject.idea_id, IdeaSubject.subject_id, ids)
    communes = _chosen(session, IdeaCommune.idea_id, IdeaCommune.commune_code, ids)
    return {row.id: tags_of(row.stage, subjects[row.id], communes[row.id]) for row in stages}


def _chosen(
    session: Session, of: InstrumentedAttribute[int], chosen: Any, ids: Sequence[int]
) -> Mapping[int, Sequence[Any]]:
    found = defaultdict[int, list[Any]](list)
    for idea_id, each in session.execute(select(of, chosen).where(of.in_(ids))):
        found[idea_id].append(each)
    return found


def _link(session: Session, ids: Sequence[int]) -> Mapping[int, Link]:
    rows = session.execute(select(Idea.id, Idea.slug, Idea.title).where(Idea.id.in_(ids)))
    return {row.id: Link(row.title, idea_url(row)) for row in rows}


IDEAS = searched(
    CORE,
    SearchKind("idea", _l("Ideas"), Idea.id, _readable, _read, _link, tags=_tags),
    IdeaSubmitted,
    IdeaEdited,
    IdeaStageChanged,
    IdeaWithdrawn,
    IdeaMerged,
    IdeaTransferred,
    IdeaReceived,
    ContentHidden,
    ContentRestored,
)
