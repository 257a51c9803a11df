"""The administrators' desk: one blueprint, one question about rights before any of its pages."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g
from sqlalchemy import select

from eak_core.db import Session
from eak_core.errors import NotFound
from eak_core.events import SITE
from eak_core.i18n import _, _l
from eak_core.permissions import require
from eak_core.services.models import Service

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

#: The screens, in the order of the desk's navigation.
SECTIONS = (
    ("admin.home", _l("Overview")),
    ("admin.plugins", _l("Plugins")),
    ("admin.journal", _l("Journal")),
    ("admin.health", _l("Events")),
    ("admin.outbox", _l("Mail")),
    ("admin.services", _l("Services")),
    ("admin.people", _l("People")),
)

#: How the site itself is called where a service would stand in an address.
SITE_SLUG = "site"


@blueprint.before_request
def administrators_only() -> None:
    """Refuse everybody else, whatever the page."""
    require(g.actor, "site.administer")


@blueprint.context_processor
def sections() -> dict[str, Any]:
    """The desk's navigation, for its templates."""
    return {"sections": SECTIONS}


def places(session: Session) -> Mapping[int, Service]:
    """Every service by its id, in one query; the site itself is in none."""
    return {service.id: service for service in session.scalars(select(Service))}


def place_name(known: Mapping[int, Service], service_id: int) -> str:
    """What to call a service, or the site itself."""
    if service_id == SITE:
        return _("The site")
    return known[service_id].name if service_id in known else _("Service %(id)s", id=service_id)


def place_slug(known: Mapping[int, Service], service_id: int) -> str | None:
    """Where a service, or the site itself, stands in the addresses of the desk."""
    if service_id == SITE:
        return SITE_SLUG
    return known[service_id].slug if service_id in known else None


def find_service(session: Session, slug: str) -> Service:
    """The service with this address, archived or not. `NotFound` without one."""
    service = session.scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise NotFound(_l("There is no service at this address."))
    return service
