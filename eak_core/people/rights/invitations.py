"""Invitations to hold a role, sent to an address.

A manager learns nothing about who has an account: whatever the address, it is listed as invited
and gets the same letter. Whoever signs in with that address, confirmed, accepts or declines. A link
in the letter declines too, so that whoever has no account and wants none is not kept.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.exc import IntegrityError

from eak_core import clock
from eak_core.db import Session
from eak_core.errors import Invalid, NotFound, Refused
from eak_core.events import CORE
from eak_core.i18n import _l
from eak_core.people.mail.addresses import normal_address
from eak_core.people.mail.letters import send_letter
from eak_core.people.models import Person, RoleInvitation
from eak_core.people.names import person_names
from eak_core.people.rights import deputies
from eak_core.people.rights.actor import actor_for
from eak_core.people.rights.roles import give_role
from eak_core.permissions import Actor, may, require
from eak_core.services.models import Service
from eak_core.web.signed_links import SignedLink

#: How long an invitation waits: the address of somebody without an account is not kept longer.
LIFETIME = timedelta(days=30)
#: Declines the invitation of one letter.
DECLINE = SignedLink(CORE, "invitation", lifetime=LIFETIME, once=True)


class Offered(NamedTuple):
    """An invitation with the service it is for; to act in somebody's place, with their name."""

    invitation: RoleInvitation
    service: Service
    instead_of: str = ""

    @property
    def last(self) -> datetime | None:
        """The last instant of what a deputy is invited to."""
        ends = self.invitation.ends_at
        return None if ends is None else ends - timedelta(seconds=1)


def _offered(session: Session, rows: Iterable[Any]) -> list[Offered]:
    found = [(invitation, service) for invitation, service in rows]
    names = person_names(session, {each.for_id for each, _service in found if each.for_id})
    return [
        Offered(invitation, service, names.get(invitation.for_id or 0, ""))
        for invitation, service in found
    ]


def invite_manager(session: Session, actor: Actor, service: Service, email: str) -> None:
    """Invite whoever holds ``email`` to run ``service``.

    The same happens whether or not the address has an account. `Invalid` for what is no address.
    """
    require(actor, "role.grant", service)
    _invite(session, actor, service, email, "manager")


def invite_deputy(
    session: Session,
    actor: Actor,
    service: Service,
    *,
    email: str,
    for_id: int,
    first: date,
    last: date,
) -> None:
    """Invite whoever holds ``email`` to act in the place of the manager ``for_id``, as
    `deputies.checked_place` has it. The same happens whether or not the address has an account.
    `Invalid` for what is no address, and for the manager's own."""
    begins, ends = deputies.checked_place(
        session, actor, service, for_id=for_id, first=first, last=last
    )
    _invite(session, actor, service, email, "deputy", for_id=for_id, begins_at=begins, ends_at=ends)


def _invite(
    session: Session, actor: Actor, service: Service, email: str, role: str, **place: Any
) -> None:
    if actor.person_id is None:
        raise Refused(_l("Only a person can invite; a command gives the role at once."))
    try:
        address = normal_address(email)
    except ValueError:
        raise _wrong(_l("This is not an e-mail address.")) from None
    # Nobody else's address is looked up: the answer would tell whose it is.
    if role == "deputy" and address == session.get_one(Person, actor.person_id).email:
        raise _wrong(_l("Nobody stands in for themselves."))
    # Inviting again begins anew: with today's date, and with whoever invites now.
    session.execute(
        delete(RoleInvitation).where(
            RoleInvitation.service_id == service.id,
            or_(
                and_(RoleInvitation.email == address, RoleInvitation.role == role),
                RoleInvitation.invited_at <= _oldest(),
            ),
        )
    )
    invitation = RoleInvitation(
        service_id=service.id,
        email=address,
        role=role,
        invited_by=actor.person_id,
        invited_at=clock.now(),
        **place,
    )
    with suppress(IntegrityError), session.begin_nested():
        session.add(invitation)
    send_letter(
        session,
        f"{'role' if role == 'manager' else role}_invitation",
        to=address,
        offer=_offered(session, [(invitation, service)])[0],
        service=service,
        link=url_for("account.show", _external=True),
        decline_link=url_for(
            "account.decline_by_link", token=DECLINE.token(_named(invitation)), _external=True
        ),
    )


