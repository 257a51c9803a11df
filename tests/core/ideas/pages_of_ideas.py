"""Where the pages of ideas are."""

from eak_core.ideas.models import Idea

LIST = "/culture/idees/"
NEW = "/culture/idees/nouvelle"


def page_of(idea: Idea) -> str:
    """The address of an idea's page."""
    return f"/culture/idees/{idea.id}-{idea.slug}"
