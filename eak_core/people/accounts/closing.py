"""Closing an account, and opening it again: nobody signs in with it meanwhile, nothing is lost."""

from functools import partial

from sqlalchemy import update

from eak_core.db import Session
from eak_core.db.afterwards import afterwards
from eak_core.errors import Refused
from eak_core.events import SITE, publish
from eak_core.i18n import _l
from eak_core.people.credentials import sessions
from eak_core.people.events import PersonClosed, PersonReopened
from eak_core.people.models import Person
from eak_core.people.rights import deputies
from eak_core.people.rights.roles import check_not_last_administrator
from eak_core.permissions import Actor, require
from eak_core.security_log import note


def close_account(session: Session, actor: Actor, person: Person) -> None:
    """Keep ``person`` from signing in, from now on and everywhere; what they wrote stays.

    Closing a closed account changes nothing. `Refused` for the last administrator.
    """
    require(actor, "site.administer")
    check_not_last_administrator(session, person)
    if not _set_active(session, person, False):
        return
    sessions.end_all(session, person)
    deputies.end_all_for(session, person.id, None, actor.person_id)
    session.flush()
    publish(session, PersonClosed(person_id=person.id), service_id=SITE, actor_id=actor.person_id)


def reopen_account(session: Session, actor: Actor, person: Person) -> None:
    """Let ``person`` sign in again, with the roles they had. `Refused` for an erased account."""
    require(actor, "site.administer")
    if person.erased_at is not None:
        raise Refused(_l("This account was erased: nobody can open it again."))
    if not _set_active(session, person, True):
        return
    publish(session, PersonReopened(person_id=person.id), service_id=SITE, actor_id=actor.person_id)


def _set_active(session: Session, person: Person, value: bool) -> bool:
    """Whether this changed anything: of two who do the same at once, one did."""
    changed = session.scalar(
        update(Person)
        .where(Person.id == person.id, Person.active.is_not(value), Person.erased_at.is_(None))
        .values(active=value)
        .returning(Person.id)
    )
    if changed is None:
        return False
    what = "account_reopened" if value else "account_closed"
    afterwards(session, partial(note, what, person=person.id))
    return True
