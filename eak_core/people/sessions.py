"""Sessions of people who are signed in: each has a number, and ends for good by signing out.

What is kept is the numbers of ended ones alone, for as long as a copied cookie could still be
read: nobody learns from it when or from where somebody is signed in. Other browsers of the person
stay signed in.
"""

import secrets
from datetime import timedelta
from typing import Any

from flask import session as cookie
from sqlalchemy import ColumnElement, delete, exists

from eak_core import clock
from eak_core.db import Session
from eak_core.db.upsert import insert_for
from eak_core.people.models import EndedSession, Person, new_uniquifier

#: Where the cookie of a session keeps its number.
KEY = "eak_session"
#: Longer than the age at which Flask reads no cookie any more (31 days).
KEPT = timedelta(days=32)


def begin() -> None:
    """Give the session that begins with this request its number."""
    cookie[KEY] = secrets.token_hex(16)


def end(session: Session, person: Person) -> None:
    """End the session of this request, wherever its cookie was copied to.

    One that began before sessions had numbers ends with all others of ``person``.
    """
    number = cookie.get(KEY)
    if number is None:
        person.fs_uniquifier = new_uniquifier()
        return
    row = {"id": number, "ended_at": clock.now()}
    session.execute(insert_for(session, EndedSession).values(row).on_conflict_do_nothing())


def goes_on() -> ColumnElement[bool] | None:
    """The condition that the session of this request was not ended; None where it has no number."""
    number: Any = cookie.get(KEY)
    return ~exists().where(EndedSession.id == number) if isinstance(number, str) else None


def forget_ended(session: Session) -> None:
    """Drop the numbers of sessions whose cookies nobody could use any more."""
    session.execute(delete(EndedSession).where(EndedSession.ended_at < clock.now() - KEPT))
