"""A person's data: the copy they may ask for, and its erasure (RGPD, articles 15, 17 and 20).

Every room and plugin that stores something about people answers both (`hookspecs.export_person`,
`hookspecs.erase_person`). What erasure leaves is the number of the account, which means nobody: the
log stays true, and nothing in it names a person.
"""

from functools import partial
from typing import Any

from sqlalchemy import delete, select

from eak_core import clock
from eak_core.db import Session
from eak_core.db.afterwards import afterwards
from eak_core.errors import Invalid, NotFound
from eak_core.events import SITE, publish
from eak_core.i18n import _l
from eak_core.letters.outbox import forget
from eak_core.people.accounts import forgetting
from eak_core.people.accounts.consulting import COPIED, consultations_of
from eak_core.people.credentials import passkeys, second_factor, sessions
from eak_core.people.credentials.passwords import is_password_of
from eak_core.people.events import PersonErased, RoleRevoked
from eak_core.people.mail.letters import send_letter
from eak_core.people.mail.mailing import ended_lists
from eak_core.people.models import Person, RoleGrant, RoleInvitation
from eak_core.people.names import publish_everywhere
from eak_core.people.rights import deputies
from eak_core.people.rights.actor import actor_for
from eak_core.people.rights.roles import check_not_last_administrator
from eak_core.permissions import Actor, require
from eak_core.plugins.loading.host import get_host
from eak_core.plugins.per_service.purge import make_sure_of_all
from eak_core.security_log import note
from eak_core.services.models import Service


def export_person(session: Session, actor: Actor, person_id: int) -> dict[str, Any]:
    """Everything the site stores about a person, as values that JSON can hold.

    For themselves, or for an administrator who answers their request.
    """
    person = _existing(session, person_id)
    require(actor, "person.export", subject=person)
    make_sure_of_all(session)
    host = get_host()
    copies = host.call_all("export_person", session=session, person_id=person_id)
    return {
        "exported_at": clock.now(),
        "account": {
            "id": person.id,
            "email": person.email,
            "name": person.name,
            "language": person.locale,
            "created_at": person.created_at,
            "confirmed_at": person.confirmed_at,
            "last_sign_in_at": person.last_login_at,
            "warned_of_erasure_at": person.sleep_warned_at,
            "administrator": person.administrator,
            "second_factor_since": person.secured_at,
            "recovery_codes_left": second_factor.recovery_codes_left(session, person_id),
        },
        "roles": _roles(session, person_id),
        "invitations": _invitations(session, person),
        "sessions": sessions.export(session, person_id),
        "consulted": [
            {"at": each.at, "by": each.by} for each in consultations_of(session, person_id, COPIED)
        ],
        "mail_ended": ended_lists(session, person.email) if person.email else [],
        "passkeys": passkeys.export(session, person_id),
        "deputies": deputies.export(session, person_id),
        "plugins": {name: copy for name, copy in copies if name not in host.features},
        **{name: copy for name, copy in copies if name in host.features},
    }


def erase_own_account(session: Session, person: Person, password: str) -> None:
    """Erase the account of whoever asks, who proves it with the password. `Invalid` otherwise."""
    if not is_password_of(person, password):
        raise Invalid(
            _l("Your account was not erased."), {"password": _l("The password is wrong.")}
        )
    erase_person(session, actor_for(session, person), person.id)


def legal_holds(session: Session, person_id: int) -> list[str]:
    """Why what is stored about a person is still needed, such as for an appeal that waits: each in
    a sentence, in the language at hand. Nothing is erased by itself meanwhile."""
    answers = get_host().call_all("legal_holds", session=session, person_id=person_id)
    return [sentence for _name, sentences in answers for sentence in sentences]


def erase_person(session: Session, actor: Actor, person_id: int, *, asked_for: bool = True) -> None:
    """Blank what names a person, close the account, and let every room and plugin do its part.
    They are told: as they asked, or where it was not ``asked_for``, since nobody used it.

    Ids stay, so that what happened stays told. `Refused` for the last administrator. All of it
    happens or nothing: where a plugin fails, its exception passes through and nothing is erased.
    """
    person = _existing(session, person_id)
    require(actor, "person.erase", subject=person)
    # As the row stands now: of two who erase it at once, the second finds it done.
    session.refresh(person, with_for_update={"of": Person})
    if person.erased_at is not None:
        return
    check_not_last_administrator(session, person)
    address, locale = person.email, person.locale
    make_sure_of_all(session)
    get_host().call_all("erase_person", session=session, person_id=person_id)
    _erase_roles(session, person, actor)
    deputies.forget(session, person.id, actor.person_id)
    _erase_account(session, person)
    erased = PersonErased(person_id=person_id)
    publish_everywhere(session, erased, person_id, actor_id=actor.person_id)
    forget(session, person_id, address)
    if address is not None:
        # The last thing sent there; the outbox wipes the address once it has left.
        letter = "erased" if asked_for else "erased_asleep"
        send_letter(session, letter, to=address, locale=locale)
    forgetting.begin(session)
    afterwards(session, partial(note, "account_erased", person=person_id))


def _erase_account(session: Session, person: Person) -> None:
    if person.email is not None:
        session.execute(delete(RoleInvitation).where(RoleInvitation.email == person.email))
    person.email = None
    person.name = ""
    person.password = None
    person.active = False
    person.administrator = False
    person.locale = None
    person.last_login_at = None
    person.suspensions = None
    person.sleep_warned_at = None
    person.deputies = None
    second_factor.forget(session, person)
    sessions.end_all(session, person)
    person.erased_at = clock.now()
    session.flush()


def _erase_roles(session: Session, person: Person, actor: Actor) -> None:
    grants = session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).all()
    for grant in grants:
        session.delete(grant)
        publish(
            session,
            RoleRevoked(person_id=person.id, role="manager"),
            service_id=grant.service_id,
            actor_id=actor.person_id,
        )
    if person.administrator:
        publish(
            session,
            RoleRevoked(person_id=person.id, role="administrator"),
            service_id=SITE,
            actor_id=actor.person_id,
        )
    session.flush()
    session.expire(person, ["grants"])


def _roles(session: Session, person_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Service.slug, RoleGrant.role, RoleGrant.granted_at)
        .join(Service, Service.id == RoleGrant.service_id)
        .where(RoleGrant.person_id == person_id)
        .order_by(RoleGrant.granted_at)
    )
    return [{"service": slug, "role": role, "granted_at": at} for slug, role, at in rows]


def _invitations(session: Session, person: Person) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Service.slug, RoleInvitation.role, RoleInvitation.invited_at)
        .join(Service, Service.id == RoleInvitation.service_id)
        .where(RoleInvitation.email == person.email)
        .order_by(RoleInvitation.invited_at)
    )
    return [{"service": slug, "role": role, "invited_at": at} for slug, role, at in rows]


def _existing(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(_l("There is no such account."))
    return person
