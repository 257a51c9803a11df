"""What the words of a command name: services and people, or a sentence that there is none."""

from typing import TYPE_CHECKING

from eak_core.cli.frame import state
from eak_core.errors import NotFound
from eak_core.invocation import typed

if TYPE_CHECKING:
    from eak_core.db import Session
    from eak_core.services.lookup import Place
    from eak_core.services.models import Service


def chosen_place(session: "Session", slug: str) -> "Place":
    """The service at ``/<slug>/`` with what is on in it. Raises NotFound."""
    from eak_core.services.lookup import find

    place = find(session, slug)
    if place is None:
        shown = typed("service list", state().folder)
        raise NotFound(f"There is no service “{slug}”. “{shown}” shows those there are.")
    return place


def chosen_service(session: "Session", slug: str) -> "Service":
    """The service at ``/<slug>/``. Raises NotFound."""
    return chosen_place(session, slug).service
