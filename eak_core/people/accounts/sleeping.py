"""Accounts that nobody has used for long: their owners are warned, and a year later what names them
is erased (RGPD, article 5, 1 e: no longer than necessary).

How long is the site's to say: the settings ``account_warned_months`` and ``account_erased_months``.
Whoever signs in is awake. Nobody is erased before they had the time between the two to answer, also
where a site begins with this late. Administrators are left alone: the site would lose its last one.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app, url_for
from sqlalchemy import ColumnElement, func, select

from eak_core import clock
from eak_core.calendar import months_after
from eak_core.config import Config
from eak_core.db import Session
from eak_core.events import CORE, on_schedule
from eak_core.letters.models import Lane
from eak_core.people.accounts.personal_data import erase_person, legal_holds
from eak_core.people.mail.letters import send_letter
from eak_core.people.models import Person
from eak_core.permissions import Actor
from eak_core.web.i18n import date

NAME = "sleeping"
#: How many are warned, and how many erased, by one run: it holds the writer's place meanwhile.
WARNED_AT_ONCE = 500
ERASED_AT_ONCE = 20
#: How many of those who are due are looked at for it.
LOOKED_AT = 1_000


def last_used(person: Any) -> Any:
    """When somebody was last seen by an account (aware instant), of a row or as a column: signing
    in lasts a week at most, so that day is near enough."""
    if isinstance(person, Person):
        return person.last_login_at or person.confirmed_at or person.created_at
    return func.coalesce(person.last_login_at, person.confirmed_at, person.created_at)


def erased_on(person: Person, config: Config) -> datetime | None:
    """When an account that sleeps is erased, unless it is used again (aware instant); None where
    nobody was warned, or they came back since."""
    warned, seen = person.sleep_warned_at, last_used(person)
    if warned is None or warned <= seen or person.erased_at is not None:
        return None
    return _due(seen, warned, config)


def _due(seen: datetime, warned: datetime, config: Config) -> datetime:
    notice = config.account_erased_months - config.account_warned_months
    return max(months_after(seen, config.account_erased_months), months_after(warned, notice))


@on_schedule(CORE, NAME, every=timedelta(days=1))
def put_to_rest(session: Session, service: Any, name: str, due_at: datetime) -> bool:
    """Warn whom it is time to warn, erase whom it is time to erase; whether there are more."""
    config: Config = current_app.extensions["eak_config"]
    now = clock.now()
    # Erased first: whoever is warned by this very run has all their time before them.
    erased = erase_sleeping(session, config, now)
    return warn_sleeping(session, config, now) == WARNED_AT_ONCE or erased == ERASED_AT_ONCE


def warn_sleeping(session: Session, config: Config, now: datetime) -> int:
    """Write to those whose account nobody has used for ``account_warned_months``; how many."""
    sleeping = session.scalars(
        select(Person)
        .where(
            *_asleep(now, config.account_warned_months),
            Person.active,
            Person.sleep_warned_at.is_(None) | (Person.sleep_warned_at <= last_used(Person)),
        )
        .order_by(Person.id)
        .limit(WARNED_AT_ONCE)
        .with_for_update(skip_locked=True, of=Person)
    ).all()
    for person in sleeping:
        person.sleep_warned_at = now
        due = _due(last_used(person), now, config)
        send_letter(
            session,
            "sleeping",
            to=str(person.email),
            locale=person.locale,
            lane=Lane.USUAL,
            name=person.name,
            months=config.account_warned_months,
            day=lambda due=due: date(due),
            link=url_for("security.login", _external=True),
        )
    session.flush()
    return len(sleeping)


def erase_sleeping(session: Session, config: Config, now: datetime) -> int:
    """Erase those who were warned and did not come back, unless what is stored about them is still
    needed; how many."""
    notice = config.account_erased_months - config.account_warned_months
    due = session.scalars(
        select(Person.id)
        .where(
            *_asleep(now, config.account_erased_months),
            # Nobody can be warned who may not sign in any more.
            (Person.sleep_warned_at > last_used(Person))
            & (Person.sleep_warned_at <= months_after(now, -notice))
            | Person.active.is_(False),
        )
        .order_by(Person.id)
        .limit(LOOKED_AT)
    )
    erased = 0
    for person_id in due.all():
        if not legal_holds(session, person_id):
            erase_person(session, Actor.system(), person_id, asked_for=False)
            erased += 1
        if erased == ERASED_AT_ONCE:
            break
    return erased


def _asleep(now: datetime, months: int) -> tuple[ColumnElement[bool], ...]:
    """The accounts that nobody has used for ``months``."""
    return (
        Person.erased_at.is_(None),
        Person.confirmed_at.is_not(None),
        Person.administrator.is_(False),
        last_used(Person) <= months_after(now, -months),
    )
