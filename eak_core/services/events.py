"""What happens to a service as a whole."""

from typing import Literal

from eak_core.events import CORE, Code, Event, event

Changed = Literal["name", "description", "audience", "theme", "archived", "restored"]


@event(CORE, "service.created", version=1, subject="service:{created_id}")
class ServiceCreated(Event):
    """A service was opened, under the address it keeps."""

    created_id: int
    slug: Code
    audience: Literal["public", "internal"]


@event(CORE, "service.changed", version=1, subject="service:{changed_id}")
class ServiceChanged(Event):
    """Managers or administrators changed what a service says or shows, archived or restored it."""

    changed_id: int
    changed: tuple[Changed, ...]


@event(CORE, "service.picture_changed", version=1, subject="service:{changed_id}")
class ServicePictureChanged(Event):
    """Managers gave a service another picture, or other words for it; ``pictured`` says whether it
    has one now."""

    changed_id: int
    pictured: bool
