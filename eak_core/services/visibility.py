"""Which services a person sees, and what those who do not are told."""

from sqlalchemy import ColumnElement, or_, true

from eak_core.errors import NotFound
from eak_core.permissions import Actor, may
from eak_core.services.models import Service


def check_visible(actor: Actor, service: Service, *, page: bool) -> None:
    """Return where ``actor`` may read ``service``; `NotFound` otherwise, as if it had never been
    made. ``page`` tells a page from a feed or an export; the answer is the same for both.

    Any other refusal would say that there is something. The page for it offers every visitor to
    sign in, wherever they are.
    """
    if not may(actor, "service.read", service):
        raise NotFound


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Service` that keeps those ``actor`` may read."""
    if actor.is_system or actor.agent or actor.administrator:
        return true()
    return or_(Service.audience == "public", Service.id.in_(sorted(actor.managed)))
