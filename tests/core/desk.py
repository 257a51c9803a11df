"""What the tests of both desks do with a browser."""

from typing import Any

from sqlalchemy import select

from eak_core.db import Session
from eak_core.events import SITE
from eak_core.events.models import EventLog
from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.site import Site
from eak_core.letters.outbox import enqueue_mail
from eak_core.people.models import Person
from eak_core.plugins.per_service.settings import stored_settings
from eak_core.services.models import Service


def signed_in(site: Site, person: Person) -> Browser:
    """A browser in which ``person`` is signed in."""
    browser = site.browser()
    browser.sign_in(person)
    return browser


def token_of(browser: Browser) -> str:
    """What a page of this browser would send with any form."""
    (token,) = browser.read("/").form("/deconnexion").filled({})["csrf_token"]
    return str(token)


def one(site: Site, model: type[Any]) -> Any:
    """The only row of ``model``."""
    with site.reading() as session:
        return session.scalars(select(model)).one()


def types_of(site: Site, service_id: int = SITE) -> list[str]:
    """The types of what happened to a service, or to none, in order."""
    with site.reading() as session:
        query = select(EventLog.type).where(EventLog.service_id == service_id)
        return list(session.scalars(query.order_by(EventLog.position)))


def queue(session: Session, number: int = 1, **parts: str) -> None:
    """A message that waits, told from others by its ``number``."""
    values = {"subject": "Welcome", "text": "Good day.", **parts}
    enqueue_mail(
        session,
        to="camille@example.org",
        subject=values["subject"],
        text=values["text"],
        html=values.get("html"),
        dedupe_key=f"letter:{number}",
    )


def settings(site: Site, service: Service) -> dict[str, Any]:
    """What the gauge is set to in ``service``."""
    with site.reading() as session:
        return dict(stored_settings(session, service.id, "gauge").values)
