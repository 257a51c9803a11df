"""What the site tidies up by itself once a day: what nobody confirmed, answered or needs.

An address that somebody typed, perhaps another person's, is not kept for ever for that (RGPD,
article 5: no longer than necessary).
"""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError

from eak_core import clock
from eak_core.db import Session
from eak_core.events import CORE, on_schedule
from eak_core.letters import outbox
from eak_core.people.credentials import sessions
from eak_core.people.models import Person, RoleGrant, RoleInvitation
from eak_core.people.rights import deputies, invitations
from eak_core.web.signed_links import forget_spent

NAME = "upkeep"
#: How long an account waits for its address to be confirmed.
UNCONFIRMED_FOR = timedelta(days=30)
#: How many accounts one run deletes: it holds the writer's place meanwhile.
AT_ONCE = 500


@on_schedule(CORE, NAME, every=timedelta(days=1))
def tidy_up(session: Session, service: Any, name: str, due_at: datetime) -> bool:
    """Delete what is over; whether there is more."""
    deleted = delete_unconfirmed(session)
    session.execute(
        delete(RoleInvitation).where(
            RoleInvitation.invited_at <= clock.now() - invitations.LIFETIME
        )
    )
    deputies.tidy_up(session)
    sessions.forget_ended(session)
    forget_spent(session)
    current_app.extensions["eak_security_log"].forget(
        current_app.extensions["eak_config"].security_log_days
    )
    return outbox.forget_old(session) == outbox.FORGOTTEN_AT_ONCE or deleted == AT_ONCE


def delete_unconfirmed(session: Session) -> int:
    """Delete accounts whose address nobody has confirmed in 30 days; answers how many.

    They never could do anything, so no event names them. Those with a role, which a command may
    have given, are somebody's decision and stay, and so does one that another table refers to.
    """
    waiting = session.scalars(
        select(Person)
        .where(
            Person.confirmed_at.is_(None),
            Person.erased_at.is_(None),
            Person.created_at <= clock.now() - UNCONFIRMED_FOR,
            Person.administrator.is_(False),
            ~exists().where(RoleGrant.person_id == Person.id),
        )
        .order_by(Person.created_at)
        .limit(AT_ONCE)
        # Who confirms at this very instant is left alone.
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_delete(session, person) for person in waiting)


def _delete(session: Session, person: Person) -> bool:
    try:
        with session.begin_nested():
            session.delete(person)
    except IntegrityError:
        return False
    return True
