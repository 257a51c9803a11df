"""Ideas.

To read them, to name them, and to bring them on.
"""

from eak_core.ideas.addresses import idea_url
from eak_core.ideas.content.rows import public_idea
from eak_core.ideas.content.wording import slug_of
from eak_core.ideas.counting.totals import in_stage
from eak_core.ideas.deciding.transitions import change_stage, has_outcome, next_stages, stage_graph
from eak_core.ideas.describing.criteria import criteria_of, criterion_name, criterion_question
from eak_core.ideas.describing.subjects import subjects_of
from eak_core.ideas.models import Idea
from eak_core.ideas.reading.labels import Labels, idea_labels
from eak_core.ideas.reading.listing import matching_ideas
from eak_core.ideas.visibility import numbered, public_ideas

__all__ = [
    "Idea",
    "Labels",
    "change_stage",
    "criteria_of",
    "criterion_name",
    "criterion_question",
    "has_outcome",
    "idea_labels",
    "idea_url",
    "in_stage",
    "matching_ideas",
    "next_stages",
    "numbered",
    "public_idea",
    "public_ideas",
    "slug_of",
    "stage_graph",
    "subjects_of",
]
