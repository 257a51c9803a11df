"""How many readers a service has, for those who run it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from eak_core.api import Service, Session
from eak_newsletter.models import Subscriber


def standings(session: Session, service_id: int) -> Mapping[str, int]:
    """How many addresses stand where."""
    rows = session.execute(
        select(Subscriber.standing, func.count())
        .where(Subscriber.service_id == service_id)
        .group_by(Subscriber.standing)
    )
    return dict(rows.all())


def services_of(session: Session, person_id: int) -> Sequence[Service]:
    """The services whose letter goes to the account of a person, by name."""
    gets = select(Subscriber.service_id).where(
        Subscriber.person_id == person_id, Subscriber.standing == "active"
    )
    return session.scalars(
        select(Service).where(Service.id.in_(gets)).order_by(Service.name, Service.id)
    ).all()
