"""How tests join, sign in and read their mail."""

import json
import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

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


def taken_copy(browser: Browser) -> tuple[dict[str, Any], ZipFile]:
    """The copy of one's data: what is said in it, and all of its files."""
    answer = browser.submit("/compte/mes-donnees", "/mes-donnees", password=PASSWORD)
    assert answer.status_code == 200, answer.text
    files = ZipFile(BytesIO(answer.data))
    return json.loads(files.read("mes-donnees.json")), files


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
