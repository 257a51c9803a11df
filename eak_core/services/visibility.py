"""Which services a person sees in a list."""

from sqlalchemy import ColumnElement, or_, true

from eak_core.permissions import Actor
from eak_core.services.models import Service


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Service` that keeps those ``actor`` may read."""
    if actor.is_system or actor.agent or actor.administrator:
        return true()
    return or_(Service.audience == "public", Service.id.in_(sorted(actor.managed)))
