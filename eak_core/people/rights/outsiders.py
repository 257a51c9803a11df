"""Who a mail is not for: what is said of a service goes to those alone who may read it.

Asked when a mail leaves, as its address is: a service may have become internal since it was
written, and whoever took part before is told no more of it.
"""

from collections.abc import Collection

from sqlalchemy import select

from eak_core.db import Session
from eak_core.errors import Invalid
from eak_core.i18n import _l
from eak_core.people.mail.addresses import normal_address
from eak_core.people.models import Person
from eak_core.people.rights.actor import is_agent_address, readers_among
from eak_core.services.models import Service


def outsiders_among(
    session: Session, addressed: Collection[tuple[int, str]]
) -> frozenset[tuple[int, str]]:
    """Those of ``addressed``, each a service's id and a mail address (in the form of
    `normal_address`), behind which nobody is who may read that service: one statement where all of
    them are public. An address of the administration is an agent's, with an account or without."""
    ids = {service_id for service_id, _address in addressed}
    query = select(Service).where(Service.id.in_(ids), Service.audience != "public")
    closed = session.scalars(query).all() if ids else ()
    found: set[tuple[int, str]] = set()
    for service in closed:
        asked = {address for service_id, address in addressed if service_id == service.id}
        found.update((service.id, each) for each in asked - _readers(session, service, asked))
    return frozenset(found)


def is_outsider(session: Session, service: Service, address: str) -> bool:
    """Whether nobody behind ``address`` may read ``service``, as `outsiders_among`."""
    if service.audience == "public":
        return False
    return bool(outsiders_among(session, [(service.id, address)]))


def check_invitable(service: Service, email: str) -> str:
    """The one form of an address to which an invitation is to be sent. `Invalid`, at ``email``,
    for what is none, and where the letter would tell of ``service`` to somebody who may not read
    it. The address alone says so: what its account may do, and whether it has one, is nothing that
    whoever invites should learn."""
    wrong = None
    try:
        address = normal_address(email)
    except ValueError:
        wrong = _l("This is not an e-mail address.")
    else:
        if service.preparing:
            wrong = _l("This service is not open yet: invite people once it is.")
        elif service.audience != "public" and not is_agent_address(address):
            wrong = _l("This service is for agents: an address of the administration is needed.")
    if wrong is not None:
        raise Invalid(_l("The invitation was not sent."), {"email": wrong})
    return address


def _readers(session: Session, service: Service, addresses: Collection[str]) -> set[str]:
    people = session.execute(
        select(Person.id, Person.email).where(
            Person.email.in_(addresses), Person.active, Person.confirmed_at.is_not(None)
        )
    )
    known = {person_id: email or "" for person_id, email in people}
    found = {known[each] for each in readers_among(session, service, known)} if known else set()
    if not service.preparing:
        found.update(each for each in addresses if is_agent_address(each))
    return found
