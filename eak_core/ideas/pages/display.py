"""What the templates of ideas ask for: the words of criteria, the tone of stages."""

from collections.abc import Callable, Hashable
from typing import Any

from flask import g
from markupsafe import Markup
from sqlalchemy import select

from eak_core.db import current_session
from eak_core.files.addresses import shown_picture
from eak_core.files.reading import ShownFiles
from eak_core.i18n import _l
from eak_core.ideas.describing.criteria import criterion_name, criterion_question
from eak_core.ideas.models import Subject
from eak_core.ideas.reading.listing import Card
from eak_core.ideas.stages import (
    ACCEPTED,
    ADOPTED,
    DONE,
    DRAFT,
    REJECTED,
    STOPPED,
    SUBMITTED,
    Graph,
    Stage,
)
from eak_core.web.drawn import draw, drawn
from eak_core.web.i18n import ago

_MACROS = "ideas/macros.html"
_NOTHING = Markup()

_TONES = {
    SUBMITTED: "neutral",
    ACCEPTED: "success",
    ADOPTED: "success",
    DONE: "success",
    STOPPED: "stopped",
    REJECTED: "stopped",
}


def stage_tone(stage: Stage) -> str:
    """The tone of a stage's badge; the word on it carries the meaning."""
    return _TONES.get(stage.name, "neutral" if stage.final else "progress")


def idea_cards(graph: Graph, *, level: int = 2) -> Callable[..., Markup]:
    """What draws public ideas in a list whose stages ``graph`` knows, each under a heading of
    ``level``: ``card(idea, extra, files)``, with what plugins say of it and, where cards have
    pictures, its files."""
    show = drawn(_MACROS, "drawn_card")

    def card(idea: Card, extra: Markup = _NOTHING, files: ShownFiles | None = None) -> Markup:
        return show(*_told(idea, graph, extra, files, level))

    return card


def own_card(idea: Card, graph: Graph, extra: Markup) -> Markup:
    """An idea in the list of its author, with what they can do with it: nobody else sees it, so it
    is not kept."""
    return draw(_MACROS, "drawn_card", *_told(idea, graph, extra, None, 2))


def _told(
    idea: Card, graph: Graph, extra: Markup, files: ShownFiles | None, level: int
) -> tuple[Hashable, ...]:
    stage, draft = graph.stage(idea.stage), idea.stage == DRAFT
    return (
        idea,
        None if draft else graph.quarter(idea.stage),
        str(stage.title),
        stage_tone(stage),
        ago(idea.updated_at if draft else idea.submitted_at),
        extra,
        shown_picture(files.pictures[0]) if files and files.pictures else None,
        files is not None,
        level,
    )


#: What became of an idea on its own site, as importers call it; other words are shown as they are.
_ORIGIN_STATES = {
    "accepted": _l("accepted"),
    "evaluating": _l("being evaluated"),
    "not_answered": _l("not answered"),
    "rejected": _l("rejected"),
}


def origin_state(state: str) -> str:
    """How far an imported idea had come on its own site, in words."""
    return str(_ORIGIN_STATES.get(state, state))


def subject_of_code(code: str) -> Subject | None:
    """The subject of this service called ``code`` in addresses, as long as it is offered."""
    query = select(Subject).where(
        Subject.service_id == g.service.id, Subject.code == code, Subject.archived_at.is_(None)
    )
    return current_session().scalars(query).one_or_none()


def words() -> dict[str, Any]:
    """The functions that the templates of this room use."""
    return {
        "criterion_name": criterion_name,
        "criterion_question": criterion_question,
        "idea_cards": idea_cards,
        "origin_state": origin_state,
        "own_card": own_card,
        "stage_tone": stage_tone,
        "subject_of_code": subject_of_code,
    }
