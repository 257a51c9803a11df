"""What is written of a service: its row and its events."""

from typing import Any

from sqlalchemy import select

from eak_core.events.models import EventLog
from eak_core.kit.testing.site import Site
from eak_core.services.models import Service


def events_of(site: Site, service: Service) -> list[tuple[str, str]]:
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.type, EventLog.data)
            .where(EventLog.service_id == service.id, EventLog.type.startswith("service."))
            .order_by(EventLog.position)
        )
        return [(row.type, row.data) for row in rows]


def stored(site: Site, service: Service) -> Service:
    with site.reading() as session:
        return session.get_one(Service, service.id)


def as_it_is(service: Service, **changes: Any) -> dict[str, Any]:
    values = {
        "version": service.version_id,
        "name": service.name,
        "description": service.description,
        "audience": service.audience,
        "theme": service.theme,
    }
    return {**values, **changes}
