"""Sessions of people who are signed in: each is a row, and is worth nothing without it.

Signing out, or ending one on the account page, takes the row away; a copied cookie opens nothing
from then on. A session ends by itself when it is too old, and when nobody has used it for a while.
The latter stands in the cookie, which is signed: reading a page writes nothing to the database.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import current_app, g, request
from flask import session as cookie
from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.orm import joinedload

from eak_core import clock
from eak_core.db import Session
from eak_core.people.models import Person, PersonSession, new_uniquifier

#: Where the cookie keeps the number of its session, and when it was last used (seconds).
KEY = "eak_session"
USED = "eak_used"
#: So often at most an answer renews the cookie for having been used.
RENEWED = timedelta(minutes=5)
#: So often at most a change notes in the row that the session is in use, for its owner to see.
NOTED = timedelta(hours=1)

# In this order: each names those before it as well.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
             ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


#: Whose request it is; asked by every request of whoever is signed in, so it is made once.
_OF_REQUEST = (
    select(Person, PersonSession.used_at)
    .join(PersonSession, PersonSession.person_id == Person.id)
    .where(
        Person.fs_uniquifier == bindparam("uniquifier"),
        Person.active,
        PersonSession.number == bindparam("number"),
        PersonSession.begun_at > bindparam("begun_after"),
    )
    .options(joinedload(Person.grants))
)


class Listed(NamedTuple):
    """A session as its owner sees it. ``here`` is the one that asks."""

    id: int
    browser: str
    begun_at: datetime
    used_at: datetime
    here: bool


def begin(session: Session, person: Person) -> None:
    """Let a session of ``person`` begin with this request; the one it takes the place of ends."""
    _delete_present(session)
    now = clock.now()
    number = secrets.token_hex(16)
    session.add(
        PersonSession(
            number=number,
            person_id=person.id,
            begun_at=now,
            used_at=now,
            browser=browser_name(request.user_agent.string),
        )
    )
    session.flush()
    cookie[KEY], cookie[USED] = number, int(now.timestamp())


def end(session: Session) -> None:
    """End the session of this request, wherever its cookie was copied to."""
    _delete_present(session)


def end_one(session: Session, person: Person, session_id: int) -> None:
    """End a session of ``person`` in another browser; nothing happens where it is over already."""
    session.execute(
        delete(PersonSession).where(
            PersonSession.id == session_id, PersonSession.person_id == person.id
        )
    )


def end_others(session: Session, person: Person) -> None:
    """End all sessions of ``person`` but that of this request."""
    session.execute(
        delete(PersonSession).where(
            PersonSession.person_id == person.id, PersonSession.number != cookie.get(KEY, "")
        )
    )


def end_all(session: Session, person: Person) -> None:
    """End all sessions of ``person``, and whatever link was sent to them: their password changed,
    or the account is closed or erased."""
    person.fs_uniquifier = new_uniquifier()
    session.execute(delete(PersonSession).where(PersonSession.person_id == person.id))


def load(session: Session, uniquifier: str) -> Person | None:
    """Whose request this is, with their roles, in one query; None where the session is over."""
    number, used = cookie.get(KEY), cookie.get(USED)
    if not isinstance(number, str) or not isinstance(used, int):
        return None
    if clock.now() >= datetime.fromtimestamp(used, clock.now().tzinfo) + _limit("session_idle"):
        return None
    asked = {"uniquifier": uniquifier, "number": number, "begun_after": _oldest()}
    row = session.execute(_OF_REQUEST, asked).unique().one_or_none()
    if row is None:
        return None
    g.eak_session_noted = row.used_at
    person: Person = row.Person
    return person


def keep_alive(session: Session) -> None:
    """Note that the session of this request is in use; called where a person, and not a program,
    has asked for something."""
    now, used = clock.now(), cookie.get(USED)
    if isinstance(used, int) and now.timestamp() - used >= RENEWED.total_seconds():
        cookie[USED] = int(now.timestamp())
    noted: datetime | None = g.get("eak_session_noted")
    if session.writes and noted is not None and now - noted >= NOTED:
        session.execute(
            update(PersonSession).where(PersonSession.number == cookie[KEY]).values(used_at=now)
        )


def sessions_of(session: Session, person: Person) -> Sequence[Listed]:
    """The sessions of ``person`` that have not ended, the latest first."""
    rows = session.scalars(
        select(PersonSession)
        .where(PersonSession.person_id == person.id, _alive())
        .order_by(PersonSession.used_at.desc(), PersonSession.id.desc())
    )
    present = cookie.get(KEY)
    return [
        Listed(row.id, row.browser, row.begun_at, row.used_at, row.number == present)
        for row in rows
    ]


def export(session: Session, person_id: int) -> list[dict[str, Any]]:
    """What is kept of the sessions of a person, without what a cookie holds."""
    rows = session.execute(
        select(PersonSession.begun_at, PersonSession.used_at, PersonSession.browser)
        .where(PersonSession.person_id == person_id)
        .order_by(PersonSession.id)
    ).mappings()
    return [dict(row) for row in rows]


def forget_ended(session: Session) -> None:
    """Delete the rows of sessions that are too old."""
    session.execute(delete(PersonSession).where(~_alive()))


def browser_name(agent: str) -> str:
    """Browser and system in two words, so that people know their own; no version, which would tell
    them from others. Empty where neither is known."""
    found = [
        next((name for sign, name in signs if sign in agent[:500]), "")
        for signs in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name)


def _delete_present(session: Session) -> None:
    number = cookie.get(KEY)
    if isinstance(number, str):
        session.execute(delete(PersonSession).where(PersonSession.number == number))


def _alive() -> ColumnElement[bool]:
    return PersonSession.begun_at > _oldest()


def _oldest() -> datetime:
    return clock.now() - _limit("session_lifetime")


def _limit(setting: str) -> timedelta:
    return timedelta(seconds=getattr(current_app.extensions["eak_config"], setting))
