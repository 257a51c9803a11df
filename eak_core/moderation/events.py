"""What is hidden and shown again. The reasons stand in `moderation_decision`."""

from eak_core.events import CORE, Code, Event, event


@event(CORE, "content.hidden", version=1, subject="{content}")
class ContentHidden(Event):
    """Managers took something off the pages, for a public reason."""

    content: Code
    decision_id: int


@event(CORE, "content.restored", version=1, subject="{content}")
class ContentRestored(Event):
    """Managers put back what had been hidden."""

    content: Code
    decision_id: int
