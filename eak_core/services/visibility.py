"""Which services a person sees, and what those who do not are told."""

from sqlalchemy import ColumnElement, or_, true

from eak_core.errors import Forbidden, NotFound
from eak_core.i18n import _l
from eak_core.permissions import Actor, SignInRequired, may
from eak_core.services.models import Service


def check_visible(actor: Actor, service: Service, *, page: bool) -> None:
    """Return where ``actor`` may read ``service``.

    On a page, a visitor is asked to sign in (`SignInRequired`); a feed or an export, read by
    programs, answers `NotFound`. Whoever is signed in and has no right gets `Forbidden`.
    """
    if may(actor, "service.read", service):
        return
    if actor.signed_in:
        raise Forbidden(_l("This service is reserved for the agents of the administration."))
    if page:
        raise SignInRequired(_l("Please sign in to open this page."))
    raise NotFound


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Service` that keeps those ``actor`` may read."""
    if actor.is_system or actor.agent or actor.administrator:
        return true()
    return or_(Service.audience == "public", Service.id.in_(sorted(actor.managed)))
