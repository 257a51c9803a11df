"""What becomes of an organisation: verified by those who run a service, closed, merged into
another. What it did stays readable; what it offered ends."""

from collections.abc import Callable

from sqlalchemy import delete, select, update

from eak_core.api import (
    REASON_LENGTH,
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Service,
    Session,
    _l,
    checked_words,
    clock,
    hold_account,
    publish,
    require,
)
from eak_matchmaking.events import OrganisationClosed, OrganisationVerified
from eak_matchmaking.models import Acting, Invitation, Member, Organisation, Presence
from eak_matchmaking.organisations.registering import (
    arrive,
    require_open,
    tell_everywhere,
)
from eak_matchmaking.organisations.rights import require_answer

#: What ends with an organisation: called with the session, the organisation that closes, and the
#: one it is merged into, if any.
ENDINGS: list[Callable[[Session, Organisation, Organisation | None], None]] = []


def verify(
    session: Session,
    actor: Actor,
    service: Service,
    organisation: Organisation,
    reason: str,
    *,
    verified: bool = True,
) -> None:
    """Say for a service that an organisation is what it says, with a public ``reason``; or, where
    not ``verified``, take that back. It counts there and in no other service, which may know less
    of it, or more. `Conflict` where somebody else did so before."""
    require(actor, "matchmaking.run", service)
    require_open(organisation)
    presence = _presence(session, service, organisation)
    if (presence.verified_at is not None) == verified:
        raise Conflict(_l("This is done already: somebody else was faster."))
    presence.verified_at = clock.now() if verified else None
    presence.verified_by = actor.person_id
    presence.verified_because = _reason(reason)
    event = OrganisationVerified(organisation_id=organisation.id, verified=verified)
    publish(session, event, service_id=service.id, actor_id=actor.person_id)


def close(
    session: Session, actor: Actor, service: Service, organisation: Organisation, reason: str
) -> None:
    """Let an organisation be no partner any more, with a public ``reason``: its offers end, its
    page stays. For whom `rights.answers` says so."""
    require_answer(session, actor, service, organisation)
    hold_account(session, actor)
    session.refresh(organisation, with_for_update=True)
    require_open(organisation)
    _close(session, actor, organisation, None, _reason(reason))


def merge(
    session: Session,
    actor: Actor,
    service: Service,
    organisation: Organisation,
    into: Organisation,
    reason: str,
) -> None:
    """Close an organisation that was registered twice: its members, and the services it is there
    for, go over to the one it is merged ``into``; its page leads there. Whoever runs the service
    may, and answers for both: the members of the one act for the other from then on."""
    require(actor, "matchmaking.run", service)
    for each in (organisation, into):
        require_answer(session, actor, service, each)
    if organisation.id == into.id:
        raise Invalid(_l("Nothing was merged."), {"into": _l("Choose another organisation.")})
    # In one order, so that two who merge them the other way round do not wait for each other.
    for each in sorted((organisation, into), key=lambda one: one.id):
        session.refresh(each, with_for_update=True)
        require_open(each)
    _keep_services(session, actor, organisation, into)
    _keep_members(session, organisation, into)
    _close(session, actor, organisation, into, _reason(reason))


def _keep_services(
    session: Session, actor: Actor, organisation: Organisation, into: Organisation
) -> None:
    theirs = select(Presence.service_id).where(Presence.organisation_id == organisation.id)
    services = session.scalars(select(Service).where(Service.id.in_(theirs)).order_by(Service.id))
    for service in services.all():
        arrive(session, service, into.id, actor.person_id)
    session.expire(into, ["presences"])


def _keep_members(session: Session, organisation: Organisation, into: Organisation) -> None:
    here = select(Member.person_id).where(Member.organisation_id == into.id)
    moving = Member.organisation_id == organisation.id, Member.person_id.not_in(here)
    session.execute(update(Member).where(*moving).values(organisation_id=into.id))
    session.expire(into, ["members"])


def _close(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    into: Organisation | None,
    reason: str,
) -> None:
    organisation.closed_at = clock.now()
    organisation.closed_because = reason
    organisation.merged_into_id = into.id if into else None
    for table in (Member, Acting, Invitation):
        session.execute(delete(table).where(table.organisation_id == organisation.id))
    session.flush()
    for end in ENDINGS:
        end(session, organisation, into)
    event = OrganisationClosed(organisation_id=organisation.id, into=into.id if into else None)
    tell_everywhere(session, event, organisation.id, actor)
    session.expire(organisation, ["members"])


def _presence(session: Session, service: Service, organisation: Organisation) -> Presence:
    found = session.get(Presence, (service.id, organisation.id), with_for_update=True)
    if found is None:
        raise NotFound(_l("This organisation is not among the partners of this service."))
    return found


def _reason(typed: str) -> str:
    return checked_words(
        typed,
        "reason",
        _l("Nothing was changed."),
        most=REASON_LENGTH,
        missing=_l("Give a reason: it will be public, and readers will look for it."),
    )
