"""Renewing a term: the ambassador asks, and those who run the service renew it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select

from eak_ambassadors.events import Renewed
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Ambassador
from eak_ambassadors.recognition import issuing, terms
from eak_ambassadors.recognition.signing import address_of
from eak_core.api import (
    Actor,
    Conflict,
    Refused,
    Service,
    Session,
    _l,
    clock,
    hold_account,
    months_after,
    publish,
    require,
    schedule,
    send_mail,
)


def remind(session: Session, service: Service, name: str, due_at: datetime) -> None:
    """Write to an ambassador whose term will end."""
    found = session.get(Ambassador, int(name.partition(":")[2]))
    if found is None or not may_ask(found) or found.person_id is None:
        return
    send_mail(
        session,
        plugin.name,
        person_id=found.person_id,
        subject=_l("Your term as an ambassador will end"),
        text=_l(
            "You are an ambassador of “%(service)s” until %(date)s. If you want to go on, ask for"
            " another term: %(link)s\n\nOtherwise it ends by itself.",
            service=service.name,
            date=found.until.date().isoformat(),
            link=address_of(service, "me"),
        ),
        dedupe_key=f"ending:{found.id}:{found.until.date()}",
        service_id=service.id,
    )


def may_ask(ambassador: Ambassador) -> bool:
    """Whether the ambassador can ask for another term now."""
    return (
        ambassador.ended_at is None
        and ambassador.renewal_asked_at is None
        and ambassador.until - terms.BEFORE <= clock.now() < ambassador.until
    )


def ask(session: Session, actor: Actor, service: Service) -> None:
    """Ask for another term. `Refused` earlier than ninety days before the end of this one."""
    found = terms.held(session, actor, service)
    if found.renewal_asked_at is not None:
        return
    if not may_ask(found):
        raise Refused(_l("You can ask for another term in the last ninety days of this one."))
    found.renewal_asked_at = clock.now()
    session.flush()


def asked(session: Session, service_id: int) -> Sequence[Ambassador]:
    """Those who ask for another term, whose term ends first first."""
    return session.scalars(
        select(Ambassador)
        .where(*terms.current(service_id), Ambassador.renewal_asked_at.is_not(None))
        .order_by(Ambassador.until, Ambassador.id)
    ).all()


def renew(session: Session, actor: Actor, service: Service, ambassador: Ambassador) -> None:
    """Let the term go on for as long again, with a badge of its own; the first one stays valid to
    its end. `Conflict` where nobody asks for it."""
    require(actor, "ambassadors.run", service)
    hold_account(session, actor)
    session.refresh(ambassador, with_for_update=True)
    if ambassador.renewal_asked_at is None or ambassador.ended_at is not None:
        raise Conflict(_l("Nobody asks for this term to be renewed."))
    ambassador.until = months_after(ambassador.until, terms.MONTHS)
    ambassador.renewal_asked_at = None
    session.flush()
    issuing.issue(session, service, ambassador, new_badge_id(f"{ambassador.id}:{ambassador.until}"))
    renewed = Renewed(ambassador_id=ambassador.id)
    publish(session, renewed, service_id=service.id, actor_id=actor.person_id)
    before = ambassador.until - terms.BEFORE
    schedule(session, plugin.name, service.id, f"ending:{ambassador.id}", before)


def end_those_over(session: Session, service: Service) -> None:
    """End the terms whose time is over: their badges have expired by themselves."""
    over = session.scalars(
        select(Ambassador).where(
            Ambassador.service_id == service.id,
            Ambassador.ended_at.is_(None),
            Ambassador.until <= clock.now(),
        )
    ).all()
    for ambassador in over:
        terms.end(session, service, ambassador, "expired", None)


def new_badge_id(_of: str) -> str:
    """The name of the badge of another term."""
    return str(uuid4())
