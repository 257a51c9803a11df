"""Accounts: made, confirmed, renamed."""

from datetime import datetime
from functools import partial

from flask_security import hash_password
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from eak_core import clock
from eak_core.db import Session
from eak_core.db.afterwards import afterwards
from eak_core.db.prepared import Prepared
from eak_core.errors import Invalid, NotFound
from eak_core.events import SITE, publish
from eak_core.i18n import _l
from eak_core.people.credentials.passwords import check_password
from eak_core.people.events import PersonJoined, PersonRenamed, RoleGranted
from eak_core.people.mail.addresses import normal_address
from eak_core.people.models import NAME_LENGTH, Person
from eak_core.people.names import publish_everywhere
from eak_core.permissions import Actor, SignInRequired
from eak_core.security_log import note
from eak_core.visible import without_ignorable
from eak_core.web.text import clean_line

# Only an erasure waits for it, and it for one.
_HELD = Prepared(
    select(Person.id)
    .where(Person.id == bindparam("person_id"), Person.active)
    .with_for_update(read=True, key_share=True)
)


def create_person(
    session: Session,
    email: str,
    name: str,
    password: str | None,
    administrator: bool = False,
    confirmed: bool = True,
    locale: str | None = None,
) -> Person:
    """Make an account without the exchange of mail, for commands, demonstrations and tests.

    Without a ``password`` nobody can sign in to it before they choose one by mail.
    `Invalid` where the address is malformed or taken, the name is empty or longer than 80
    characters, or the password is too short or among those that are tried first.
    """
    email, name = _checked_address(email), checked_name(name)
    person = Person(
        email=email,
        name=name,
        password=None if password is None else hash_password(check_password(password, email, name)),
        locale=locale,
        created_at=clock.now(),
        administrator=administrator,
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        raise Invalid(
            _l("The account was not created."), {"email": _l("This address has an account.")}
        ) from None
    if confirmed:
        confirm_person(session, person)
    if administrator:
        publish(session, RoleGranted(person_id=person.id, role="administrator"), service_id=SITE)
        afterwards(session, partial(note, "role_granted", person=person.id, role="administrator"))
    return person


def confirm_person(session: Session, person: Person) -> None:
    """Note that the address of ``person`` is theirs; from now on they have joined."""
    first = session.scalar(
        update(Person)
        .where(Person.id == person.id, Person.confirmed_at.is_(None))
        .values(confirmed_at=clock.now())
        .returning(Person.id)
    )
    # What the object said before is not what the row says now.
    session.refresh(person, ["confirmed_at"])
    # Whoever sends the form twice at once has joined once.
    if first is not None:
        publish(session, PersonJoined(person_id=person.id), service_id=SITE, actor_id=person.id)
        afterwards(session, partial(note, "address_confirmed", person=person.id))


def change_profile(session: Session, person: Person, *, name: str, locale: str) -> None:
    """Change the name that the public sees, and the language of pages and mail."""
    name = checked_name(name)
    if name != person.name:
        person.name = name
        renamed = PersonRenamed(person_id=person.id)
        publish_everywhere(session, renamed, person.id, actor_id=person.id)
    person.locale = locale
    session.flush()


def find_person(session: Session, email: str) -> Person:
    """The account with this address, with its roles, for commands. `NotFound` without one."""
    try:
        address = normal_address(email)
    except ValueError:
        address = None
    person = (
        session.scalar(
            select(Person).where(Person.email == address).options(joinedload(Person.grants))
        )
        if address
        else None
    )
    if person is None:
        raise NotFound(_l("No account has this address."))
    return person


def person_address(session: Session, person_id: int) -> str | None:
    """The address of an account, to find what was kept under it alone, such as an invitation: for
    the copy and the erasure of what is stored about the person, and not to write to them
    (`mail_to`). None where the account was erased."""
    return session.scalar(select(Person.email).where(Person.id == person_id))


def person_since(session: Session, person_id: int) -> datetime | None:
    """When this account was made (aware, UTC); None where there is none, or no longer."""
    # Mostly it is who is signed in, whose row this session has read already.
    person = session.get(Person, person_id)
    return person.created_at if person is not None and person.erased_at is None else None


def hold_account(session: Session, actor: Actor) -> None:
    """Keep the account of ``actor`` from being erased until the transaction of ``session`` ends;
    `SignInRequired` where it was erased or closed since the request was read. For what is written
    under something else than the account's number, which no foreign key would refuse. Call it
    before other rows are locked, as an erasure does.
    """
    if actor.person_id is None:
        return
    asked = _HELD.run(session.connection(), {"person_id": actor.person_id})
    if asked.scalar_one_or_none() is None:
        raise SignInRequired(_l("You are no longer signed in."))


def checked_name(name: str) -> str:
    """``name`` as it is shown: one line, without characters that show nothing. `Invalid` otherwise.

    They stay in other texts; in a name they would let somebody appear under the name of another.
    """
    name = " ".join(without_ignorable(clean_line(name)).replace("\u2800", " ").split())
    if not any(char.isalnum() for char in name):
        reason = _l("Please give the name under which you will appear.")
    elif len(name) > NAME_LENGTH:
        reason = _l("The name is too long: 80 characters at most.")
    else:
        return name
    raise Invalid(_l("One answer needs correction."), {"name": reason})


def _checked_address(email: str) -> str:
    try:
        return normal_address(email)
    except ValueError:
        raise Invalid(
            _l("The account was not created."),
            {"email": _l("This is not an e-mail address.")},
        ) from None
