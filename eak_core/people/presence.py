"""Where a person appears, and so whose pages change when their name does."""

from sqlalchemy import Select, select

from eak_core.db import Session
from eak_core.events import SITE, Event, publish
from eak_core.events.models import EventLog


def publish_everywhere(
    session: Session, event: Event, person_id: int, *, actor_id: int | None
) -> None:
    """Record ``event`` in the site's log and in that of every service where the person has acted.

    Their name may stand on any page of these, and only an event of a service lets its pages be
    fetched again.
    """
    for service_id in sorted({SITE, *session.scalars(services_of(person_id))}):
        publish(session, event, service_id=service_id, actor_id=actor_id)


def services_of(person_id: int) -> Select[int]:
    """The ids of the services where the person has acted."""
    return select(EventLog.service_id).where(EventLog.actor_id == person_id).distinct()
