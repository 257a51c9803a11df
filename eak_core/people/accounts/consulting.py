"""What administrators look up about a person: each time is on record, and that person reads it.

A list of accounts shows the shortened address; the whole of it, and when somebody was here last, is
shown for a few minutes to whoever asked for it by a button.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import session as cookie

from eak_core import clock
from eak_core.db import Session
from eak_core.events import SITE, publish, read_log
from eak_core.people.events import PersonConsulted
from eak_core.people.models import Person
from eak_core.people.names import person_names
from eak_core.permissions import Actor, require

#: So long what was asked for is shown again without asking.
SHOWN_FOR = timedelta(minutes=10)
#: How many of the latest consultations a person reads on their page.
LATEST = 20
#: How many are in the copy of their data.
COPIED = 1_000
_KEY = "eak_consulted"


class Consultation(NamedTuple):
    """Somebody looked a person up: when, and who it was (empty where they have left the site)."""

    at: datetime
    by: str


def consult(session: Session, actor: Actor, person: Person) -> None:
    """Put on record that ``actor`` looks ``person`` up, and let them see the account for a while.
    Looking at one's own account is nobody's business."""
    require(actor, "site.administer")
    cookie[_KEY] = [person.id, int((clock.now() + SHOWN_FOR).timestamp())]
    if actor.person_id != person.id:
        event = PersonConsulted(person_id=person.id)
        publish(session, event, service_id=SITE, actor_id=actor.person_id)


def is_consulting(actor: Actor, person: Person) -> bool:
    """Whether ``actor`` has just asked to see ``person``."""
    if actor.person_id == person.id:
        return True
    asked = cookie.get(_KEY)
    if not asked:
        return False
    person_id, until = asked
    return bool(person_id == person.id and clock.now().timestamp() < until)


def consultations_of(
    session: Session, person_id: int, most: int = LATEST
) -> Sequence[Consultation]:
    """Who looked a person up, the latest first, at most so many."""
    found = read_log(
        session,
        SITE,
        types=[PersonConsulted],
        subject=f"person:{person_id}",
        newest_first=True,
        limit=most,
    )
    names = person_names(session, [each.actor_id for each in found if each.actor_id])
    return [Consultation(each.occurred_at, names.get(each.actor_id or 0, "")) for each in found]


def shortened(address: str | None) -> str:
    """``a…@example.org``: enough to tell people apart whom somebody knows already."""
    if not address:
        return ""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
