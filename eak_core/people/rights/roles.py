"""Roles: who runs a service, and who runs the site."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

from sqlalchemy import delete, select, update

from eak_core import clock
from eak_core.db import Session
from eak_core.db.afterwards import afterwards
from eak_core.db.upsert import insert_once
from eak_core.errors import Invalid, Refused
from eak_core.events import SITE, publish
from eak_core.i18n import _l
from eak_core.people.events import RoleGranted, RoleRevoked
from eak_core.people.models import Person, RoleGrant
from eak_core.people.rights import deputies
from eak_core.permissions import Actor, require
from eak_core.security_log import note
from eak_core.services.models import Service

ServiceRole = Literal["manager"]
SERVICE_ROLES: tuple[ServiceRole, ...] = ("manager",)


def managers_of(session: Session, service: Service) -> Sequence[Person]:
    """Who runs ``service``, by name."""
    return session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.service_id == service.id, RoleGrant.role == "manager")
        .order_by(Person.name, Person.id)
    ).all()


def runners_of(session: Session, service: Service) -> list[int]:
    """Whom to tell of what waits in ``service``: the ids of its managers and of those who act in
    their place now, or of the administrators of the site where it has none."""
    managers = [person.id for person in managers_of(session, service)]
    return (
        [*managers, *deputies.acting_in(session, service)]
        if managers
        else list(
            session.scalars(
                select(Person.id).where(Person.administrator, Person.active).order_by(Person.id)
            )
        )
    )


def grant_role(
    session: Session, actor: Actor, person: Person, service: Service, role: ServiceRole
) -> None:
    """Give ``person`` a role in ``service``. Giving what they have changes nothing.

    `Refused` for an account that is not confirmed, closed or erased.
    """
    require(actor, "role.grant", service)
    _check_role(role)
    _check_able(person)
    give_role(session, person, service, role, granted_by=actor.person_id)


def give_role(
    session: Session,
    person: Person,
    service: Service,
    role: ServiceRole,
    *,
    granted_by: int | None,
) -> None:
    """Write the role that somebody with the right to do so has given."""
    known = {"person_id": person.id, "service_id": service.id, "role": role}
    row = {**known, "granted_at": clock.now(), "granted_by": granted_by}
    given = insert_once(session, RoleGrant, row, RoleGrant.person_id)
    if given is None:
        return
    session.expire(person, ["grants"])
    deputies.end_own(session, person.id, service.id, granted_by)
    _tell(session, RoleGranted(person_id=person.id, role=role), service.id, granted_by)


def revoke_role(
    session: Session, actor: Actor, person: Person, service: Service, role: ServiceRole
) -> None:
    """Take a role from ``person`` in ``service``. Taking what they do not have changes nothing."""
    require(actor, "role.revoke", service)
    _check_role(role)
    taken = session.scalar(
        delete(RoleGrant)
        .where(
            RoleGrant.person_id == person.id,
            RoleGrant.service_id == service.id,
            RoleGrant.role == role,
        )
        .returning(RoleGrant.person_id)
    )
    if taken is None:
        return
    session.expire(person, ["grants"])
    deputies.end_all_for(session, person.id, service.id, actor.person_id)
    _tell(session, RoleRevoked(person_id=person.id, role=role), service.id, actor.person_id)


def grant_administrator(session: Session, actor: Actor, person: Person) -> None:
    """Let ``person`` run the whole site."""
    require(actor, "site.administer")
    _check_able(person)
    if not _set_administrator(session, person, True):
        return
    _tell(session, RoleGranted(person_id=person.id, role="administrator"), SITE, actor.person_id)


def revoke_administrator(session: Session, actor: Actor, person: Person) -> None:
    """Take the running of the site from ``person``; `Refused` for the last who has it."""
    require(actor, "site.administer")
    check_not_last_administrator(session, person)
    if not _set_administrator(session, person, False):
        return
    _tell(session, RoleRevoked(person_id=person.id, role="administrator"), SITE, actor.person_id)


def _tell(
    session: Session, change: RoleGranted | RoleRevoked, service_id: int, actor_id: int | None
) -> None:
    """Record the change, and note it in the log of security once it holds."""
    publish(session, change, service_id=service_id, actor_id=actor_id)
    what = "role_granted" if isinstance(change, RoleGranted) else "role_revoked"
    facts = {"person": change.person_id, "role": change.role, "in_service": service_id}
    afterwards(session, partial(note, what, **facts))


def _set_administrator(session: Session, person: Person, value: bool) -> bool:
    """Whether this changed anything: of two who do the same at once, one did."""
    changed = session.scalar(
        update(Person)
        .where(Person.id == person.id, Person.administrator.is_not(value))
        .values(administrator=value)
        .returning(Person.id)
    )
    return changed is not None


def check_not_last_administrator(session: Session, person: Person) -> None:
    """`Refused` where the site would be left without anybody to run it.

    The rows are locked, so that two administrators who leave at once are not both let go.
    """
    others = session.scalars(
        select(Person.id)
        .where(Person.administrator, Person.active)
        .order_by(Person.id)
        .with_for_update()
    ).all()
    if person.administrator and set(others) <= {person.id}:
        raise Refused(
            _l(
                "This is the site’s last administrator. Please name another one first; nothing was"
                " changed."
            )
        )


def _check_role(role: str) -> None:
    if role not in SERVICE_ROLES:
        raise Invalid(_l("There is no such role."), {"role": _l("There is no such role.")})


def _check_able(person: Person) -> None:
    if not person.active or person.erased_at is not None or person.confirmed_at is None:
        raise Refused(_l("This account cannot hold a role: it is closed, or not confirmed yet."))
