"""How people are called on pages, and whose pages change when a name does."""

from collections.abc import Iterable

from sqlalchemy import Select, select

from eak_core.db import Session
from eak_core.events import SITE, Event, publish
from eak_core.events.models import EventLog
from eak_core.people.models import Person


def person_names(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """The public name of each of ``person_ids``, in one query; people who were erased are left
    out."""
    asked = set(person_ids)
    if not asked:
        return {}
    rows = session.execute(
        select(Person.id, Person.name).where(Person.id.in_(asked), Person.erased_at.is_(None))
    )
    return {row.id: row.name for row in rows}


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
