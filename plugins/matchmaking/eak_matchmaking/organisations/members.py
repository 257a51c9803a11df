"""Who acts for an organisation: invited, accepted, given another role, gone.

An invitation goes to an address, whether or not it has an account; nobody learns which. The link in
its letter is the proof: whoever opens it signs in, and accepts or declines.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import delete, func, select

from eak_core.api import (
    Actor,
    Gone,
    Invalid,
    NotFound,
    Refused,
    Service,
    Session,
    SignedLink,
    _l,
    check_invitable,
    clock,
    hold_account,
    insert_once,
    require,
    send_mail_to_address,
)
from eak_matchmaking.events import MemberJoined, MemberLeft
from eak_matchmaking.manifest import plugin
from eak_matchmaking.models import MEMBER_ROLES, Acting, Invitation, Member, Organisation
from eak_matchmaking.organisations.finding import role_of
from eak_matchmaking.organisations.registering import require_open, tell_everywhere
from eak_matchmaking.organisations.rights import require_answer

#: How long an invitation waits; no address is kept longer.
LIFETIME = timedelta(days=30)
#: How many people act for one organisation, those who are invited among them.
MOST = 50
#: Leads to an invitation from its letter.
JOIN = SignedLink(plugin, "join", lifetime=LIFETIME, once=True)


def invite(
    session: Session,
    actor: Actor,
    service: Service,
    organisation: Organisation,
    email: str,
    role: str,
) -> None:
    """Invite whoever holds ``email`` to act for an organisation.

    Inviting the same address again begins anew. `Invalid` for no role, and as
    `check_invitable`, `Refused` beyond `MOST` people.
    """
    require_answer(session, actor, service, organisation)
    hold_account(session, actor)
    session.refresh(organisation, with_for_update=True)
    require_open(organisation)
    address = check_invitable(service, email)
    if role not in MEMBER_ROLES:
        raise Invalid(_l("The invitation was not sent."), {"role": _l("Choose a role.")})
    session.execute(
        delete(Invitation).where(
            Invitation.organisation_id == organisation.id,
            (Invitation.email == address) | (Invitation.invited_at <= _oldest()),
        )
    )
    if _number(session, Member, organisation) + _number(session, Invitation, organisation) >= MOST:
        raise Refused(_l("As many people act for this organisation, or are invited, as can."))
    row = {
        "organisation_id": organisation.id,
        "email": address,
        "role": role,
        "invited_by": actor.person_id,
        "invited_at": clock.now(),
    }
    invitation_id = insert_once(session, Invitation, row, Invitation.id)
    if invitation_id is None:
        return
    link = url_for(
        "matchmaking.join",
        service_slug=service.slug,
        token=JOIN.token(f"{invitation_id}"),
        _external=True,
    )
    send_mail_to_address(
        session,
        plugin.name,
        address=address,
        subject=_l("“%(name)s” invites you", name=organisation.name),
        text=_l(
            "You are invited to act for “%(name)s” among the partners of “%(service)s”.\n\n"
            "To accept or to decline: %(link)s\n\n"
            "Without an answer the invitation ends in thirty days, and your address is forgotten.",
            name=organisation.name,
            service=service.name,
            link=link,
        ),
        dedupe_key=f"invite:{invitation_id}",
        service_id=service.id,
    )


def invited(session: Session, organisation_id: int) -> Sequence[Invitation]:
    """Who has not answered yet, the oldest invitation first."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.organisation_id == organisation_id, Invitation.invited_at > _oldest())
        .order_by(Invitation.invited_at, Invitation.id)
    ).all()


def invitation_of(session: Session, invitation_id: int) -> Invitation:
    """An invitation that can still be answered. `Gone` otherwise."""
    found = session.get(Invitation, invitation_id)
    if found is None or found.invited_at <= _oldest():
        raise Gone(_l("This invitation was answered, taken back, or has ended."))
    return found


def invited_by_letter(session: Session, subject: str) -> tuple[Invitation, Organisation]:
    """The invitation that a link names with its ``subject``, and the organisation it is of. `Gone`
    where it was answered, taken back, or has ended."""
    invitation = invitation_of(session, int(subject))
    return invitation, session.get_one(Organisation, invitation.organisation_id)


def take_back(
    session: Session,
    actor: Actor,
    service: Service,
    organisation: Organisation,
    invitation_id: int,
) -> None:
    """Take an invitation back; nothing happens where it was answered meanwhile."""
    require_answer(session, actor, service, organisation)
    session.execute(
        delete(Invitation).where(
            Invitation.id == invitation_id, Invitation.organisation_id == organisation.id
        )
    )


