"""What the words of a command name: services and people, or a sentence that there is none."""

from typing import TYPE_CHECKING

from eak_core.errors import NotFound

if TYPE_CHECKING:
    from eak_core.db import Session
    from eak_core.services.lookup import Place
    from eak_core.services.models import Service


def chosen_place(session: "Session", slug: str) -> "Place":
    """The service at ``/<slug>/`` with what is on in it. Raises NotFound."""
    from eak_core.services.lookup import find

    place = find(session, slug)
    if place is None:
        raise NotFound(f"There is no service “{slug}”. “eak service list” shows those there are.")
    return place


def chosen_service(session: "Session", slug: str) -> "Service":
    """The service at ``/<slug>/``. Raises NotFound."""
    return chosen_place(session, slug).service