def pending(session: Session, actor: Actor, service: Service) -> Sequence[Offered]:
    """The invitations of ``service`` that nobody has answered, the oldest first."""
    require(actor, "role.grant", service)
    rows = session.scalars(
        select(RoleInvitation)
        .where(RoleInvitation.service_id == service.id, *_in_time())
        .order_by(RoleInvitation.invited_at, RoleInvitation.id)
    )
    return _offered(session, ((each, service) for each in rows))


def cancel(session: Session, actor: Actor, service: Service, invitation_id: int) -> None:
    """Take an invitation back; nothing happens where it was answered meanwhile."""
    require(actor, "role.grant", service)
    session.execute(
        delete(RoleInvitation).where(
            RoleInvitation.id == invitation_id, RoleInvitation.service_id == service.id
        )
    )


def offered_to(session: Session, person: Person) -> Sequence[Offered]:
    """What ``person`` is invited to, once their address is confirmed."""
    if person.confirmed_at is None or person.email is None:
        return ()
    rows = session.execute(
        select(RoleInvitation, Service)
        .join(Service, Service.id == RoleInvitation.service_id)
        .where(
            RoleInvitation.email == person.email,
            *_in_time(),
            Service.archived_at.is_(None),
        )
        .order_by(RoleInvitation.invited_at, RoleInvitation.id)
    )
    return _offered(session, rows)


def accept(session: Session, person: Person, invitation_id: int) -> Offered:
    """Take the role that was offered to this person's address; answers what it was.

    `NotFound` where it was taken back; `Refused` where whoever invited no longer runs the service,
    and as `deputies.begin`.
    """
    offer = _mine(session, person, invitation_id)
    invitation, service = offer.invitation, offer.service
    inviter = session.get(Person, invitation.invited_by)
    by = None if inviter is None else actor_for(session, inviter)
    if by is None or not may(by, "role.grant", service) or not _may_name(by, invitation):
        raise Refused(
            _l("Whoever invited you no longer runs this service. Please ask for a new invitation.")
        )
    _take(session, invitation)
    if invitation.role != "deputy":
        give_role(session, person, service, "manager", granted_by=by.person_id)
        return offer
    begins, ends, for_id = invitation.begins_at, invitation.ends_at, invitation.for_id
    assert begins is not None
    assert ends is not None
    assert for_id is not None
    deputies.begin(
        session, service, person, for_id=for_id, begins=begins, ends=ends, named_by=by.person_id
    )
    return offer


def decline(session: Session, person: Person, invitation_id: int) -> None:
    """Do without the role; nobody is told."""
    _take(session, _mine(session, person, invitation_id).invitation)


def named(session: Session, name: str) -> Offered:
    """The invitation that the link of a letter names. `NotFound` where it was taken back, answered,
    or made anew since."""
    number = int(name.partition("-")[0])
    found = session.get(RoleInvitation, number)
    if found is None or _named(found) != name or found.invited_at <= _oldest():
        raise _answered()
    return _offered(session, [(found, session.get_one(Service, found.service_id))])[0]


def decline_named(session: Session, name: str) -> None:
    """Do without the role that the link of a letter names; nobody is told."""
    _take(session, named(session, name).invitation)


def _named(invitation: RoleInvitation) -> str:
    """A name for ``invitation`` and for no later one: numbers of rows that are gone come again."""
    return f"{invitation.id}-{invitation.invited_at.timestamp():.6f}"


def _take(session: Session, invitation: RoleInvitation) -> None:
    """Answer it, once: `NotFound` where somebody was faster."""
    taken = session.scalar(
        delete(RoleInvitation)
        .where(RoleInvitation.id == invitation.id)
        .returning(RoleInvitation.id)
    )
    if taken is None:
        raise _answered()


def _answered() -> NotFound:
    return NotFound(_l("This invitation was taken back, or answered already."))


def _may_name(by: Actor, invitation: RoleInvitation) -> bool:
    return by.administrator or invitation.for_id in {None, by.person_id}


def _in_time() -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep what can still be answered."""
    ends = RoleInvitation.ends_at
    return RoleInvitation.invited_at > _oldest(), or_(ends.is_(None), ends > clock.now())


def _wrong(reason: Any) -> Invalid:
    return Invalid(_l("The invitation was not sent."), {"email": reason})


def _oldest() -> datetime:
    return clock.now() - LIFETIME


def _mine(session: Session, person: Person, invitation_id: int) -> Offered:
    for offer in offered_to(session, person):
        if offer.invitation.id == invitation_id:
            return offer
    raise _answered()
