"""What the templates of ideas ask for: the words of criteria, the tone of stages."""

from typing import Any

from flask import g
from sqlalchemy import select

from eak_core.db import current_session
from eak_core.i18n import _l
from eak_core.ideas.describing.criteria import criterion_name, criterion_question
from eak_core.ideas.models import Subject
from eak_core.ideas.stages import ACCEPTED, ADOPTED, DONE, REJECTED, STOPPED, SUBMITTED, Stage

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
        "origin_state": origin_state,
        "stage_tone": stage_tone,
        "subject_of_code": subject_of_code,
    }
