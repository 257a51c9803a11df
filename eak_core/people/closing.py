"""Closing an account, and opening it again: nobody signs in with it meanwhile, nothing is lost."""

from eak_core.db import Session
from eak_core.errors import Refused
from eak_core.events import SITE, publish
from eak_core.i18n import _l
from eak_core.people import sessions
from eak_core.people.events import PersonClosed, PersonReopened
from eak_core.people.models import Person
from eak_core.people.roles import check_not_last_administrator
from eak_core.permissions import Actor, require


def close_account(session: Session, actor: Actor, person: Person) -> None:
    """Keep ``person`` from signing in, from now on and everywhere; what they wrote stays.

    Closing a closed account changes nothing. `Refused` for the last administrator.
    """
    require(actor, "site.administer")
    if not person.active:
        return
    check_not_last_administrator(session, person)
    person.active = False
    sessions.end_all(session, person)
    session.flush()
    publish(session, PersonClosed(person_id=person.id), service_id=SITE, actor_id=actor.person_id)


def reopen_account(session: Session, actor: Actor, person: Person) -> None:
    """Let ``person`` sign in again, with the roles they had. `Refused` for an erased account."""
    require(actor, "site.administer")
    if person.erased_at is not None:
        raise Refused(_l("This account was erased: nobody can open it again."))
    if person.active:
        return
    person.active = True
    session.flush()
    publish(session, PersonReopened(person_id=person.id), service_id=SITE, actor_id=actor.person_id)
