"""How tests join, sign in and read their mail."""

import re
from typing import Any

from sqlalchemy import select

from eak_core.events import SITE
from eak_core.events.models import EventLog
from eak_core.kit.testing.browser import PASSWORD, Browser
from eak_core.kit.testing.site import Sent, Site
from eak_core.people.models import Person

NAME, ADDRESS = "Zoé Martin", "zoe@example.org"


def register(browser: Browser, **values: Any) -> Any:
    answers = {
        "name": NAME,
        "email": ADDRESS,
        "password": PASSWORD,
        "password_confirm": PASSWORD,
        **values,
    }
    return browser.submit("/compte/inscription", "/inscription", **answers)


def sign_in(browser: Browser, email: str = ADDRESS, password: str = PASSWORD, **more: Any) -> Any:
    return browser.submit("/compte/connexion", "/connexion", email=email, password=password, **more)


def last_letter(site: Site) -> Sent:
    site.drain()
    return site.sent[-1]


def link_in(letter: Sent) -> str:
    found = re.search(r"http://localhost(/compte/\S+)", letter.text)
    assert found, letter.text
    return found[1]


def account(site: Site, email: str = ADDRESS) -> Person:
    with site.reading() as session:
        return session.scalars(select(Person).where(Person.email == email)).one()


def site_events(site: Site) -> list[tuple[str, str, int | None]]:
    with site.reading() as session:
        rows = session.execute(
            select(EventLog.type, EventLog.subject, EventLog.actor_id)
            .where(EventLog.service_id == SITE)
            .order_by(EventLog.position)
        )
        return [(row.type, row.subject, row.actor_id) for row in rows]
