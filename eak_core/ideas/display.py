"""What the templates of ideas ask for: the words of criteria, the tone of stages."""

from typing import Any

from eak_core.ideas.criteria import criterion_name, criterion_question
from eak_core.ideas.stages import ACCEPTED, REJECTED, SUBMITTED, Stage

_TONES = {SUBMITTED: "neutral", ACCEPTED: "success", REJECTED: "stopped"}


def stage_tone(stage: Stage) -> str:
    """The tone of a stage's badge; the word on it carries the meaning."""
    return _TONES.get(stage.name, "neutral" if stage.final else "progress")


def words() -> dict[str, Any]:
    """The functions that the templates of this room use."""
    return {
        "criterion_name": criterion_name,
        "criterion_question": criterion_question,
        "stage_tone": stage_tone,
    }