def accept(session: Session, actor: Actor, service: Service, invitation_id: int) -> Organisation:
    """Let ``actor`` act for the organisation that an invitation is of. `Gone` where it was answered
    meanwhile."""
    require(actor, "matchmaking.register", service)
    hold_account(session, actor)
    invitation = invitation_of(session, invitation_id)
    role = invitation.role
    organisation = session.get_one(Organisation, invitation.organisation_id, with_for_update=True)
    require_open(organisation)
    # One answer for one invitation, however many hold its link: it was read before the lock.
    if _forget(session, invitation_id) is None:
        raise Gone(_l("This invitation was answered, taken back, or has ended."))
    assert actor.person_id is not None
    row = {
        "organisation_id": organisation.id,
        "person_id": actor.person_id,
        "role": role,
        "since": clock.now(),
    }
    if insert_once(session, Member, row, Member.person_id) is None:
        member = session.get_one(Member, (organisation.id, actor.person_id))
        # Nobody is made less by an invitation.
        if role != "referent" or member.role == "referent":
            return organisation
        member.role = "referent"
    _told(session, organisation, actor.person_id, actor, MemberJoined)
    return organisation


def decline(session: Session, invitation_id: int) -> None:
    """Forget an invitation, and the address it went to."""
    _forget(session, invitation_id)


def _forget(session: Session, invitation_id: int) -> int | None:
    return session.scalar(
        delete(Invitation).where(Invitation.id == invitation_id).returning(Invitation.id)
    )


def leave(
    session: Session, actor: Actor, service: Service, organisation: Organisation, person_id: int
) -> None:
    """Let somebody no longer act for an organisation: themselves, or whom a referent removes.

    `Refused` for the last referent of an organisation with other members, who would be left with
    nobody to answer for them.
    """
    if person_id != actor.person_id:
        require_answer(session, actor, service, organisation)
    hold_account(session, actor)
    session.refresh(organisation, with_for_update=True)
    role = role_of(session, organisation.id, person_id)
    if role is None:
        raise NotFound(_l("This person does not act for this organisation."))
    others = _others(session, organisation.id, person_id)
    if role == "referent" and others and "referent" not in others:
        raise Refused(_l("Make somebody else a referent first: nobody would answer for it."))
    remove(session, organisation, person_id, actor)


def remove(session: Session, organisation: Organisation, person_id: int, actor: Actor) -> None:
    """Let a member go, whoever remains: for those who leave, and accounts that are erased."""
    session.execute(
        delete(Member).where(
            Member.organisation_id == organisation.id, Member.person_id == person_id
        )
    )
    session.execute(
        delete(Acting).where(
            Acting.organisation_id == organisation.id, Acting.person_id == person_id
        )
    )
    _told(session, organisation, person_id, actor, MemberLeft)


def give_role(
    session: Session,
    actor: Actor,
    service: Service,
    organisation: Organisation,
    person_id: int,
    role: str,
) -> None:
    """Make a member a referent, or a referent a member. `Refused` for the last referent."""
    require_answer(session, actor, service, organisation)
    hold_account(session, actor)
    session.refresh(organisation, with_for_update=True)
    require_open(organisation)
    member = session.get(Member, (organisation.id, person_id))
    if member is None:
        raise NotFound(_l("This person does not act for this organisation."))
    if role not in MEMBER_ROLES:
        raise Invalid(_l("Nothing was changed."), {"role": _l("Choose a role.")})
    if member.role == role:
        return
    if role == "member" and "referent" not in _others(session, organisation.id, person_id):
        raise Refused(_l("Make somebody else a referent first: nobody would answer for it."))
    member.role = role
    _told(session, organisation, person_id, actor, MemberJoined)


def act_for(session: Session, actor: Actor, service: Service, organisation: Organisation) -> None:
    """Choose the organisation that ``actor`` acts for. `Forbidden` where they are no member."""
    require(actor, "matchmaking.act", service, organisation)
    hold_account(session, actor)
    require_open(organisation)
    row = {"person_id": actor.person_id, "organisation_id": organisation.id}
    if insert_once(session, Acting, row, Acting.person_id) is None:
        session.get_one(Acting, actor.person_id).organisation_id = organisation.id


def forget_old(session: Session) -> None:
    """Delete invitations that nobody answered in time."""
    session.execute(delete(Invitation).where(Invitation.invited_at <= _oldest()))


def _told(
    session: Session,
    organisation: Organisation,
    person_id: int,
    actor: Actor,
    event: type[MemberJoined | MemberLeft],
) -> None:
    happened = event(organisation_id=organisation.id, person_id=person_id)
    tell_everywhere(session, happened, organisation.id, actor)
    session.flush()
    session.expire(organisation, ["members"])


def _others(session: Session, organisation_id: int, person_id: int) -> Sequence[str]:
    return session.scalars(
        select(Member.role).where(
            Member.organisation_id == organisation_id, Member.person_id != person_id
        )
    ).all()


def _number(session: Session, table: type[Member | Invitation], organisation: Organisation) -> int:
    query = select(func.count()).where(table.organisation_id == organisation.id)
    return session.scalar(query) or 0


def _oldest() -> datetime:
    return clock.now() - LIFETIME
