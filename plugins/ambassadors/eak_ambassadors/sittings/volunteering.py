"""Citizens who are ready to sit in a jury."""

from sqlalchemy import delete, func, select

from eak_ambassadors.models import Volunteer
from eak_core.api import (
    Actor,
    Service,
    Session,
    clock,
    hold_account,
    insert_once,
    require,
)


def volunteer(session: Session, actor: Actor, service: Service) -> None:
    """Let ``actor`` be drawn for juries from now on. Again, it changes nothing."""
    require(actor, "ambassadors.volunteer", service)
    hold_account(session, actor)
    row = {"service_id": service.id, "person_id": actor.person_id, "since": clock.now()}
    insert_once(session, Volunteer, row, Volunteer.person_id)


def withdraw(session: Session, actor: Actor, service: Service) -> None:
    """Be drawn for no further jury. Pools that are closed stay what they are."""
    require(actor, "ambassadors.volunteer", service)
    session.execute(
        delete(Volunteer).where(
            Volunteer.service_id == service.id, Volunteer.person_id == actor.person_id
        )
    )


def is_volunteer(session: Session, service_id: int, person_id: int | None) -> bool:
    """Whether ``person_id`` is ready to sit."""
    found = select(Volunteer.person_id).where(
        Volunteer.service_id == service_id, Volunteer.person_id == person_id
    )
    return session.scalar(found) is not None


def number(session: Session, service_id: int) -> int:
    """How many are ready to sit."""
    return session.scalar(
        select(func.count()).select_from(Volunteer).where(Volunteer.service_id == service_id)
    ) or 0  # fmt: skip
